"""How far two segmentations of the same customers agree: as partitions, on the Insider set, and cluster by cluster."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

COVERAGE = 0.85
"""Share of revenue that the Insider set covers: the programme's own default."""

Labels = NDArray[np.integer[Any]]
"""One cluster number per customer; only who shares a number with whom means anything."""


def adjusted_rand(one: Labels, other: Labels) -> float:
    """Return the adjusted Rand index (Hubert & Arabie, 1985) of two sets of clusters: 1 if equal, 0 as by chance.

    Args:
        one: Clusters of customers.
        other: Other clusters of the same customers, in the same order.
    """
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(one, other))


def jaccard(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return the Jaccard index (1901) of two sets of the same customers, as one truth value each.

    1 if both are empty.
    """
    either = int((one | other).sum())
    return float((one & other).sum()) / either if either else 1.0


def worthiest(revenue: NDArray[np.float64], coverage: float = COVERAGE) -> NDArray[np.bool_]:
    """Return who is an Insider by their own money.

    The fewest customers who cover a share of revenue, and all worth as much.

    The programme's policy ``value``, without what it remembers of earlier refreshes.

    Args:
        revenue: One amount per customer.
        coverage: The share of all revenue that they cover.
    """
    worth = np.sort(revenue)[::-1]
    covered = np.cumsum(worth)
    last = int(np.searchsorted(covered, coverage * covered[-1]))
    return revenue >= worth[min(last, len(worth) - 1)]


def insider_set(
    clusters: Labels, revenue: NDArray[np.float64], coverage: float = COVERAGE
) -> NDArray[np.bool_]:
    """Return who is an Insider if clusters, highest mean revenue first, are taken until they cover a share.

    The programme's policy ``coverage``, without what it remembers of earlier refreshes.

    Args:
        clusters: One number per customer.
        revenue: One amount per customer.
        coverage: The share of all revenue that the clusters cover.
    """
    groups = np.unique(clusters, return_inverse=True)[1]
    revenues = np.bincount(groups, revenue)
    order = np.argsort(-revenues / np.bincount(groups), kind="stable")
    before = np.cumsum(revenues[order]) - revenues[order]
    inside = np.zeros(len(revenues), bool)
    inside[order] = before < coverage * revenue.sum()
    return inside[groups]


def cluster_recovery(clusters: Labels, resampled: Labels) -> dict[int, float]:
    """Return how well each cluster is found again: its largest Jaccard index with any cluster of another fit.

    The mean of it over bootstrap samples is Hennig's cluster-wise stability (*Cluster-wise assessment of cluster
    stability*, 2007).

    Args:
        clusters: The clusters in question, of the customers that both fits hold.
        resampled: The other fit's clusters of the same customers.

    Returns:
        The index by cluster, for every cluster that has a customer.
    """
    from scipy.sparse import coo_array

    names, row = np.unique(clusters, return_inverse=True)
    column = np.unique(resampled, return_inverse=True)[1]
    shared = coo_array((np.ones(len(row)), (row, column))).toarray()
    either = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    return dict(zip(names.tolist(), (shared / either).max(axis=1).tolist(), strict=True))


def pairwise_adjusted_rand(fits: Sequence[Labels]) -> list[float]:
    """:func:`adjusted_rand` of every two of several fits of the same customers."""
    return [adjusted_rand(one, other) for one, other in combinations(fits, 2)]


def pairwise_jaccard(sets: Sequence[NDArray[np.bool_]]) -> list[float]:
    """:func:`jaccard` of every two of several sets of the same customers."""
    return [jaccard(one, other) for one, other in combinations(sets, 2)]
