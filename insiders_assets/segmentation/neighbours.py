"""Exact nearest neighbours among forest leaves. Leaves are names: only being the same leaf or not means anything."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 2_048
"""Customers compared with all others at once; bounds memory to 160 MB at 20,000 customers."""


def one_hot(leaves: NDArray[np.int32]) -> Any:
    """Leaves as a sparse 0/1 matrix, ``(customers, all leaves)``: row products count shared leaves."""
    from scipy.sparse import csr_matrix

    rows, trees = leaves.shape
    ones = np.ones(leaves.size, np.float32)
    return csr_matrix(
        (ones, leaves.ravel(), np.arange(0, leaves.size + 1, trees)), shape=(rows, leaves.max() + 1)
    )


def nearest(leaves: NDArray[np.int32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return each customer's ``k`` nearest customers by Hamming distance between leaves; itself comes first.

    Args:
        leaves: ``(customers, trees)``, leaf numbers that no two trees share.
        k: How many neighbours, the customer itself included.

    Returns:
        Their row numbers and distances, both ``(customers, k)``; ties go to the lower row number.
    """
    trees = leaves.shape[1]
    hot = one_hot(leaves)
    other = hot.T.tocsr()
    order = np.empty((len(leaves), k), np.int64)
    distance = np.empty((len(leaves), k), np.float32)
    for start in range(0, len(leaves), BLOCK):
        shared = (hot[start : start + BLOCK] @ other).toarray()
        rows = np.arange(len(shared))
        shared[rows, start + rows] = trees + 1  # itself first, even before customers with equal leaves
        found = _largest(shared, k)
        order[start : start + BLOCK] = found
        distance[start : start + BLOCK] = 1 - np.minimum(np.take_along_axis(shared, found, 1), trees) / trees
    return order, distance


def _largest(shared: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Return columns of the ``k`` largest values per row, largest first, ties by column."""
    columns = shared.shape[1]
    # Counts are whole numbers, so count and column make one sortable number without ties.
    key = shared.astype(np.int64) * columns + (columns - 1 - np.arange(columns))
    top = np.argpartition(key, columns - k, axis=1)[:, columns - k :]
    order = np.argsort(np.take_along_axis(key, top, 1), axis=1)[:, ::-1]
    return np.take_along_axis(top, order, 1)


def nearest_points(points: NDArray[np.float64], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return each point's ``k`` nearest points by Euclidean distance; itself comes first. See :func:`nearest`."""
    from sklearn.neighbors import NearestNeighbors

    distance, order = NearestNeighbors(n_neighbors=k).fit(points).kneighbors(points)
    own = np.arange(len(points))[:, None]
    others = np.argsort(np.where(order == own, -1.0, distance), axis=1, kind="stable")
    order, distance = np.take_along_axis(order, others, 1), np.take_along_axis(distance, others, 1)
    order[:, 0] = own[:, 0]  # among many equal points it may have been left out
    return order.astype(np.int64), distance.astype(np.float32)
