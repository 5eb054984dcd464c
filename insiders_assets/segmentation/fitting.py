"""A fit, step by step: a space, two dimensions of it, clusters in them, and the vote that assigns ever after."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insiders_assets import progress
from insiders_assets.segmentation.centre_vote import CentreVote, principal_axes
from insiders_assets.segmentation.clustering import by_revenue, clusters_of
from insiders_assets.segmentation.embedding import joined, umap_layout
from insiders_assets.segmentation.forest import fit_forest
from insiders_assets.segmentation.leaf_vote import LeafVote, fingerprints
from insiders_assets.segmentation.neighbours import nearest, nearest_points
from insiders_assets.segmentation.population import matrix
from insiders_assets.segmentation.quality import silhouettes
from insiders_assets.segmentation.scaling import Scaling
from insiders_assets.segmentation.spectral import diffusion_map

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.segmentation.recipes import Recipe
    from insiders_assets.segmentation.voters import Voter

LABEL = "fitting a model"
STEPS = 5
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

    voter: Voter
    clusters: NDArray[np.int32]
    silhouette: dict[str, float | None]
    notes: list[str] = field(default_factory=list)


def fit(people: pl.DataFrame, recipe: Recipe, seed: int) -> Fit:
    """Follow ``recipe`` on ``people``, the fitted population, sorted by customer id.

    Linear algebra runs in one thread, for sums must not depend on how many there are; the forest, whose trees do not
    meet, uses all processors.
    """
    from threadpoolctl import threadpool_limits

    recipe, notes = _sized(recipe, people.height)
    with threadpool_limits(1, user_api="blas"), threadpool_limits(1, user_api="openmp"):
        found = _by_centres(people, recipe, seed) if recipe.by_centres else _by_leaves(people, recipe, seed)
    if (k := int(found.clusters.max()) + 1) < recipe.k:
        notes.append(f"{k} clusters instead of {recipe.k}: no more customers differ")
    progress.report(LABEL, STEPS, STEPS)
    return replace(found, notes=notes)


def _sized(recipe: Recipe, customers: int) -> tuple[Recipe, list[str]]:
    """The recipe for a population so small that as many clusters or neighbours would mean nothing."""
    k = min(recipe.k, max(2, customers // SMALLEST_CLUSTER))
    neighbours = min(recipe.neighbours, max(5, customers // 4))
    notes = [
        f"{now} {word} instead of {asked}: only {customers} customers"
        for word, now, asked in (
            ("clusters", k, recipe.k),
            ("neighbours", neighbours, recipe.neighbours if recipe.reducer == "umap" else neighbours),
        )
        if now < asked
    ]
    return replace(recipe, k=k, neighbours=neighbours), notes


def _by_centres(people: pl.DataFrame, recipe: Recipe, seed: int) -> Fit:
    """KMeans in a scaled space; new customers go to the nearest centre."""
    progress.report(LABEL, 0, STEPS)
    inputs = matrix(people, recipe.inputs)
    scaling = Scaling.fitted(inputs, recipe.space)
    points = scaling(inputs)
    clusters = by_revenue(clusters_of(points, recipe.k, recipe.clusterer, seed), _column(people, "revenue"))
    progress.report(LABEL, 2, STEPS)
    voter = CentreVote.fitted(scaling, points, clusters, seed)
    progress.report(LABEL, 4, STEPS)
    return Fit(voter, clusters, silhouettes(clusters, voter.assign(inputs)[1], inputs, None))


def _by_leaves(people: pl.DataFrame, recipe: Recipe, seed: int) -> Fit:
    """Clusters in any space; new customers go where the fitted customers of their leaves are."""
    progress.report(LABEL, 0, STEPS)
    inputs = matrix(people, recipe.inputs)
    forest = fit_forest(
        inputs,
        np.log1p(_column(people, recipe.target)),
        trees=recipe.trees,
        min_samples_leaf=recipe.min_samples_leaf,
        sampled=recipe.customers_per_tree(len(inputs)),
        seed=seed,
    )
    leaves = forest.leaves(inputs)
    alike = np.unique(fingerprints(leaves), return_inverse=True)[1]
    progress.report(LABEL, 1, STEPS)
    points = _space(inputs, leaves, recipe)
    points = None if points is None else joined(points, alike)
    progress.report(LABEL, 2, STEPS)
    positions = joined(_embedding(points, leaves, recipe, seed), alike)
    progress.report(LABEL, 3, STEPS)
    clustered = positions if points is None or recipe.clustered_in == "embedding" else points
    clusters = by_revenue(
        clusters_of(clustered, recipe.k, recipe.clusterer, seed), _column(people, "revenue")
    )
    clusters = clusters[np.unique(alike, return_index=True)[1]][alike]
    progress.report(LABEL, 4, STEPS)
    voter = LeafVote.fitted(forest, leaves, clusters, positions, int(clusters.max()) + 1)
    return Fit(voter, clusters, silhouettes(clusters, positions, inputs, leaves))


def _space(
    inputs: NDArray[np.float32], leaves: NDArray[np.int32], recipe: Recipe
) -> NDArray[np.float64] | None:
    """What customers are compared by, as coordinates; None where leaves are compared as names."""
    if recipe.space != "leaves":
        return Scaling.fitted(inputs, recipe.space)(inputs)
    return diffusion_map(leaves, recipe.dimensions) if recipe.dimensions else None


def _embedding(
    points: NDArray[np.float64] | None, leaves: NDArray[np.int32], recipe: Recipe, seed: int
) -> NDArray[np.float64]:
    """Two coordinates per customer."""
    if recipe.reducer == "umap" or points is None:
        k = recipe.neighbours
        near = nearest(leaves, k) if points is None else nearest_points(points, k)
        return umap_layout(
            *near,
            min_dist=recipe.min_dist,
            epochs=recipe.epochs,
            negative_samples=recipe.negative_samples,
            seed=seed,
        )
    return points if points.shape[1] == 2 else points @ principal_axes(points)


def _column(people: pl.DataFrame, name: str) -> NDArray[np.float64]:
    return people[name].to_numpy().astype(np.float64)
