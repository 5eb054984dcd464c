"""How far apart clusters are, measured in three spaces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.neighbours import one_hot

SAMPLED = 2_000
"""Customers that silhouettes are measured on, at most; they are spread evenly over the table. Time grows with their
square, and the mean of that many is known to a hundredth."""


def silhouettes(
    clusters: NDArray[np.int32],
    positions: Callable[[], NDArray[np.float64]],
    inputs: NDArray[np.float32],
    leaves: NDArray[np.int32] | None,
) -> dict[str, float | None]:
    """Return mean silhouettes (Rousseeuw, 1987) of one set of clusters in three spaces.

    The silhouette in the embedding measures the embedding's layout, which pulls groups apart whether or not there are
    any; the other two say what is in the data.

    Args:
        clusters: One number per customer.
        positions: Gives the coordinates in the embedding.
        inputs: The features that customers are compared by; scaled to the unit interval here.
        leaves: Leaves per tree, compared by Hamming distance; None where there is no forest.

    Returns:
        ``embedding``, ``features`` and ``leaves``; None where it is undefined: no forest, or a single cluster.
    """
    rows = np.unique(np.linspace(0, len(clusters) - 1, SAMPLED).round().astype(np.int64))
    labels = clusters[rows]
    if not 1 < len(np.unique(labels)) < len(labels):
        return {"embedding": None, "features": None, "leaves": None}
    from sklearn.metrics import silhouette_score

    span = np.ptp(inputs, axis=0)
    scaled = (inputs - inputs.min(axis=0)) / np.where(span > 0, span, 1)
    found = {"features": silhouette_score(scaled[rows], labels)}
    if leaves is not None:
        found["leaves"] = silhouette_score(hamming(leaves[rows]), labels, metric="precomputed")
    found["embedding"] = silhouette_score(positions()[rows], labels)  # last: it may be in the making still
    return {
        name: round(float(found[name]), 6) if name in found else None
        for name in ("embedding", "features", "leaves")
    }


def hamming(leaves: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return the share of trees in which two customers lie in different leaves, for every two customers."""
    hot = one_hot(leaves)
    distance = 1 - (hot @ hot.T).toarray() / leaves.shape[1]
    np.fill_diagonal(distance, 0)
    return np.asarray(np.maximum(distance, 0), np.float32)
