"""A fit, step by step: a space, two dimensions of it, clusters in them, and the vote that assigns ever after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insiders_assets import progress
from insiders_assets.segmentation.centre_vote import CentreVote, principal_axes, settled
from insiders_assets.segmentation.clustering import by_revenue, clusters_of
from insiders_assets.segmentation.embedding import joined, umap_layout
from insiders_assets.segmentation.forest import Forest, fit_forest
from insiders_assets.segmentation.forest_knn import LeafVote, fingerprints
from insiders_assets.segmentation.named_axes import names_of
from insiders_assets.segmentation.named_fit import named_groups, named_space, named_voter
from insiders_assets.segmentation.neighbours import nearest, nearest_points
from insiders_assets.segmentation.quality import silhouettes
from insiders_assets.segmentation.scaling import Scaling
from insiders_assets.segmentation.spectral import diffusion_map
from insiders_assets.segmentation.training_set import matrix

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.segmentation.assigners import Voter
    from insiders_assets.segmentation.recipes import Recipe

LABEL = "fitting a model"
STEPS = 5
SMALLEST_CLUSTER = 15
"""Customers per cluster that a small population is split into, at least on average."""

FEWEST = 20
"""Customers below which a part of them means nothing: they are one cluster."""


@dataclass(frozen=True)
class Fit:
    """What a fit found.

    Attributes:
        voter: What assigns customers from now on.
        clusters: The fitted customers' clusters, 0 to k - 1 by descending mean revenue.
        silhouette: Mean silhouettes by space.
        notes: What was done otherwise than the recipe says, and why.
        axes: The names of the axes that tell customers apart; empty where they have none.
    """

    voter: Voter
    clusters: NDArray[np.int32]
    silhouette: dict[str, float | None]
    notes: list[str] = field(default_factory=list)
    axes: tuple[str, ...] = ()


def fit(people: pl.DataFrame, recipe: Recipe, seed: int, before: NDArray[np.int32] | None = None) -> Fit:
    """Follow ``recipe`` on ``people``, the fitted population, sorted by customer id.

    It runs in one thread, for sums must not depend on how many there are.

    Args:
        people: The fitted population.
        recipe: How.
        seed: Seed of every random step.
        before: The clusters that the same customers were in, which clusters along named axes start from; None starts
            anew.
    """
    recipe, notes = _sized(recipe, people.height)
    with _one_thread():
        if recipe.named:
            found = _by_axes(people, recipe, seed, before)
        else:
            found = (_by_centres if recipe.by_centres else _by_leaves)(people, recipe, seed)
    if (k := int(found.clusters.max()) + 1) < recipe.k and recipe.clusterer != "medians":
        notes.append(f"{k} clusters instead of {recipe.k}: no more customers differ")
    progress.report(LABEL, STEPS, STEPS)
    if (
        left_out := [name for name in names_of(recipe.targets) if name not in found.axes]
        if recipe.named
        else []
    ):
        notes.append(f"without the axes {', '.join(left_out)}: they tell these customers no further apart")
    return replace(found, notes=notes)


def group(people: pl.DataFrame, recipe: Recipe, seed: int) -> NDArray[np.int32]:
    """Return the clusters that :func:`fit` would find, and nothing else: for studies, which fit hundreds of times.

    Args:
        people: The fitted population, sorted by customer id; in a bootstrap sample a customer may come more than once.
        recipe: How.
        seed: Seed of every random step.

    Returns:
        One cluster per row, 0 to k - 1 by descending mean revenue.
    """
    return group_by_k(people, recipe, (recipe.k,), seed)[recipe.k]


def group_by_k(
    people: pl.DataFrame, recipe: Recipe, ks: Iterable[int], seed: int
) -> dict[int, NDArray[np.int32]]:
    """:func:`group` for several numbers of clusters, in one and the same space."""
    sized = {k: _sized(replace(recipe, k=k), people.height)[0] for k in ks}
    quiet = progress.listening(lambda *_: None)  # the study says how far it is
    with quiet, _one_thread():
        if recipe.named:
            at, revenue = named_space(people, recipe, seed), _column(people, "revenue")
            return {k: named_groups(at.points, each, seed, revenue) for k, each in sized.items()}
        if recipe.by_centres:
            return {k: _scaled_groups(people, each, seed)[2] for k, each in sized.items()}
        one = next(iter(sized.values()))
        space = _leaf_space(people, one, seed)
        positions = cache(lambda: _positions(space, one, seed))
        return {k: _groups(space, positions, people, each, seed) for k, each in sized.items()}


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let linear algebra run in one thread, for the length of the block."""
    import sklearn.cluster
    import sklearn.ensemble  # noqa: F401 - both first: what is loaded later would not heed the limits
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"), threadpool_limits(1, user_api="openmp"):
        yield


def _sized(recipe: Recipe, customers: int) -> tuple[Recipe, list[str]]:
    """Return the recipe for a population so small that as many clusters or neighbours would mean nothing."""
    k = min(recipe.k, max(2, customers // SMALLEST_CLUSTER)) if customers >= FEWEST else 1
    neighbours = min(recipe.neighbours, max(5, customers // 4), customers)
    notes = [
        f"{now} {word if now > 1 else word[:-1]} instead of {asked}: only {customers} customers"
        for word, now, asked in (
            ("clusters", k, recipe.k),
            ("neighbours", neighbours, recipe.neighbours if recipe.reducer == "umap" else neighbours),
        )
        if now < asked
    ]
    return replace(recipe, k=k, neighbours=neighbours), notes


def _by_axes(people: pl.DataFrame, recipe: Recipe, seed: int, before: NDArray[np.int32] | None) -> Fit:
    """Return clusters along named axes; new customers are placed by the same steps."""
    progress.report(LABEL, 0, STEPS)
    at = named_space(people, recipe, seed)
    progress.report(LABEL, 2, STEPS)
    clusters = named_groups(at.points, recipe, seed, _column(people, "revenue"), before)
    progress.report(LABEL, 3, STEPS)
    voter = named_voter(at, recipe, clusters, seed)
    progress.report(LABEL, 4, STEPS)
    apart = silhouettes(clusters, lambda: at.points, at.inputs, at.leaves)
    return Fit(voter, clusters, apart, axes=at.axes)


def _by_centres(people: pl.DataFrame, recipe: Recipe, seed: int) -> Fit:
    """KMeans in a scaled space; new customers go to the nearest centre."""
    progress.report(LABEL, 0, STEPS)
    scaling, points, clusters = _scaled_groups(people, recipe, seed)
    progress.report(LABEL, 2, STEPS)
    voter = CentreVote.fitted(scaling, points, clusters, seed, named=False)
    progress.report(LABEL, 4, STEPS)
    inputs = matrix(people, recipe.inputs)
    return Fit(voter, clusters, silhouettes(clusters, lambda: voter.assign(inputs)[1], inputs, None))


def _scaled_groups(
    people: pl.DataFrame, recipe: Recipe, seed: int
) -> tuple[Scaling, NDArray[np.float64], NDArray[np.int32]]:
    """Return the scaling, what it makes of customers, and their clusters."""
    inputs = matrix(people, recipe.inputs)
    scaling = Scaling.fitted(inputs, recipe.space)
    points = scaling(inputs)
    groups = clusters_of(points, recipe.k, recipe.clusterer, seed)
    return scaling, points, by_revenue(settled(points, groups), _column(people, "revenue"))


def _by_leaves(people: pl.DataFrame, recipe: Recipe, seed: int) -> Fit:
    """Return clusters in any space; new customers go where the fitted customers of their leaves are."""
    space = _leaf_space(people, recipe, seed)
    progress.report(LABEL, 2, STEPS)
    with ThreadPoolExecutor(
        1
    ) as aside:  # clusters rarely need the layout, which takes as long as all else here
        layout = aside.submit(_positions, space, recipe, seed)
        clusters = _groups(space, layout.result, people, recipe, seed)
        progress.report(LABEL, 3, STEPS)
        apart = silhouettes(clusters, layout.result, space.inputs, space.leaves)
    progress.report(LABEL, 4, STEPS)
    voter = LeafVote.fitted(space.forest, space.leaves, clusters, layout.result(), int(clusters.max()) + 1)
    return Fit(voter, clusters, apart)


@dataclass(frozen=True)
class _LeafSpace:
    """Customers as the forest sees them.

    Attributes:
        inputs: What they are compared by.
        forest: The trees.
        leaves: Their leaves, ``(customers, trees)``.
        alike: A number per customer, the same for those with equal leaves.
        points: Their coordinates; None where leaves are compared as names.
    """

    inputs: NDArray[np.float32]
    forest: Forest
    leaves: NDArray[np.int32]
    alike: NDArray[np.int64]
    points: NDArray[np.float64] | None


def _leaf_space(people: pl.DataFrame, recipe: Recipe, seed: int) -> _LeafSpace:
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
    return _LeafSpace(inputs, forest, leaves, alike, None if points is None else joined(points, alike))


def _positions(space: _LeafSpace, recipe: Recipe, seed: int) -> NDArray[np.float64]:
    return joined(_embedding(space.points, space.leaves, recipe, seed), space.alike)


def _groups(
    space: _LeafSpace,
    positions: Callable[[], NDArray[np.float64]],
    people: pl.DataFrame,
    recipe: Recipe,
    seed: int,
) -> NDArray[np.int32]:
    """Return clusters by descending mean revenue, looked for in the space or in the embedding's positions.

    Customers with equal leaves are in one cluster.
    """
    points = space.points if recipe.clustered_in == "space" else None
    points = positions() if points is None else points
    clusters = by_revenue(clusters_of(points, recipe.k, recipe.clusterer, seed), _column(people, "revenue"))
    return clusters[np.unique(space.alike, return_index=True)[1]][space.alike]


def _space(
    inputs: NDArray[np.float32], leaves: NDArray[np.int32], recipe: Recipe
) -> NDArray[np.float64] | None:
    """Return what customers are compared by, as coordinates; None where leaves are compared as names."""
    if recipe.space != "leaves":
        return Scaling.fitted(inputs, recipe.space)(inputs)
    return diffusion_map(leaves, recipe.dimensions) if recipe.dimensions else None


def _embedding(
    points: NDArray[np.float64] | None, leaves: NDArray[np.int32], recipe: Recipe, seed: int
) -> NDArray[np.float64]:
    """Return two coordinates per customer."""
    if recipe.reducer == "umap" or points is None:
        k = recipe.neighbours
        near = nearest(leaves, k) if points is None else nearest_points(points, k)
        start = None if points is None or np.ptp(_flat(points), axis=0).min() == 0 else _flat(points)
        return umap_layout(
            *near,
            min_dist=recipe.min_dist,
            epochs=recipe.epochs,
            negative_samples=recipe.negative_samples,
            seed=seed,
            start=start,
        )
    return _flat(points)


def _flat(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return two coordinates per customer: the points themselves, or their two main directions."""
    return points if points.shape[1] == 2 else points @ principal_axes(points)


def _column(people: pl.DataFrame, name: str) -> NDArray[np.float64]:
    return people[name].to_numpy().astype(np.float64)
