"""A regression forest as plain arrays: fitted with scikit-learn, walked without it.

Loading a model must neither unpickle anything nor wait for scikit-learn, and a million customers must be walked
through five hundred trees in seconds. So the trees are kept as arrays and walked by a small compiled function.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray


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

    def leaves(self, inputs: NDArray[np.float32]) -> NDArray[np.int32]:
        """The leaf of each tree that each customer falls into.

        Args:
            inputs: One row per customer, single precision like scikit-learn's own trees.

        Returns:
            Leaf numbers, ``(customers, trees)``; they count through all trees, so no two trees share one.
        """
        found = np.empty((len(inputs), len(self.roots)), np.int32)
        _compiled()(
            np.ascontiguousarray(inputs, np.float32),
            *(self.feature, self.threshold, self.left, self.right, self.roots),
            found,
        )
        return found

    def is_sound(self, n_inputs: int) -> bool:
        """Whether walking can neither leave the arrays nor go round in circles, whatever the inputs."""
        if self.roots.ndim != 1 or {array.shape for array in (self.feature, self.threshold, self.right)} != {
            (len(self.left),)
        }:
            return False
        nodes = np.arange(len(self.left))
        inner = self.left >= 0
        ends = np.append(self.roots[1:], len(nodes))
        last = np.repeat(ends, np.diff(np.append(self.roots, len(nodes))))
        forward = all(
            bool(((child > nodes) & (child < last))[inner].all()) for child in (self.left, self.right)
        )
        asks = bool(((self.feature >= 0) & (self.feature < n_inputs))[inner].all())
        leaves = np.sort(-1 - self.left[~inner])
        return forward and asks and bool((leaves == np.arange(len(leaves))).all())


def fit_forest(
    inputs: NDArray[np.float32],
    target: NDArray[np.float64],
    *,
    trees: int,
    min_samples_leaf: int,
    seed: int,
    sampled: int | None = None,
) -> Forest:
    """Fit a random forest (Breiman, 2001) that explains ``target`` by ``inputs``.

    Args:
        inputs: One row per customer.
        target: One value per customer.
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
        n_jobs=-1,
    ).fit(inputs, target)
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


@cache
def _compiled() -> Any:
    from insiders_assets.segmentation.compiling import compiled

    return compiled(_walk)


def _walk(  # pragma: no cover - runs compiled
    inputs: Any, feature: Any, threshold: Any, left: Any, right: Any, roots: Any, found: Any
) -> None:
    """Walk every customer through every tree; a tree stays in the processor's cache while customers pass."""
    for tree in range(roots.shape[0]):
        for row in range(inputs.shape[0]):
            node = roots[tree]
            while left[node] >= 0:
                node = left[node] if inputs[row, feature[node]] <= threshold[node] else right[node]
            found[row, tree] = -1 - left[node]
