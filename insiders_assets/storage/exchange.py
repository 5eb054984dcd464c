"""Two folders exchange their names in one step, so that each name leads to a whole folder at any time."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_HERE = -100
"""AT_FDCWD: paths count from the working folder."""
_EXCHANGE = 2
"""RENAME_EXCHANGE of renameat2(2)."""


def exchanged(one: Path, other: Path) -> bool:
    """Let two folders that are there exchange their names; return whether that can be done here.

    Linux can, by ``renameat2``, on the usual file systems.
    """
    call = _renameat2()
    return call is not None and call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


@cache
def _renameat2() -> Any:
    try:
        return ctypes.CDLL(None).renameat2
    except (OSError, AttributeError):
        return None
