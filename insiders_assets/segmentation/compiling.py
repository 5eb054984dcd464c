"""Compiling the two inner loops that numpy cannot express without a hundredfold detour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def compiled(loop: Callable[..., None]) -> Callable[..., None]:
    """``loop`` as machine code that leaves Python's lock, kept on disk between processes where that is possible.

    Args:
        loop: A function of arrays in the subset of Python that numba compiles.
    """
    from numba import njit

    options: dict[str, Any] = {"nogil": True, "boundscheck": False, "fastmath": False}
    try:
        return njit(cache=True, **options)(loop)
    except RuntimeError:  # neither beside the source nor in the user's cache may files be written
        return njit(**options)(loop)
