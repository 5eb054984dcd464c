"""Checksums of what is written to be read again: no flipped bit is ever believed.

The checksum of ``folder/name`` is a line of ``folder/.checksums/name.sha256``. It is written before the file takes its
place and stays beside those of the file's earlier contents, so that a kill at any moment leaves a file that one of them
is of. A file without checksums, of a former version, is believed. On S3 there are none: a store checks what it keeps.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from insiders_assets.errors import InsidersError
from insiders_assets.places import Place
from insiders_assets.unfinished import replacement

FOLDER = ".checksums"
KEPT = 8
"""Checksums kept of one file. Each kill between the checksum and the file adds one that the file never had."""
_LENGTH = 64

_known: dict[tuple[int, int, int, int], str] = {}
"""Checksums that this process has made, by device, inode, size and time of change: nothing is read twice for them."""


DAMAGED = "is damaged: its content is not what was written"
"""What is said of a file that is not what was written."""


class DamagedError(InsidersError):
    """A file is not what was written."""


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    status = path.stat()
    key = status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
    if (found := _known.get(key)) is None:
        with path.open("rb") as file:
            found = _known[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def digest_of_folder(folder: Path) -> str:
    """Return one checksum of all files in a folder, their names included."""
    each = sorted(f"{path.name} {digest(path)}" for path in folder.iterdir() if path.is_file())
    return hashlib.sha256("\n".join(each).encode()).hexdigest()


def note(path: Path, checksum: str) -> None:
    """Write down the checksum that a file is about to have."""
    known = _noted(path)
    if known[:1] == [checksum]:
        return
    beside = _beside(path)
    beside.parent.mkdir(exist_ok=True)
    with replacement(beside) as temporary:
        kept = [checksum, *(each for each in known if each != checksum)][:KEPT]
        temporary.write_text("".join(f"{each}\n" for each in kept), encoding="ascii")


def is_noted(path: Place) -> bool:
    """Return whether there is a checksum of a file, or of a folder as a whole."""
    return isinstance(path, Path) and _beside(path).is_file()


def is_whole(path: Place) -> bool:
    """Return whether a file, or a folder of files, is as it was written.

    One that is not there is, and so is one unknown.
    """
    if not isinstance(path, Path):
        return True
    while known := _noted(path):
        try:
            found = digest_of_folder(path) if path.is_dir() else digest(path)
        except FileNotFoundError:
            return True
        if found in known:
            return True
        if _noted(path) == known:  # otherwise it was replaced meanwhile
            return False
    return True


def require(path: Place, hint: str) -> None:
    """Refuse a file that is not what was written.

    Args:
        path: Where it is.
        hint: How it can be had again.

    Raises:
        DamagedError: It is damaged.
    """
    if not is_whole(path):
        raise DamagedError(DAMAGED, where=str(path), hint=hint)


def adopt(path: Place) -> bool:
    """Note what a file or folder of a former version holds now; whether there was nothing noted of it."""
    if not isinstance(path, Path) or is_noted(path) or not path.exists():
        return False
    note(path, digest_of_folder(path) if path.is_dir() else digest(path))
    return True


def _beside(path: Path) -> Path:
    """Return where the checksums of a file lie."""
    return path.parent / FOLDER / f"{path.name}.sha256"


def _noted(path: Path) -> list[str]:
    """Return the checksums that a file may have, the latest first."""
    try:
        lines = _beside(path).read_bytes().decode("ascii", "replace").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [line for line in lines if len(line) == _LENGTH] or ["unreadable"]
