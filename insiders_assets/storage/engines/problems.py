"""What Spark says when something fails, hundreds of lines of it, as one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from insiders_assets.errors import InsidersError

LONGEST = 300
OURS = re.compile(r"insiders_assets\.errors\.\w+: (.+)")
"""An error of this package, raised on a worker: the line that people are to read."""

CURE = "look at Spark's own log; nothing was published, and the refresh is due again"


@contextmanager
def clear_errors(where: str) -> Iterator[None]:
    """Turn what Spark raises in the block into one line.

    Args:
        where: What was being done, and where.

    Raises:
        InsidersError: Spark failed.
    """
    try:
        yield
    except InsidersError:
        raise
    except Exception as error:
        if not type(error).__module__.startswith(("pyspark.", "py4j.", "grpc")) and not _is_lost(error):
            raise
        text = _text(error)
        if ours := OURS.search(text):
            raise InsidersError(ours[1].strip()) from None
        raise InsidersError(_line(text) or type(error).__name__, where=where, hint=CURE) from None


def _is_lost(error: Exception) -> bool:
    """Return whether the driver's process has gone away."""
    return isinstance(error, ConnectionError)


def _text(error: Exception) -> str:
    """Return everything that an error says, of Java or of Python."""
    cause = getattr(error, "java_exception", None)
    if cause is None:
        return str(error) or type(error).__name__
    said = []
    for _ in range(10):
        said.append(str(cause.toString()))
        if (cause := cause.getCause()) is None:
            break
    return "\n".join([said[-1], *said[:-1]])


def _line(text: str) -> str:
    """Return the first line that says something, in a length that fits one."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return first if len(first) <= LONGEST else first[: LONGEST - 1] + "…"
