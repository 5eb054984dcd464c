"""What a database URL may be, and how a database's refusal is worded without its password."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.errors import InsidersError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

SETTING = "INSIDERS_DATABASE_URL"
_CURE = "write sqlite:///path/to/file.db or postgresql://user:password@host:5432/database"


def parse(text: str) -> sa.URL:
    """Read a database URL and name its driver.

    A bare ``postgresql://`` means psycopg 3 to SQLAlchemy 2.1, while psycopg2 is what is installed.

    Raises:
        UsageError: It is no URL, or of a database that cannot be a warehouse.
    """
    import sqlalchemy as sa

    try:
        url = sa.make_url(text.strip())
    except (sa.exc.ArgumentError, ValueError):
        raise UsageError("is not a database URL", where=SETTING, hint=_CURE) from None
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg2"):
        return url.set(drivername="postgresql+psycopg2")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise UsageError(
            f"{url.drivername} cannot be the warehouse, only sqlite and postgresql can",
            where=SETTING,
            hint=_CURE,
        )
    if url.database in (None, "", ":memory:") or str(url.database).startswith("file:"):
        raise UsageError("names no file to keep the warehouse in", where=SETTING, hint=_CURE)
    return url.set(drivername="sqlite+pysqlite")


def of_file(path: Path) -> sa.URL:
    """Return the URL of an SQLite file, whose name may hold what means something in the text of a URL."""
    import sqlalchemy as sa

    return sa.URL.create("sqlite+pysqlite", database=str(path))


def shown(url: sa.URL) -> str:
    """Return the URL as people may see it: the file of SQLite, otherwise without password and options."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


def sqlite_file(url: sa.URL) -> Path | None:
    """Return the file of an SQLite URL, or None for another database."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


@contextmanager
def clear_errors(url: sa.URL, doing: str) -> Iterator[None]:
    """Turn what a database raises inside the block into one line.

    Args:
        url: The database.
        doing: What fails, as in ``cannot be <doing>``: ``opened``, ``written`` or ``read``.

    Raises:
        InsidersError: The database refused; the message holds its own words, never its password.
    """
    import sqlalchemy as sa

    try:
        yield
    except sa.exc.DBAPIError as error:
        raise InsidersError(
            f"the warehouse cannot be {doing} ({_reason(url, error)})",
            where=shown(url),
            hint=_cure(url, error),
        ) from None


def _reason(url: sa.URL, error: sa.exc.DBAPIError) -> str:
    """Return the first line of the driver's own words, without anything secret."""
    words = next(
        (line.strip() for line in str(error.orig).splitlines() if line.strip()), type(error.orig).__name__
    )
    password = str(url.password or "")
    return words.replace(password, "***") if password else words


def _cure(url: sa.URL, error: sa.exc.DBAPIError) -> str:
    words = str(error.orig).lower()
    file = sqlite_file(url)
    if "locked" in words:
        return "another program holds it; close that one or try again"
    if "not a database" in words or "malformed" in words:
        return "it is no SQLite file or a damaged one; move it away and run again"
    if file:
        return f"check that {file.parent} exists, can be written and is not full"
    if "authentication" in words:
        return f"check the user and the password in {SETTING}"
    if "must be owner" in words:
        return "bring the warehouse up to date as its owner, with `insiders upgrade`"
    if "permission denied" in words:
        return "grant this user what deploy/roles.sql grants, or run `insiders upgrade` as the owner"
    return f"check {SETTING} and that the server runs"
