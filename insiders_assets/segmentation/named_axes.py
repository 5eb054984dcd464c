"""Axes with names: where a customer stands among all in how often, how much and how dear they buy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

NAMES = {"total_purchases": "how_often", "avg_ticket": "how_much", "avg_line_value": "how_dear"}
"""What an axis is called by the feature that it ranks; any other goes by its feature's name."""

EQUAL = 0.99
"""Rank correlation from which on two features rank customers alike: an axis for both would count one thing twice."""


def names_of(targets: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the axes that rank these features."""
    return tuple(NAMES.get(target, target) for target in targets)


def standings(people: pl.DataFrame, targets: Sequence[str]) -> NDArray[np.float64]:
    """Return each customer's standing in each target, ``(customers, targets)``: see :func:`standing`."""
    return np.column_stack([standing(people[target].to_numpy().astype(np.float64)) for target in targets])


def standing(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average ranks with mean 0 and deviation 1, so that an outlier counts as the next customer; 0 if all are equal."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts + 1) / 2
    rank = rank[which] - (len(values) - 1) / 2
    spread = np.sqrt((rank**2).mean())
    return rank / spread if spread > 0 else rank


def telling(people: pl.DataFrame, targets: Sequence[str]) -> tuple[str, ...]:
    """Return the targets that tell customers apart.

    Neither the same for all, nor ranking them as an earlier target does.
    """
    kept: dict[str, NDArray[np.float64]] = {}
    for target in targets:
        ranked = standing(people[target].to_numpy().astype(np.float64))
        varies = bool(ranked.any())
        if varies and all(abs((ranked * other).mean()) < EQUAL for other in kept.values()):
            kept[target] = ranked
    return tuple(kept)
