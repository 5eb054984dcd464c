"""Whole files or nothing: a reader sees the old file or the new one, never a part."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from insiders_assets import checksums
from insiders_assets.errors import InsidersError
from insiders_assets.places import Place, S3Path
from insiders_assets.unfinished import replacement, working_folder

UNWRITABLE = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
)
"""What the system says of a place that cannot be written, or not now."""
_OS_ERROR = re.compile(r"\(os error (\d+)\)")
"""How polars tells the number of what the system said."""


_NOT_ALLOWED = tuple(os.strerror(number) for number in (errno.EACCES, errno.EPERM))
_NUMBERED = re.compile(r"\[Errno (\d+)\] (.*?)(?:: '(.*?)')?(?: -> .*)?$", re.DOTALL)
"""How Python tells an error of the system in words."""


def unwritable(path: str | None, words: str) -> str:
    """Return what is said of a place that cannot be written, wherever that is met; see :data:`UNWRITABLE`."""
    where = path or "the home, or the system's temporary folder,"
    if words in _NOT_ALLOWED:  # which does not say whether it was to be read or written
        return f"{where} may not be used by this user ({words}); give permission, or be the user whose home it is"
    return f"{where} cannot be written ({words}); make room, or give permission"


def unwritable_by_text(text: str) -> str | None:
    """Return the same for an error of which the words alone are left; None if it is of something else."""
    found = _NUMBERED.match(text)
    return unwritable(found[3], found[2]) if found and int(found[1]) in UNWRITABLE else None


def make_folder(folder: Path) -> Path:
    """Make ``folder`` and its parents if they are not there.

    Raises:
        InsidersError: It cannot be made, for lack of permission or because a file is in the way.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise home_unwritable(folder, error) from None
    return folder


def home_unwritable(where: object, error: OSError) -> InsidersError:
    """Return the line for a home, or a folder of it, in which nothing can be written."""
    return InsidersError(
        f"cannot be written ({error.strerror or error})",
        where=str(where),
        hint="choose another --home or give this one write permission",
    )


@contextmanager
def replacing(path: Place) -> Iterator[Path]:
    """Give an empty temporary file to write to; put it in ``path``'s place if the block succeeds.

    The temporary file is always on this machine: beside ``path``, or a copy to be sent to S3 when it is whole.

    Raises:
        InsidersError: The folder cannot be written.
    """
    if isinstance(path, S3Path):
        with working_folder() as folder:
            copy = folder / path.name
            copy.touch()
            yield copy
            path.upload(copy)
        return
    make_folder(path.parent)
    try:
        with replacement(path) as temporary:
            yield temporary
    except Exception as error:
        if (number := _number_of(error)) not in UNWRITABLE:
            raise
        raise _cannot_be_written(path, number) from None


def _number_of(error: Exception) -> int:
    """Return what the system said, by its number.

    0 for nothing. Polars, which is not imported here, tells it in words.
    """
    if isinstance(error, OSError):
        return error.errno or 0
    found = _OS_ERROR.search(str(error)) if type(error).__module__.startswith("polars") else None
    return int(found[1]) if found else 0


def _cannot_be_written(path: Path, number: int) -> InsidersError:
    return InsidersError(
        f"cannot be written ({os.strerror(number)})",
        where=str(path),
        hint="make room on the disk, give the home write permission, or choose another --home",
    )


@contextmanager
def noted(path: Place) -> Iterator[Path]:
    """The same as :func:`replacing` for what is read again: its checksum is noted."""
    with replacing(path) as temporary:
        yield temporary
        if isinstance(path, Path):
            checksums.note(path, checksums.digest(temporary))


def write_text(path: Place, text: str) -> None:
    """Replace ``path`` by ``text`` in UTF-8, all at once."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_noted(path: Place, text: str) -> None:
    """The same as :func:`write_text` for what is read again: its checksum is noted."""
    with noted(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
