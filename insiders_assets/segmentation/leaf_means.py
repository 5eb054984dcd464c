"""The leaf embedding with named axes: where the customers of one's leaves stand, on average over the trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.forest import BATCH, Forest, read_forest


@dataclass(frozen=True)
class LeafMeans:
    """A forest and what its leaves say.

    A forest of several targets at once (Breiman's, 2001, as scikit-learn grows it) parts customers into leaves of like
    standing. A tree says of a customer what the fitted customers of that leaf are on average; the mean over trees is
    the coordinate. Its axes cannot turn, as those of a reduction would: each is one target, smoothed by all inputs.

    Attributes:
        forest: The trees.
        means: Per leaf, the mean of each target over all fitted customers in it, ``(leaves, axes)``.
        shift: Per axis, the mean of the fitted customers.
        factor: Per axis, one by their deviation.
    """

    forest: Forest
    means: NDArray[np.float64]
    shift: NDArray[np.float64]
    factor: NDArray[np.float64]

    @classmethod
    def fitted(cls, forest: Forest, inputs: NDArray[np.float32], targets: NDArray[np.float64]) -> LeafMeans:
        """Learn what leaves say.

        Args:
            forest: Trees that were grown on some of these customers.
            inputs: One row per fitted customer.
            targets: Their standings, ``(customers, axes)``.
        """
        leaves = forest.leaves(inputs).T
        total = np.zeros((targets.shape[1], forest.n_leaves))
        count = np.zeros(forest.n_leaves)
        for tree in leaves:
            count += np.bincount(tree, minlength=forest.n_leaves)
            for axis, target in enumerate(targets.T):
                total[axis] += np.bincount(tree, target, minlength=forest.n_leaves)
        means = (total / np.maximum(count, 1)).T
        none = np.zeros(targets.shape[1])
        raw = cls(forest, np.ascontiguousarray(means), none, none + 1)(inputs)
        spread = raw.std(axis=0)
        return cls(
            forest,
            np.ascontiguousarray(means),
            raw.mean(axis=0),
            1 / np.where(spread > 1e-12, spread, 1),
        )

    def __call__(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return customers' coordinates, ``(customers, axes)``; those of the fitted have mean 0 and deviation 1."""
        found = np.empty((len(inputs), self.width))
        by_axis = np.ascontiguousarray(self.means.T)
        for start in range(0, len(inputs), BATCH):
            rows = slice(start, start + BATCH)
            leaves = self.forest.leaves(inputs[rows]).T
            total = np.zeros((self.width, leaves.shape[1]))
            for tree in leaves:  # in their order, so that a sum never rounds otherwise
                place = tree.astype(np.intp)
                for axis, means in enumerate(by_axis):
                    total[axis] += means.take(place)
            found[rows] = total.T / len(leaves)
        return (found - self.shift) * self.factor

    @property
    def width(self) -> int:
        """How many coordinates a customer gets."""
        return len(self.shift)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that it knows, as arrays to be stored."""
        trees = {f"forest_{name}": array for name, array in self.forest.arrays().items()}
        return trees | {"means": self.means, "shift": self.shift, "factor": self.factor}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], *, n_inputs: int) -> LeafMeans:
        """Return the leaf means that :meth:`arrays` was taken from.

        Raises:
            ValueError: An array is missing, superfluous, of another type or shape, or points outside another.
        """
        own = {name: array for name, array in arrays.items() if not name.startswith("forest_")}
        if {name: array.dtype.str for name, array in own.items()} != dict.fromkeys(
            ("means", "shift", "factor"), "<f8"
        ):
            raise ValueError("its arrays are not those of leaf means")
        forest = read_forest(arrays, n_inputs)
        axes = own["shift"].shape
        if len(axes) != 1 or own["factor"].shape != axes or own["means"].shape != (forest.n_leaves, *axes):
            raise ValueError("its arrays do not fit together")
        return cls(forest, **own)
