"""Cluster identity across refits: a cluster keeps its number as long as it is mostly the same customers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAME = 0.3
"""Jaccard overlap below which two clusters are different clusters, even if none overlaps more."""

PART = 0.25
"""Share of a cluster that counts as a part of it when splits and merges are reported."""


@dataclass(frozen=True)
class Lineage:
    """How a model's clusters follow from those of the model before it.

    Attributes:
        previous: Version of the model before.
        numbers: Per new cluster, in order of mean revenue, the number it goes by.
        kept: ``{cluster, jaccard}`` for each cluster that carries on.
        split: ``{cluster, into}`` for each previous cluster that several new ones hold a part of.
        merged: ``{cluster, of}`` for each new cluster that holds a part of several previous ones.
        new: Numbers that no cluster had before.
        gone: Numbers that no cluster has any more; they are never given again.
        last_number: The highest number ever given.
    """

    previous: str
    numbers: list[int]
    kept: list[dict[str, Any]] = field(default_factory=list)
    split: list[dict[str, Any]] = field(default_factory=list)
    merged: list[dict[str, Any]] = field(default_factory=list)
    new: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    last_number: int = 0

    def facts(self) -> dict[str, Any]:
        """Return the lineage as JSON-able facts, with a sentence for each thing that happened."""
        return {**vars(self), "sentences": self.sentences()}

    def sentences(self) -> list[str]:
        """Return what happened to the clusters, one sentence each."""
        said = [f"Cluster {row['cluster']} carries on: {row['jaccard']:.0%} overlap." for row in self.kept]
        said += [f"Cluster {row['cluster']} was split into {_listed(row['into'])}." for row in self.split]
        said += [f"Cluster {row['cluster']} was merged from {_listed(row['of'])}." for row in self.merged]
        said += [f"Cluster {number} is new." for number in self.new]
        said += [f"Cluster {number} is gone; its number is not used again." for number in self.gone]
        return said


def follow(
    before: NDArray[np.int32], after: NDArray[np.int32], *, previous: str, last_number: int
) -> Lineage:
    """Match new clusters to previous ones by the customers they share.

    Matching is by optimal assignment (Kuhn, 1955) on the Jaccard overlap, over customers that both models assign
    from the same features, so that only the change of model shows.

    Args:
        before: Each customer's cluster by the previous model, as it is numbered.
        after: The same customers' clusters by the new model, 0 to k - 1 in order of mean revenue.
        previous: Version of the previous model.
        last_number: The highest number ever given to a cluster.
    """
    from scipy.optimize import linear_sum_assignment

    old, new = np.unique(before), np.arange(int(after.max()) + 1)
    shared = np.array([[np.sum((before == one) & (after == other)) for other in new] for one in old])
    size_before, size_after = shared.sum(axis=1, keepdims=True), shared.sum(axis=0, keepdims=True)
    jaccard = shared / np.maximum(size_before + size_after - shared, 1)
    numbers = dict.fromkeys(new.tolist(), 0)
    kept = []
    for one, other in zip(*linear_sum_assignment(-jaccard), strict=True):
        if jaccard[one, other] >= SAME:
            numbers[int(other)] = int(old[one])
            kept.append({"cluster": int(old[one]), "jaccard": round(float(jaccard[one, other]), 4)})
    fresh = []
    for cluster in numbers:
        if not numbers[cluster]:
            last_number += 1
            numbers[cluster] = last_number
            fresh.append(last_number)
    given = list(numbers.values())
    holds = shared >= PART * size_before  # a new cluster holds a part of a previous one
    made = (shared >= PART * size_after) & (shared > 0)  # a previous cluster makes a part of a new one
    return Lineage(
        previous=previous,
        numbers=given,
        kept=sorted(kept, key=lambda row: row["cluster"]),
        split=[
            {"cluster": int(old[row]), "into": sorted(given[column] for column in np.flatnonzero(holds[row]))}
            for row in range(len(old))
            if holds[row].sum() > 1
        ],
        merged=[
            {"cluster": given[column], "of": sorted(int(old[row]) for row in np.flatnonzero(made[:, column]))}
            for column in new
            if made[:, column].sum() > 1
        ],
        new=fresh,
        gone=sorted(set(old.tolist()) - set(given)),
        last_number=last_number,
    )


def _listed(numbers: list[int]) -> str:
    return " and ".join([", ".join(map(str, numbers[:-1])), str(numbers[-1])])
