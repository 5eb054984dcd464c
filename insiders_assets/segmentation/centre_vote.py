"""Assignment to the nearest centre, and how many of fifty fits on resampled customers agree with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.scaling import Scaling

BATCH = 8_192
"""Customers compared with all centres at once."""

RESAMPLES = 50
"""Bootstrap samples (Efron, 1979) that vote."""


@dataclass(frozen=True)
class CentreVote:
    """KMeans centres in a scaled space, those of resampled fits, and a flat picture of the space.

    Attributes:
        scaling: How features are made comparable.
        centres: The clusters' centres, ``(k, features)``.
        resampled: Those of each resampled fit, in the same order, ``(resamples, k, features)``.
        axes: The picture's two axes, ``(features, 2)``: principal components, for looking only.
    """

    scaling: Scaling
    centres: NDArray[np.float64]
    resampled: NDArray[np.float64]
    axes: NDArray[np.float64]

    @classmethod
    def fitted(
        cls, scaling: Scaling, points: NDArray[np.float64], clusters: NDArray[np.int32], seed: int
    ) -> CentreVote:
        """Let resampled customers vote on clusters that KMeans found.

        Args:
            scaling: How ``points`` were made.
            points: The fitted customers, scaled.
            clusters: Their clusters, 0 to k - 1.
            seed: Seed of the resamples.
        """
        k = int(clusters.max()) + 1
        centres = np.vstack([points[clusters == cluster].mean(axis=0) for cluster in range(k)])
        draw = np.random.default_rng(seed)
        resampled = [
            _moved(points[draw.integers(0, len(points), len(points))], centres) for _ in range(RESAMPLES)
        ]
        return cls(scaling, centres, np.stack(resampled), principal_axes(points))

    def assign(
        self, inputs: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        """Assign customers, in batches; the outcome does not depend on them.

        Args:
            inputs: One row per customer, unscaled.

        Returns:
            Clusters from 0, coordinates ``(customers, 2)``, and the share of resampled fits that agree.
        """
        clusters = np.empty(len(inputs), np.int32)
        positions = np.empty((len(inputs), 2))
        confidence = np.empty(len(inputs))
        for start in range(0, len(inputs), BATCH):
            rows = slice(start, start + BATCH)
            points = self.scaling(inputs[rows])
            clusters[rows] = nearest_centre(points, self.centres)
            votes = [nearest_centre(points, centres) == clusters[rows] for centres in self.resampled]
            confidence[rows] = np.mean(votes, axis=0)
            positions[rows] = _projected(points, self.axes)
        return clusters, positions, confidence

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that it knows, as arrays to be stored."""
        parts = {f"scaling_{name}": value for name, value in vars(self.scaling).items()}
        return parts | {name: value for name, value in vars(self).items() if name != "scaling"}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], *, n_inputs: int, k: int) -> CentreVote:
        """The vote that :meth:`arrays` was taken from.

        Raises:
            ValueError: An array is missing, superfluous, or of another type or shape.
        """
        knots = len(arrays["scaling_knots"]) if "scaling_knots" in arrays else 0
        resamples = len(arrays["resampled"]) if "resampled" in arrays else 0
        shapes = {
            "scaling_logged": (1,),
            "scaling_shift": (n_inputs,),
            "scaling_factor": (n_inputs,),
            "scaling_knots": (knots, n_inputs),
            "centres": (k, n_inputs),
            "resampled": (resamples, k, n_inputs),
            "axes": (n_inputs, 2),
        }
        if {name: array.shape for name, array in arrays.items()} != shapes or not resamples:
            raise ValueError("its arrays are not those of a centre vote")
        if any(
            array.dtype.str != ("<i4" if name == "scaling_logged" else "<f8")
            for name, array in arrays.items()
        ):
            raise ValueError("its arrays are of another type than a centre vote's")
        scaling = {name: array for name, array in arrays.items() if name.startswith("scaling_")}
        return cls(
            Scaling(**{name.removeprefix("scaling_"): array for name, array in scaling.items()}),
            **{name: array for name, array in arrays.items() if name not in scaling},
        )


def nearest_centre(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.int32]:
    """The nearest centre of each point, summed feature by feature so that batches cannot change a rounding."""
    distance = np.zeros((len(points), len(centres)))
    for feature in range(points.shape[1]):
        distance += (points[:, feature, None] - centres[None, :, feature]) ** 2
    return distance.argmin(axis=1).astype(np.int32)


def principal_axes(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The first two principal components (Pearson, 1901), each pointing where its largest loading is positive."""
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
    """Centres after KMeans on other points, starting from these, so that each keeps its number."""
    from sklearn.cluster import KMeans

    return np.asarray(KMeans(len(centres), init=centres, n_init=1).fit(points).cluster_centers_)
