"""Grouping customers and numbering the groups."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

STARTS, STARTED = (50, 200), 1_000_000
"""How often KMeans starts anew, at least and at most, and customers put through all starts together; the best is kept.
With fifty, one seed in eight missed the best place among some thousand customers."""

KEPT = 1.02
"""How much wider apart customers may lie around clusters that carry on than around those found anew: below, the old
ones are as good a place among several."""

MIXTURE_STARTS = 50
"""How often a Gaussian mixture starts anew; each start begins with KMeans."""


def clusters_of(
    points: NDArray[np.float64], k: int, clusterer: str, seed: int, starts: int | None = None
) -> NDArray[np.int32]:
    """Group customers.

    Args:
        points: One row per customer.
        k: How many groups, at most: never more than there are different points.
        clusterer: ``kmeans`` (Lloyd, 1982), ``gmm`` (full covariances) or ``ward`` (1963).
        seed: Seed of the starts.
        starts: How often KMeans starts; None as often as :data:`STARTS` says.

    Returns:
        Group numbers from 0 without gaps, in no particular order.
    """
    k = min(k, len(np.unique(points, axis=0)))
    if k == 1:
        return np.zeros(len(points), np.int32)
    starts = starts or int(np.clip(STARTED // len(points), *STARTS))
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


def carried_on(
    points: NDArray[np.float64], anew: NDArray[np.int32], before: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return clusters that KMeans finds from where the old ones lie, or those found anew if they are clearly better.

    Among several places that are almost as good, chance chooses; starting from the old one keeps customers where they
    are unless the data say otherwise.

    Args:
        points: One row per customer.
        anew: Clusters found without the old ones, 0 to k - 1.
        before: The clusters that the same customers were in, 0 to k - 1; of another number, ``anew`` is returned.
    """
    from sklearn.cluster import KMeans

    k = int(anew.max()) + 1
    if k == 1 or len(np.unique(before)) != k:
        return anew
    centres = np.vstack([points[before == cluster].mean(axis=0) for cluster in np.unique(before)])
    found = KMeans(k, init=centres, n_init=1, tol=0).fit_predict(points)
    good = len(np.unique(found)) == k and spread(points, found) <= KEPT * spread(points, anew)
    return found.astype(np.int32) if good else anew


def spread(points: NDArray[np.float64], clusters: NDArray[np.int32]) -> float:
    """Return the sum of squared distances of points from the mean of their cluster."""
    return float(
        sum(
            ((own - own.mean(axis=0)) ** 2).sum()
            for own in (points[clusters == cluster] for cluster in np.unique(clusters))
        )
    )


def by_revenue(groups: NDArray[np.int32], revenue: NDArray[np.float64]) -> NDArray[np.int32]:
    """Renumber groups so that 0 has the highest mean revenue, ties by the group's first customer."""
    mean = np.bincount(groups, revenue) / np.bincount(groups)
    first = np.unique(groups, return_index=True)[1]
    rank = np.empty(len(mean), np.int32)
    rank[np.lexsort((first, -mean))] = np.arange(len(mean))
    return rank[groups]
