"""Coordinates from the forest alone: a diffusion map of the share of trees in which two customers share a leaf."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.neighbours import one_hot


def diffusion_map(leaves: NDArray[np.int32], dimensions: int) -> NDArray[np.float64]:
    """Return the diffusion map (Coifman & Lafon, 2006) of the forest's proximity.

    Of a walk from customer to customer, each step to one who shares leaves, the coordinates are the directions that
    are forgotten last: the smoothest in which customers differ. They hang on all trees and all customers at once, so a
    tenth of the customers more or less hardly moves them.

    The proximity of all pairs is never written down: it is the product of the one-hot leaves with themselves, and the
    solver only asks for products with a vector. Time and memory grow with customers, not with their square.

    Args:
        leaves: ``(customers, trees)``, leaf numbers that no two trees share.
        dimensions: How many coordinates; of no more customers than that, nothing can be said and all are 0.

    Returns:
        ``(customers, dimensions)``, slowest direction first, each signed so that the customer furthest out is positive.
    """
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import LinearOperator, eigsh

    count = len(leaves)
    if count <= dimensions:
        return np.zeros((count, dimensions))
    hot = one_hot(leaves).astype(np.float64)
    degree = hot @ (hot.T @ np.ones(count))
    walk = diags_array(1 / np.sqrt(degree)) @ hot
    back = walk.T.tocsr()
    # Where every walk ends up: known, and the same for all, so taken out.
    rest = np.sqrt(degree / degree.sum())

    def step(vector: NDArray[np.float64]) -> NDArray[np.float64]:
        return walk @ (back @ vector) - rest * (rest @ vector)

    start = np.random.default_rng(0).standard_normal(count)  # any will do, as long as it is always the same
    operator = LinearOperator((count, count), matvec=step, dtype=np.float64)
    values, vectors = eigsh(operator, k=dimensions, which="LA", v0=start, tol=1e-8)
    order = np.argsort(-values)
    found = vectors[:, order] / rest[:, None] * values[order]
    return np.asarray(found * np.sign(found[np.abs(found).argmax(axis=0), np.arange(dimensions)]))
