"""A fit along axes with names: kinds of customers, and where each one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.centre_vote import CentreVote, settled
from insiders_assets.segmentation.clustering import by_revenue, carried_on, clusters_of
from insiders_assets.segmentation.forest import fit_forest
from insiders_assets.segmentation.leaf_means import LeafMeans
from insiders_assets.segmentation.median_vote import MedianVote, cells
from insiders_assets.segmentation.named_axes import names_of, standings, telling
from insiders_assets.segmentation.ranks import Ranks
from insiders_assets.segmentation.training_set import matrix

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.segmentation.assigners import Voter
    from insiders_assets.segmentation.recipes import Recipe

STARTS = 20
"""How often KMeans starts anew: along axes that hardly correlate, most starts come to the same place."""


@dataclass(frozen=True)
class NamedSpace:
    """Customers along axes with names.

    Attributes:
        space: What places them, and any other customer.
        inputs: What is known of them.
        points: Their coordinates, ``(customers, axes)``.
        axes: The names of the axes that tell customers apart; empty if none does, and then there is one that does not.
    """

    space: LeafMeans | Ranks
    inputs: NDArray[np.float32]
    points: NDArray[np.float64]
    axes: tuple[str, ...]

    @property
    def leaves(self) -> NDArray[np.int32] | None:
        """Customers' leaves, ``(customers, trees)``; None without a forest."""
        return self.space.forest.leaves(self.inputs) if isinstance(self.space, LeafMeans) else None


def named_space(people: pl.DataFrame, recipe: Recipe, seed: int) -> NamedSpace:
    """Place customers along the recipe's axes; one that does not tell them apart is left out.

    Args:
        people: The fitted population, sorted by customer id.
        recipe: How; with fewer groups than two per axis, later axes are left out of medians.
        seed: Seed of the forest.
    """
    inputs = matrix(people, recipe.inputs)
    axes = telling(people, recipe.targets)
    if recipe.clusterer == "medians":
        axes = axes[: max(1, recipe.k.bit_length() - 1)]
    targets = axes or recipe.targets[:1]
    space: LeafMeans | Ranks
    if recipe.space == "ranks":
        space = Ranks.fitted(inputs, [recipe.inputs.index(target) for target in targets])
    else:
        explained = standings(people, targets)
        forest = fit_forest(
            inputs,
            explained if len(targets) > 1 else explained[:, 0],
            trees=recipe.trees,
            min_samples_leaf=recipe.min_samples_leaf,
            sampled=recipe.customers_per_tree(len(inputs)),
            seed=seed,
        )
        space = LeafMeans.fitted(forest, inputs, explained)
    return NamedSpace(space, inputs, space(inputs), names_of(axes))


def named_groups(
    points: NDArray[np.float64],
    recipe: Recipe,
    seed: int,
    revenue: NDArray[np.float64],
    before: NDArray[np.int32] | None = None,
) -> NDArray[np.int32]:
    """Return clusters by descending mean revenue, 0 to k - 1.

    Args:
        points: Customers along the axes.
        recipe: How they are grouped.
        seed: Seed of the starts.
        revenue: One amount per customer.
        before: The clusters that these customers were in, 0 to k - 1, which new ones start from; None starts anew.
    """
    if recipe.k == 1:
        return np.zeros(len(points), np.int32)
    if recipe.clusterer == "medians":
        own = cells(points, np.median(points, axis=0))
        return by_revenue(np.unique(own, return_inverse=True)[1].astype(np.int32), revenue)
    clusters = clusters_of(points, recipe.k, recipe.clusterer, seed, STARTS)
    if before is not None:
        clusters = carried_on(points, clusters, before)
    return by_revenue(settled(points, clusters), revenue)


def named_voter(at: NamedSpace, recipe: Recipe, clusters: NDArray[np.int32], seed: int) -> Voter:
    """Return what assigns customers from now on."""
    if recipe.clusterer == "medians":
        return MedianVote.fitted(at.space, at.points, clusters, seed)
    return CentreVote.fitted(at.space, at.points, clusters, seed, named=True)
