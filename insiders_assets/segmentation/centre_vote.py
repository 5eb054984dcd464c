"""Assignment to the nearest centre, and how many fits on resampled customers agree with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.forest import BATCH
from insiders_assets.segmentation.space import Space, read_space, stored

if TYPE_CHECKING:
    from insiders_assets.segmentation.recipes import Recipe

RESAMPLES = 50
"""Bootstrap samples (Efron, 1979) that vote."""

SLACK = 1e-9
"""What distances may be off by, being rounded."""

SETTLED = 100
"""Rounds in which centres and clusters come to agree, at most; after KMeans they need one or two."""


@dataclass(frozen=True)
class CentreVote:
    """KMeans centres in a space, those of resampled fits, and a flat picture of the space.

    Attributes:
        space: Where customers are placed.
        centres: The clusters' centres, ``(k, coordinates)``.
        resampled: Those of each resampled fit, in the same order, ``(resamples, k, coordinates)``.
        axes: The picture's two axes, ``(coordinates, 2)``: principal components, for looking only. None where the
            space's own axes have names: they are the picture then.
    """

    space: Space
    centres: NDArray[np.float64]
    resampled: NDArray[np.float64]
    axes: NDArray[np.float64] | None

    @classmethod
    def fitted(
        cls,
        space: Space,
        points: NDArray[np.float64],
        clusters: NDArray[np.int32],
        seed: int,
        *,
        named: bool,
    ) -> CentreVote:
        """Let resampled customers vote on clusters that KMeans found.

        Args:
            space: How ``points`` were made.
            points: The fitted customers in it.
            clusters: Their clusters, 0 to k - 1.
            seed: Seed of the resamples.
            named: Whether the space's axes have names.
        """
        centres = means_of(points, clusters)
        draw = np.random.default_rng(seed)
        resampled = [
            _moved(points[draw.integers(0, len(points), len(points))], centres) for _ in range(RESAMPLES)
        ]
        return cls(space, centres, np.stack(resampled), None if named else principal_axes(points))

    def assign(
        self, inputs: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        """Assign customers, in batches on all processors; the outcome depends on neither.

        Args:
            inputs: One row per customer.

        Returns:
            Clusters from 0, coordinates, and the share of resampled fits that agree.
        """

        def vote(points: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
            clusters, margin = nearest_with_margin(points, self.centres)
            agreeing = np.full(len(points), float(len(self.resampled)))
            for centres in self.resampled:
                # Whoever is nearer to a centre than to the next by twice what any of them has moved, stays.
                reach = 2 * np.sqrt(((centres - self.centres) ** 2).sum(axis=1).max())
                near = np.flatnonzero(margin <= reach * (1 + SLACK) + SLACK)
                agreeing[near] -= nearest_centre(points[near], centres) != clusters[near]
            return clusters, agreeing / len(self.resampled)

        return in_batches(self.space, inputs, vote, self.axes)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that it knows, as arrays to be stored."""
        own = {"centres": self.centres, "resampled": self.resampled}
        return stored(self.space) | own | ({} if self.axes is None else {"axes": self.axes})

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], recipe: Recipe, k: int) -> CentreVote:
        """Return the vote that :meth:`arrays` was taken from.

        Raises:
            ValueError: An array is missing, superfluous, of another type or shape, or points outside another.
        """
        space, rest = read_space(arrays, recipe)
        width = space.width
        resamples = len(rest["resampled"]) if "resampled" in rest else 0
        shapes = {"centres": (k, width), "resampled": (resamples, k, width)}
        shapes |= {} if recipe.named else {"axes": (width, 2)}
        if {name: array.shape for name, array in rest.items()} != shapes or not resamples:
            raise ValueError("its arrays are not those of a centre vote")
        if any(array.dtype.str != "<f8" for array in rest.values()):
            raise ValueError("its arrays are of another type than a centre vote's")
        return cls(space, rest["centres"], rest["resampled"], rest.get("axes"))


def in_batches(
    space: Space,
    inputs: NDArray[np.float32],
    vote: Any,
    axes: NDArray[np.float64] | None,
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Place customers and let them be voted on, a batch at a time on all processors.

    Args:
        space: What places them.
        inputs: One row per customer.
        vote: Gives clusters and confidence of points.
        axes: What flattens a point for the picture; None shows its own coordinates, two at least.
    """
    clusters = np.empty(len(inputs), np.int32)
    confidence = np.empty(len(inputs))
    width = max(space.width, 2) if axes is None else 2
    positions = np.zeros((len(inputs), width))

    def work(start: int) -> None:
        rows = slice(start, start + BATCH)
        points = space(inputs[rows])
        clusters[rows], confidence[rows] = vote(points)
        flat = points if axes is None else _projected(points, axes)
        positions[rows, : flat.shape[1]] = flat

    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        list(pool.map(work, range(0, len(inputs), BATCH)))
    return clusters, positions, confidence


def nearest_centre(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return the nearest centre of each point; the first of several that are as near."""
    return nearest_with_margin(points, centres)[0]


def nearest_with_margin(
    points: NDArray[np.float64], centres: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the nearest centre of each point, and how much farther the next one is; infinitely, if there is no other.

    Squares are summed feature by feature, so that batches cannot change a rounding.
    """
    clusters = np.zeros(len(points), np.int32)
    least, second = np.full(len(points), np.inf), np.full(len(points), np.inf)
    columns = np.ascontiguousarray(points.T)
    for cluster, centre in enumerate(centres):
        distance = np.zeros(len(points))
        for column, coordinate in zip(columns, centre, strict=True):
            distance += (column - coordinate) ** 2
        nearer = distance < least
        clusters[nearer] = cluster
        np.minimum(second, np.maximum(distance, least), out=second)
        np.minimum(distance, least, out=least)
    return clusters, np.sqrt(second) - np.sqrt(least)


def means_of(points: NDArray[np.float64], clusters: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the mean point of each cluster, ``(k, coordinates)``."""
    return np.vstack([points[clusters == cluster].mean(axis=0) for cluster in range(int(clusters.max()) + 1)])


def settled(points: NDArray[np.float64], clusters: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return clusters whose every customer is nearest to the mean of their own, as an assignment will find them."""
    for _ in range(SETTLED):
        found = nearest_centre(points, means_of(points, clusters))
        if (found == clusters).all() or len(np.unique(found)) <= int(clusters.max()):
            break
        clusters = found
    return clusters


def principal_axes(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the first two principal components (Pearson, 1901), their largest loadings positive."""
    centred = points - points.mean(axis=0)
    vectors = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2]
    axes = np.zeros((points.shape[1], 2))
    axes[:, : vectors.shape[1]] = vectors * np.sign(
        vectors[np.abs(vectors).argmax(axis=0), range(vectors.shape[1])]
    )
    return axes


def _projected(points: NDArray[np.float64], axes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([(points * axes[:, axis]).sum(axis=1) for axis in range(2)])


def _moved(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return centres after KMeans on other points, starting from these, so that each keeps its number."""
    from sklearn.cluster import KMeans

    return np.asarray(KMeans(len(centres), init=centres, n_init=1).fit(points).cluster_centers_)
