"""Grouping customers and numbering the groups."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

STARTS, STARTED = (50, 200), 1_000_000
"""How often KMeans starts anew, at least and at most, and customers put through all starts together; the best is kept.
With fifty, one seed in eight missed the best place among some thousand customers."""

MIXTURE_STARTS = 50
"""How often a Gaussian mixture starts anew; each start begins with KMeans."""


def clusters_of(points: NDArray[np.float64], k: int, clusterer: str, seed: int) -> NDArray[np.int32]:
    """Group customers.

    Args:
        points: One row per customer.
        k: How many groups, at most: never more than there are different points.
        clusterer: ``kmeans`` (Lloyd, 1982), ``gmm`` (full covariances) or ``ward`` (1963).
        seed: Seed of the starts.

    Returns:
        Group numbers from 0 without gaps, in no particular order.
    """
    k = min(k, len(np.unique(points, axis=0)))
    if k == 1:
        return np.zeros(len(points), np.int32)
    starts = int(np.clip(STARTED // len(points), *STARTS))
    groups = _clusterer(clusterer, k, seed, starts).fit_predict(points)
    return np.unique(groups, return_inverse=True)[1].astype(np.int32)


def _clusterer(name: str, k: int, seed: int, starts: int) -> Any:
    if name == "gmm":
        from sklearn.mixture import GaussianMixture

        return GaussianMixture(k, n_init=MIXTURE_STARTS, random_state=seed)
    from sklearn.cluster import AgglomerativeClustering, KMeans

    if name == "ward":
        return AgglomerativeClustering(k)
    # Without a tolerance, starts that lead to the same place end in it, not somewhere near.
    return KMeans(k, n_init=starts, tol=0, random_state=seed)


def by_revenue(groups: NDArray[np.int32], revenue: NDArray[np.float64]) -> NDArray[np.int32]:
    """Renumber groups so that 0 has the highest mean revenue, ties by the group's first customer."""
    mean = np.bincount(groups, revenue) / np.bincount(groups)
    first = np.unique(groups, return_index=True)[1]
    rank = np.empty(len(mean), np.int32)
    rank[np.lexsort((first, -mean))] = np.arange(len(mean))
    return rank[groups]
