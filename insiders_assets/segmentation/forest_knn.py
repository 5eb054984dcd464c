"""Assignment by vote: every fitted customer votes with the share of trees in which it shares a leaf with the new one.

That share is the forest's proximity (Breiman, 2001), one minus the Hamming distance between the two customers' leaves.
Because votes add up over trees, what the fitted customers of a leaf have to say is added up once, at the fit; an
assignment then adds one row of a table per tree and needs neither a neighbour search nor ``umap.transform``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.forest import BATCH, Forest, read_forest


@dataclass(frozen=True)
class LeafVote:
    """The forest, what each leaf's customers vote for, and where exactly the fitted customers are.

    Attributes:
        forest: The trees.
        table: Per leaf, fitted customers by cluster (``k`` columns), then the sums of their two coordinates.
        patterns: Sorted fingerprints of the fitted customers' leaves, each once.
        pattern_cluster: Per pattern, the cluster, 0 to ``k - 1``.
        pattern_position: Per pattern, the two coordinates.
    """

    forest: Forest
    table: NDArray[np.float32]
    patterns: NDArray[np.uint64]
    pattern_cluster: NDArray[np.int32]
    pattern_position: NDArray[np.float64]

    @classmethod
    def fitted(
        cls,
        forest: Forest,
        leaves: NDArray[np.int32],
        clusters: NDArray[np.int32],
        positions: NDArray[np.float64],
        k: int,
    ) -> LeafVote:
        """Add up, per leaf, what its fitted customers vote for.

        Args:
            forest: The trees.
            leaves: The fitted customers' leaves, ``(customers, trees)``.
            clusters: Their clusters, 0 to ``k - 1``; customers with equal leaves have equal clusters.
            positions: Their coordinates, ``(customers, 2)``; equal for equal leaves, too.
            k: How many clusters there are.
        """
        says = np.hstack([np.eye(k)[clusters], positions])
        table = np.zeros((forest.n_leaves, k + 2))
        for tree in range(leaves.shape[1]):
            np.add.at(table, leaves[:, tree], says)
        patterns, first = np.unique(fingerprints(leaves), return_index=True)
        return cls(forest, table.astype(np.float32), patterns, clusters[first], positions[first])

    def assign(
        self, inputs: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        """Assign customers, in batches on all processors; the outcome depends on neither.

        Args:
            inputs: One row per customer, the forest's inputs.

        Returns:
            Clusters from 0, coordinates ``(customers, 2)``, and each cluster's share of the vote.
        """
        clusters = np.empty(len(inputs), np.int32)
        positions = np.empty((len(inputs), 2))
        confidence = np.empty(len(inputs))

        def work(start: int) -> None:
            rows = slice(start, start + BATCH)
            clusters[rows], positions[rows], confidence[rows] = self._assign(inputs[rows])

        with ThreadPoolExecutor(cpu_count() or 1) as pool:
            list(pool.map(work, range(0, len(inputs), BATCH)))
        return clusters, positions, confidence

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that it knows, as arrays to be stored."""
        parts = {f"forest_{name}": value for name, value in self.forest.arrays().items()}
        return parts | {name: value for name, value in vars(self).items() if name != "forest"}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], *, n_inputs: int, k: int) -> LeafVote:
        """Return the vote that :meth:`arrays` was taken from, checked so that no walk or sum can leave an array.

        Raises:
            ValueError: An array is missing, superfluous, of another type or shape, or points outside another.
        """
        types = {"table": "<f4", "patterns": "<u8", "pattern_cluster": "<i4", "pattern_position": "<f8"}
        own = {name: array for name, array in arrays.items() if not name.startswith("forest_")}
        if {name: array.dtype.str for name, array in own.items()} != types:
            raise ValueError("its arrays are not those of a leaf vote")
        forest = read_forest(arrays, n_inputs)
        vote = cls(forest, **{name: np.ascontiguousarray(array) for name, array in own.items()})
        shapes = (
            vote.table.shape == (forest.n_leaves, k + 2)
            and vote.patterns.ndim == 1
            and vote.pattern_cluster.shape == vote.patterns.shape
            and vote.pattern_position.shape == (len(vote.patterns), 2)
        )
        if not (shapes and len(vote.patterns)):
            raise ValueError("its arrays do not fit together")
        if vote.pattern_cluster.min() < 0 or vote.pattern_cluster.max() >= k:
            raise ValueError("a pattern belongs to no cluster")
        return vote

    def _assign(
        self, inputs: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        leaves = self.forest.leaves(inputs)
        said = np.zeros((len(leaves), self.table.shape[1]))
        for tree in leaves.T:  # in their order, so that a sum never rounds otherwise
            said += self.table[tree]
        votes, positions = said[:, :-2], said[:, -2:]
        total = votes.sum(axis=1)
        clusters = votes.argmax(axis=1).astype(np.int32)
        positions = positions / total[:, None]
        known = np.minimum(
            np.searchsorted(self.patterns, prints := fingerprints(leaves)), len(self.patterns) - 1
        )
        own = self.patterns[known] == prints  # behaves exactly like a fitted customer, so is exactly there
        clusters[own] = self.pattern_cluster[known[own]]
        positions[own] = self.pattern_position[known[own]]
        return clusters, positions, votes[np.arange(len(votes)), clusters] / total


def fingerprints(leaves: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Return a hash per row of leaves (Zobrist, 1970, with splitmix64 in the place of a table of keys)."""
    prints = np.zeros(len(leaves), np.uint64)
    for tree in range(leaves.shape[1]):
        key = (leaves[:, tree].astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        prints += key ^ (key >> np.uint64(31))
    return prints
