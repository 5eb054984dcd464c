"""Walking many customers through a forest at once, with numpy alone.

A tree parts the space of inputs into boxes, one per leaf. Per input and per range between two thresholds, a mask of
bits says which leaves' boxes reach into that range; the bitwise *and* over inputs leaves one bit: the customer's leaf.
This is QuickScorer (Lucchese et al., *QuickScorer: a fast algorithm to rank documents with additive ensembles of
regression trees*, 2015), with both subtrees masked, so that one bit is left rather than the lowest of several.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

BITS = 64
MOST_LEAVES = 1_000
"""Leaves of a tree, at most: a double tells as many powers of two apart."""


TOGETHER = 512
"""Ranges of several inputs that are looked up at once, at most: so many masks stay in the nearest cache."""


class Trees(Protocol):
    """What is read of a forest; see :class:`insiders_assets.segmentation.forest.Forest`."""

    @property
    def roots(self) -> NDArray[np.int64]:
        """Per tree, its first node."""

    @property
    def ends(self) -> NDArray[np.int64]:
        """Per tree, the first node that is not its own any more."""

    @property
    def left(self) -> NDArray[np.int32]:
        """Per node, the next node on the left; negative for a leaf."""

    @property
    def right(self) -> NDArray[np.int32]:
        """Per node, the next node on the right."""

    @property
    def feature(self) -> NDArray[np.int16]:
        """Per node, the input it asks about."""

    @property
    def threshold(self) -> NDArray[np.float64]:
        """Per node, the value that sends a customer left if not exceeded."""


@dataclass(frozen=True)
class _Asked:
    """Inputs as one tree sees them, looked up together.

    Attributes:
        columns: The inputs.
        ranges: Per input and per range between thresholds of the whole forest, the range between the tree's own.
        counts: Per input, how many ranges of its own the tree has.
        masks: The leaves that each combination of own ranges reaches, ``(words, combinations)``.
    """

    columns: tuple[int, ...]
    ranges: tuple[NDArray[np.unsignedinteger], ...]
    counts: tuple[int, ...]
    masks: NDArray[np.uint64]

    def with_(self, other: _Asked) -> _Asked:
        """Both, looked up together."""
        return _Asked(
            (*self.columns, *other.columns),
            (*self.ranges, *other.ranges),
            (*self.counts, *other.counts),
            (self.masks[:, :, None] & other.masks[:, None, :]).reshape(len(self.masks), -1),
        )


@dataclass(frozen=True)
class LeafMasks:
    """A forest as masks of leaves.

    Attributes:
        thresholds: Per input, all thresholds of the forest, sorted, each once.
        trees: Per tree, the inputs that it asks about, in groups.
        numbers: Per tree, the leaf number that each bit stands for.
    """

    thresholds: list[NDArray[np.float64]]
    trees: list[list[_Asked]]
    numbers: list[NDArray[np.int32]]

    @classmethod
    def of(cls, forest: Trees) -> LeafMasks | None:
        """Return the masks of a sound forest; None where a tree has more than :data:`MOST_LEAVES` leaves."""
        spans = [slice(root, end) for root, end in zip(forest.roots, forest.ends, strict=True)]
        if max(int((forest.left[span] < 0).sum()) for span in spans) > MOST_LEAVES:
            return None
        inner = forest.left >= 0
        thresholds = [
            np.unique(forest.threshold[inner & (forest.feature == column)])
            for column in range(int(forest.feature.max(initial=0)) + 1)
        ]
        trees, numbers = [], []
        for span in spans:
            asked, leaves = _tree(forest, span, thresholds)
            trees.append(asked)
            numbers.append(leaves)
        return cls(thresholds, trees, numbers)

    def leaves(self, inputs: NDArray[np.float32], found: NDArray[np.int32]) -> None:
        """Write each customer's leaf in each tree into ``found``, ``(trees, customers)``."""
        count = len(inputs)
        ranges = [
            np.searchsorted(edges, inputs[:, column].astype(np.float64))
            for column, edges in enumerate(self.thresholds)
        ]
        own, mask, bit = np.empty(count, np.intp), np.empty(count, np.uint64), np.empty(count)
        for tree, (asked, numbers) in enumerate(zip(self.trees, self.numbers, strict=True)):
            words = np.full((-(-len(numbers) // BITS), count), ~np.uint64(0))
            for each in asked:
                own[:] = each.ranges[0].take(ranges[each.columns[0]])
                for column, further, size in zip(
                    each.columns[1:], each.ranges[1:], each.counts[1:], strict=True
                ):
                    own *= size
                    own += further.take(ranges[column])
                for word, masks in zip(words, each.masks, strict=True):
                    np.bitwise_and(word, masks.take(own, out=mask, mode="clip"), out=word)
            # One bit is left in all words together: a power of two, whose exponent is its place.
            bit[:] = words[0]
            for number, word in enumerate(words[1:], start=1):
                bit += word * 2.0 ** (BITS * number)
            place = (bit.view(np.int64) >> 52) - 1023
            numbers.take(place, out=found[tree], mode="clip")


def _tree(
    forest: Trees, span: slice, thresholds: list[NDArray[np.float64]]
) -> tuple[list[_Asked], NDArray[np.int32]]:
    """Return a tree's inputs, and the leaf numbers in the order of their bits."""
    left, right = forest.left[span].tolist(), (forest.right[span] - span.start).tolist()
    feature, threshold = forest.feature[span], forest.threshold[span]
    reached, leaves = [0] * len(left), list[int]()
    for node in reversed(range(len(left))):  # children come after their parents
        if left[node] < 0:
            reached[node] = 1 << len(leaves)
            leaves.append(-1 - left[node])
        else:
            left[node] -= span.start
            reached[node] = reached[left[node]] | reached[right[node]]
    whole, words = (1 << len(leaves)) - 1, -(-len(leaves) // BITS)
    inner = np.flatnonzero(forest.left[span] >= 0)
    asked = []
    for column, edges in enumerate(thresholds):
        nodes = inner[feature[inner] == column]
        if not len(nodes):
            continue
        at = np.searchsorted(edges, threshold[nodes])
        order = np.argsort(at, kind="stable")
        nodes, at = nodes[order].tolist(), at[order]
        # Above a node's threshold its left subtree is out of reach, up to it the right one.
        above = accumulate((whole ^ reached[left[node]] for node in nodes), int.__and__, initial=whole)
        up_to = accumulate((whole ^ reached[right[node]] for node in nodes[::-1]), int.__and__, initial=whole)
        masks = [one & other for one, other in zip(above, list(up_to)[::-1], strict=True)]
        packed = b"".join(mask.to_bytes(8 * words, "little") for mask in masks)
        sizes = np.diff(np.concatenate([[-1], at, [len(edges)]]))
        small = np.uint8 if len(nodes) < 256 else np.uint16
        asked.append(
            _Asked(
                (column,),
                (np.repeat(np.arange(len(masks), dtype=small), sizes),),
                (len(masks),),
                np.ascontiguousarray(np.frombuffer(packed, "<u8").reshape(-1, words).T),
            )
        )
    return _together(asked), np.array(leaves, np.int32)


def _together(asked: list[_Asked]) -> list[_Asked]:
    """Fewer look-ups: inputs with few ranges of their own are looked up together."""
    found: list[_Asked] = []
    for each in sorted(asked, key=lambda one: one.masks.shape[1]):
        if found and found[-1].masks.shape[1] * each.masks.shape[1] <= TOGETHER:
            found[-1] = found[-1].with_(each)
        else:
            found.append(each)
    return found
