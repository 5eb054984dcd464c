"""Whether a map keeps neighbours: trustworthiness and continuity (Venna & Kaski, 2001)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEAREST = 15
"""Neighbours that should be kept."""

Distances = NDArray[np.floating]
"""Distances between every two of the same customers."""


def euclidean(points: NDArray[np.float64]) -> Distances:
    """Straight distances between every two points."""
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(points, points))


def trustworthiness(original: Distances, shown: Distances, nearest: int = NEAREST) -> float:
    """Return whether those who are near on a map were near before it: 1 if all were, about 0.5 for a random map.

    Args:
        original: Distances before.
        shown: Distances on the map.
        nearest: Neighbours looked at; less than half of the customers.
    """
    count = len(original)
    rows = np.arange(count)[:, None]
    rank = np.empty((count, count), np.int64)
    rank[rows, _order(original)] = np.arange(count)
    strangers = np.maximum(rank[rows, _order(shown)[:, 1 : nearest + 1]] - nearest, 0).sum()
    return float(1 - strangers * 2 / (count * nearest * (2 * count - 3 * nearest - 1)))


def continuity(original: Distances, shown: Distances, nearest: int = NEAREST) -> float:
    """Return whether those who were near before a map are near on it: trustworthiness the other way round."""
    return trustworthiness(shown, original, nearest)


def _order(distances: Distances) -> NDArray[np.int64]:
    """Return everybody by distance from each customer, the customer first."""
    apart = np.array(distances, np.float64)
    np.fill_diagonal(apart, -1)
    return np.argsort(apart, axis=1, kind="stable")
