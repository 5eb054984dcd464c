"""Machine code: our two inner loops that numpy cannot express, and UMAP's, kept on disk between processes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
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


def umap_loops() -> list[Any]:
    """The loops of UMAP that a layout from exact neighbours runs, as numba's dispatchers."""
    from umap import layouts, umap_

    return [
        umap_.smooth_knn_dist,
        umap_.compute_membership_strengths,
        layouts._nb_optimize_layout_euclidean_single_epoch,
    ]


def keep_umap_compiled() -> None:
    """Have UMAP's loops kept on disk and leave Python's lock as ours do.

    UMAP compiles them anew in each process, for longer than it runs, and nothing else could run meanwhile.
    """
    for loop in umap_loops():
        if not loop.signatures:  # compiled already: too late to be read from the disk, too early to be lost
            loop.targetoptions["nogil"] = True
            with suppress(RuntimeError):  # nowhere to keep them
                loop.enable_caching()
