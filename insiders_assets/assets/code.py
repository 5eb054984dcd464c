"""Code versions: a hash of the source that makes a table, so that nobody has to remember to raise a number."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


@cache
def code_version(*rooms: str) -> str:
    """Return a hash of every Python file of some rooms of the package.

    It changes with comments, too: an asset that the UI calls outdated in vain is better than one that it calls current.

    Args:
        *rooms: Folders or modules of the package, such as ``features`` or ``contracts/customers.py``.
    """
    found = hashlib.sha256()
    for room in sorted(rooms):
        path = PACKAGE / room
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            found.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()[:12]
