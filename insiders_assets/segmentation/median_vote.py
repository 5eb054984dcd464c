"""Assignment by medians: above or not, axis by axis. A rule that anybody can check by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.centre_vote import RESAMPLES, in_batches
from insiders_assets.segmentation.space import Space, read_space, stored

if TYPE_CHECKING:
    from insiders_assets.segmentation.recipes import Recipe


@dataclass(frozen=True)
class MedianVote:
    """Medians that part the space into two halves per axis, and those of resampled customers.

    Attributes:
        space: Where customers are placed.
        medians: The median per axis; who is above it is in the upper half.
        resampled: Those of resampled customers, ``(resamples, axes)``.
        cluster_of: Per cell (:func:`cells`), the cluster; a cell that nobody was fitted in has that of one next to it.
    """

    space: Space
    medians: NDArray[np.float64]
    resampled: NDArray[np.float64]
    cluster_of: NDArray[np.int32]

    @classmethod
    def fitted(
        cls, space: Space, points: NDArray[np.float64], clusters: NDArray[np.int32], seed: int
    ) -> MedianVote:
        """Let resampled customers vote on clusters that :func:`cells` made.

        Args:
            space: How ``points`` were made.
            points: The fitted customers in it.
            clusters: Their clusters, 0 to k - 1, one per cell.
            seed: Seed of the resamples.
        """
        medians = np.median(points, axis=0)
        own = cells(points, medians)
        known = dict(zip(own.tolist(), clusters.tolist(), strict=True))
        count = 2 ** points.shape[1]
        nearest = [min(known, key=lambda cell: ((cell ^ each).bit_count(), cell)) for each in range(count)]
        draw = np.random.default_rng(seed)
        resampled = [
            np.median(points[draw.integers(0, len(points), len(points))], axis=0) for _ in range(RESAMPLES)
        ]
        return cls(space, medians, np.stack(resampled), np.array([known[cell] for cell in nearest], np.int32))

    def assign(
        self, inputs: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        """Assign customers; see :meth:`CentreVote.assign`."""

        def vote(points: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
            clusters = self.cluster_of[cells(points, self.medians)]
            agreeing = np.zeros(len(points))
            for medians in self.resampled:
                agreeing += self.cluster_of[cells(points, medians)] == clusters
            return clusters, agreeing / len(self.resampled)

        return in_batches(self.space, inputs, vote, None)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that it knows, as arrays to be stored."""
        own: dict[str, NDArray[Any]] = {
            "medians": self.medians,
            "resampled": self.resampled,
            "cluster_of": self.cluster_of,
        }
        return stored(self.space) | own

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], recipe: Recipe, k: int) -> MedianVote:
        """Return the vote that :meth:`arrays` was taken from.

        Raises:
            ValueError: An array is missing, superfluous, of another type or shape, or points outside another.
        """
        space, rest = read_space(arrays, recipe)
        types = {"medians": "<f8", "resampled": "<f8", "cluster_of": "<i4"}
        if {name: array.dtype.str for name, array in rest.items()} != types:
            raise ValueError("its arrays are not those of a median vote")
        vote = cls(space, **rest)
        fits = (
            vote.medians.shape == (space.width,)
            and vote.resampled.shape == (len(vote.resampled), space.width)
            and len(vote.resampled)
            and vote.cluster_of.shape == (2**space.width,)
            and 0 <= int(vote.cluster_of.min()) <= int(vote.cluster_of.max()) < k
        )
        if not fits:
            raise ValueError("its arrays do not fit together")
        return vote


def cells(points: NDArray[np.float64], medians: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the cell of each point: a bit per axis, set above the median."""
    above = points > medians
    return (above << np.arange(points.shape[1])).sum(axis=1)
