"""A regression forest as plain arrays: fitted with scikit-learn, walked with numpy alone.

Loading a model must neither unpickle anything nor wait for scikit-learn or for a compiler. So the trees are kept as
arrays, and :mod:`insiders_assets.segmentation.leaf_masks` walks many customers through them at once.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.leaf_masks import LeafMasks

BATCH = 8_192
"""Customers walked at once."""


@dataclass(frozen=True)
class Forest:
    """Binary trees over numeric inputs, all in one set of arrays.

    Attributes:
        feature: Per node, the input it asks about.
        threshold: Per node, the value that sends a customer left if not exceeded.
        left: Per node, the next node on the left; ``-1 - leaf`` if the node is a leaf.
        right: Per node, the next node on the right.
        roots: Per tree, its first node.
    """

    feature: NDArray[np.int16]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    roots: NDArray[np.int64]

    @property
    def n_leaves(self) -> int:
        """Leaves of all trees together."""
        return int((self.left < 0).sum())

    @property
    def ends(self) -> NDArray[np.int64]:
        """Per tree, the first node that is not its own any more."""
        return np.append(self.roots[1:], len(self.left))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the trees as arrays to be stored."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def leaves(self, inputs: NDArray[np.float32]) -> NDArray[np.int32]:
        """Return the leaf of each tree that each customer falls into.

        Args:
            inputs: One row per customer, single precision like scikit-learn's own trees.

        Returns:
            Leaf numbers, ``(customers, trees)``; they count through all trees, so no two trees share one.
        """
        found = np.empty((len(self.roots), len(inputs)), np.int32)
        for start in range(0, len(inputs), BATCH):
            rows = slice(start, start + BATCH)
            if self._masks:
                self._masks.leaves(inputs[rows], found[:, rows])
            else:
                self._walk(inputs[rows], found[:, rows])
        return found.T

    def is_sound(self, n_inputs: int) -> bool:
        """Return whether walking can neither leave the arrays nor go round in circles, whatever the inputs."""
        if self.roots.ndim != 1 or {array.shape for array in (self.feature, self.threshold, self.right)} != {
            (len(self.left),)
        }:
            return False
        if (
            not len(self.roots)
            or self.roots[0] != 0
            or (np.diff(np.append(self.roots, len(self.left))) < 1).any()
        ):
            return False
        nodes = np.arange(len(self.left))
        inner = self.left >= 0
        last = np.repeat(self.ends, np.diff(np.append(self.roots, len(nodes))))
        forward = all(
            bool(((child > nodes) & (child < last))[inner].all()) for child in (self.left, self.right)
        )
        asks = bool(((self.feature >= 0) & (self.feature < n_inputs))[inner].all())
        leaves = np.sort(-1 - self.left[~inner])
        return forward and asks and bool((leaves == np.arange(len(leaves))).all())

    @cached_property
    def _masks(self) -> LeafMasks | None:
        """The trees as masks of leaves; None where they are too large for it."""
        return LeafMasks.of(self)

    def _walk(self, inputs: NDArray[np.float32], found: NDArray[np.int32]) -> None:
        """Walk customers through every tree, a level at a time."""
        leaf = self.left < 0
        stay = np.arange(len(self.left))
        left, right = np.where(leaf, stay, self.left), np.where(leaf, stay, self.right)
        rows = np.arange(len(inputs))
        for tree, root in enumerate(self.roots):
            node = np.full(len(inputs), root)
            while not leaf[node].all():
                goes_left = inputs[rows, self.feature[node]] <= self.threshold[node]
                node = np.where(goes_left, left[node], right[node])
            found[tree] = -1 - self.left[node]


def fit_forest(
    inputs: NDArray[np.float32],
    targets: NDArray[np.float64],
    *,
    trees: int,
    min_samples_leaf: int,
    seed: int,
    sampled: int | None = None,
) -> Forest:
    """Fit a random forest (Breiman, 2001) that explains one target, or several at once, by ``inputs``.

    Args:
        inputs: One row per customer.
        targets: One value per customer, or a row of values.
        trees: How many trees.
        min_samples_leaf: Customers in a leaf, at least.
        seed: Seed of bootstraps and of the order in which inputs are tried.
        sampled: Customers that each tree is grown on, drawn with repeats; None draws as many as there are.
    """
    from sklearn.ensemble import RandomForestRegressor

    fitted = RandomForestRegressor(
        n_estimators=trees,
        min_samples_leaf=min_samples_leaf,
        max_samples=sampled,
        random_state=seed,
        n_jobs=1,  # in threads, its workers may leave Python without any filter of warnings, and every later fit warns
    ).fit(inputs, targets)
    return as_arrays([tree.tree_ for tree in fitted.estimators_])


def as_arrays(trees: list[Any]) -> Forest:
    """Scikit-learn's trees (``sklearn.tree._tree.Tree``) as one :class:`Forest`."""
    sizes = [tree.node_count for tree in trees]
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    offset = np.repeat(roots, sizes)
    left = np.concatenate([tree.children_left for tree in trees])
    right = np.concatenate([tree.children_right for tree in trees])
    leaf = left < 0
    number = np.cumsum(leaf) - 1
    return Forest(
        feature=np.where(leaf, 0, np.concatenate([tree.feature for tree in trees])).astype(np.int16),
        threshold=np.where(leaf, 0.0, np.concatenate([tree.threshold for tree in trees])),
        left=np.where(leaf, -1 - number, left + offset).astype(np.int32),
        right=np.where(leaf, -1, right + offset).astype(np.int32),
        roots=roots,
    )


def read_forest(arrays: dict[str, NDArray[Any]], n_inputs: int) -> Forest:
    """Return the forest whose :meth:`Forest.arrays` are among these, each with ``forest_`` before its name.

    Raises:
        ValueError: An array is missing, superfluous, of another type or shape, or points outside another.
    """
    types = {"feature": "<i2", "threshold": "<f8", "left": "<i4", "right": "<i4", "roots": "<i8"}
    own = {
        name.removeprefix("forest_"): np.ascontiguousarray(array)
        for name, array in arrays.items()
        if name.startswith("forest_")
    }
    if {name: array.dtype.str for name, array in own.items()} != types:
        raise ValueError("its arrays are not those of a forest")
    forest = Forest(**own)
    if not forest.is_sound(n_inputs):
        raise ValueError("its arrays do not fit together")
    return forest
