"""Who may look into a home: nobody but the user whose it is, whatever the umask says."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insiders_assets.places import Place

OTHERS = stat.S_IRWXG | stat.S_IRWXO
ROOMS = ("lake", "held", "quarantine", "reports", "history", "research", "dagster", "deliveries")
FILES = ("insiders.db", "insiders.db-wal", "insiders.db-shm", ".lock", ".beside.lock")
"""What the platform makes in a home; whatever else is there is somebody else's."""
RECORDS = ("forgotten.json", "format.json", "api-tokens.json")
"""What it writes there beside, which may be read as an export."""
GIVEN = (
    "segments.yaml",
    "deliveries.yaml",
    "experiments.yaml",
    "consents.csv",
    "contacts.csv",
    "aliases.csv",
)
"""What people put there for it."""

_umask: int | None = None


def keep_private() -> None:
    """Let every file that this process and its children make from now on be their user's alone.

    A mask rather than a mode at each write: SQLite, Dagster and Spark write into a home, too.
    """
    global _umask
    former = os.umask(OTHERS)
    _umask = former if _umask is None else _umask


def as_before(path: Path) -> None:
    """Give a file that is no part of a home the rights that it would have had: others may have to read it."""
    if _umask is not None:
        path.chmod(0o666 & ~_umask)


def tightened(home: Place) -> str:
    """Take from others what a former version let them see of a home.

    A room is closed after what is in it, and one that is closed is not walked again. A landing zone in the home is left
    as it is, and the way to it stays open to whoever may write there.

    Returns:
        What was done in one line; empty if there was nothing to do.
    """
    if not isinstance(home, Path):
        return ""
    count = sum(_close(path) for room in ROOMS if _is_open(home / room) for path in _walked(home / room))
    count += sum(_close(home / name) for name in FILES if _is_open(home / name))
    _close(home, _way_to(home / "landing"))  # one that others made or fetched is no leak to tell of
    if not count:
        return ""
    what = "1 file or folder" if count == 1 else f"{count:,} files and folders"
    return f"{home}: {what} could be looked into by others on this machine; now only by this user"


def made_here(home: Path) -> Iterator[Path]:
    """Yield every file and folder that the platform made in a home; links are not followed."""
    for room in ROOMS:
        if (home / room).is_dir() and not (home / room).is_symlink():
            yield from _walked(home / room)
    yield from (home / name for name in (*FILES, *RECORDS) if (home / name).exists())


def _walked(folder: Path) -> Iterator[Path]:
    """Yield everything below a folder, and then the folder; links are not followed."""
    for place, _, names in os.walk(folder, topdown=False):
        yield from (Path(place) / name for name in names)
        yield Path(place)


def _is_open(path: Path) -> bool:
    with suppress(OSError):
        return bool(path.lstat().st_mode & OTHERS) and not path.is_symlink()
    return False


def _close(path: Path, left: int = 0) -> bool:
    """Take a file's or folder's rights from others, if it is this user's to take; whether there were any."""
    try:
        status = path.lstat()
        mode = stat.S_IMODE(status.st_mode)
        ours = status.st_uid == os.geteuid() and not mode & stat.S_ISVTX
        if stat.S_ISLNK(status.st_mode) or not ours or not mode & OTHERS & ~left:
            return False
        path.chmod(mode & ~OTHERS | mode & left)
    except OSError:
        return False
    return True


def _way_to(landing: Path) -> int:
    """Return the rights to pass through a home that are left to those who may write into a landing zone in it."""
    with suppress(OSError):
        mode = landing.stat().st_mode
        group = stat.S_IXGRP if mode & stat.S_IWGRP else 0
        return group | (stat.S_IXOTH if mode & stat.S_IWOTH else 0)
    return 0
