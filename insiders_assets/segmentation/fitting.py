"""A fit, step by step: forest, neighbours, embedding, clusters, votes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insiders_assets import progress
from insiders_assets.segmentation.clustering import by_revenue, clusters_of
from insiders_assets.segmentation.embedding import joined, umap_layout
from insiders_assets.segmentation.forest import fit_forest
from insiders_assets.segmentation.leaf_vote import LeafVote, fingerprints
from insiders_assets.segmentation.neighbours import nearest
from insiders_assets.segmentation.population import matrix
from insiders_assets.segmentation.quality import silhouettes

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.segmentation.recipes import Recipe

LABEL = "fitting a model"
SMALLEST_CLUSTER = 15
"""Customers per cluster that a small population is split into, at least on average."""


@dataclass(frozen=True)
class Fit:
    """What a fit found.

    Attributes:
        voter: What assigns customers from now on.
        clusters: The fitted customers' clusters, 0 to k - 1 by descending mean revenue.
        silhouette: Mean silhouettes by space.
        notes: What was done otherwise than the recipe says, and why.
    """

    voter: LeafVote
    clusters: NDArray[np.int32]
    silhouette: dict[str, float | None]
    notes: list[str] = field(default_factory=list)


def fit(people: pl.DataFrame, recipe: Recipe, seed: int) -> Fit:
    """Follow ``recipe`` on ``people``, the fitted population, sorted by customer id.

    Linear algebra runs in one thread, for sums must not depend on how many there are; the forest, whose trees do not
    meet, uses all processors.
    """
    from threadpoolctl import threadpool_limits

    steps, notes = 5, []
    k = min(recipe.k, max(2, people.height // SMALLEST_CLUSTER))
    if k < recipe.k:
        notes.append(f"{k} clusters instead of {recipe.k}: only {people.height} customers")
    neighbours = min(recipe.neighbours, max(5, people.height // 4))
    if neighbours < recipe.neighbours:
        notes.append(
            f"{neighbours} neighbours instead of {recipe.neighbours}: only {people.height} customers"
        )
    inputs = matrix(people, recipe.inputs)
    revenue = people["revenue"].to_numpy().astype(np.float64)
    target = np.log1p(people[recipe.target].to_numpy().astype(np.float64))

    progress.report(LABEL, 0, steps)
    forest = fit_forest(
        inputs, target, trees=recipe.trees, min_samples_leaf=recipe.min_samples_leaf, seed=seed
    )
    leaves = forest.leaves(inputs)
    progress.report(LABEL, 1, steps)
    with threadpool_limits(1):
        order, distance = nearest(leaves, neighbours)
        progress.report(LABEL, 2, steps)
        layout = umap_layout(order, distance, min_dist=recipe.min_dist, epochs=recipe.epochs, seed=seed)
        same = np.unique(fingerprints(leaves), return_inverse=True)[1]
        positions = joined(layout, same)
        progress.report(LABEL, 3, steps)
        clusters = by_revenue(clusters_of(positions, k, recipe.clusterer, seed), revenue)
        if (found := int(clusters.max()) + 1) < k:
            notes.append(f"{found} clusters instead of {k}: no more customers differ")
        progress.report(LABEL, 4, steps)
        silhouette = silhouettes(clusters, positions, inputs, leaves)
    voter = LeafVote.fitted(forest, leaves, clusters, positions, int(clusters.max()) + 1)
    progress.report(LABEL, 5, steps)
    return Fit(voter, clusters, silhouette, notes)
