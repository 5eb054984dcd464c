"""The leaf embedding: two coordinates per customer such that customers with like leaves lie together."""

from __future__ import annotations

import warnings
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray


def umap_layout(
    order: NDArray[np.int64],
    distance: NDArray[np.float32],
    *,
    min_dist: float,
    epochs: int,
    negative_samples: int,
    seed: int,
    start: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Lay customers out with UMAP (McInnes, Healy & Melville, 2018), given their exact neighbours.

    Handing the neighbours over spares the compilation of an approximate search, which is most of UMAP's cold start.

    Args:
        order: Each customer's neighbours, itself first, ``(customers, neighbours)``.
        distance: How far they are, in the same shape.
        min_dist: How far apart near customers are kept.
        epochs: Rounds of the layout.
        negative_samples: Customers pushed away for each pulled near.
        seed: Seed of the layout; with one, UMAP runs in one thread and repeats itself exactly.
        start: Where customers lie before the first round, ``(customers, 2)``; None asks UMAP for a spectral layout of
            the neighbours, which takes minutes where many customers have no link to the rest.

    Returns:
        Coordinates, ``(customers, 2)``.
    """
    with warnings.catch_warnings():
        # We never ask UMAP to place new customers, so it need not warn that it will not be able to.
        warnings.filterwarnings("ignore", message="precomputed_knn", category=UserWarning)
        # A few odd customers may have no link to the rest; UMAP then lays out each part, which is what we want.
        warnings.filterwarnings("ignore", message="Spectral initialisation failed", category=UserWarning)
        import umap

        _keep_compiled()
        reducer = umap.UMAP(
            n_neighbors=order.shape[1],
            min_dist=min_dist,
            n_epochs=epochs,
            negative_sample_rate=negative_samples,
            random_state=seed,
            n_jobs=1,
            precomputed_knn=(order, distance),
            init="spectral" if start is None else start.astype(np.float32),
        )
        return np.asarray(reducer.fit_transform(np.zeros((len(order), 1), np.float32)), np.float64)


def _keep_compiled() -> None:
    """Have the loops that a layout from exact neighbours runs kept on disk between processes.

    UMAP compiles them anew in each, for longer than it runs.
    """
    from umap import layouts, umap_

    for loop in (
        umap_.smooth_knn_dist,
        umap_.compute_membership_strengths,
        layouts._nb_optimize_layout_euclidean_single_epoch,
    ):
        if not loop.signatures:  # compiled already: too late to be read from the disk, too early to be lost
            loop.targetoptions["nogil"] = True
            with suppress(RuntimeError):  # nowhere to keep them
                loop.enable_caching()


def joined(positions: NDArray[np.float64], groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """Put customers of one group on their mean position, so that equal customers are in one place."""
    sizes = np.bincount(groups)
    means = np.column_stack(
        [np.bincount(groups, positions[:, axis]) / sizes for axis in range(positions.shape[1])]
    )
    return means[groups]
