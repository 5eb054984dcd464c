"""Ways to arrange customers in a space, for ``data_space_study``: features, words and forest leaves, reduced or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.research.words import topics
from insiders_assets.segmentation import Recipe
from insiders_assets.segmentation.embedding import umap_layout
from insiders_assets.segmentation.forest import fit_forest
from insiders_assets.segmentation.neighbours import nearest, nearest_points, one_hot
from insiders_assets.segmentation.scaling import Scaling
from insiders_assets.segmentation.spectral import diffusion_map
from insiders_assets.segmentation.training_set import matrix

NEIGHBOURS = 50
EPOCHS = 200
ROUNDS = 500
"""Of t-SNE, which takes longest: after these, hardly anybody moves."""

TREES = 300
"""Trees of the forests that are compared with the recipe's own."""

Points = NDArray[np.float64]


@dataclass(frozen=True)
class People:
    """Customers, as every space begins with them.

    Attributes:
        table: Their features, sorted by id.
        purchases: ``clean_purchases``, lazy: for words.
        recipe: The recipe whose inputs and target are used.
    """

    table: pl.DataFrame
    purchases: pl.LazyFrame
    recipe: Recipe

    @property
    def inputs(self) -> NDArray[np.float32]:
        """What the forest compares customers by."""
        return matrix(self.table, self.recipe.inputs)

    @property
    def target(self) -> NDArray[np.float64]:
        """What the forest explains."""
        return np.log1p(self.table[self.recipe.target].to_numpy().astype(np.float64))

    def scaled(self, kind: str) -> Points:
        """Inputs and target, made comparable: see :class:`~insiders_assets.segmentation.scaling.Scaling`."""
        values = matrix(self.table, self.recipe.columns)
        return Scaling.fitted(values, kind)(values)

    def words(self, seed: int) -> Points:
        """Topics of descriptions, with as much variance together as the features have; zeros without any words."""
        found = topics(self.purchases, self.table["customer_id"], seed)
        if found is None:
            return np.zeros((self.table.height, 1))
        total = found.var(axis=0).sum()
        return found * np.sqrt(len(self.recipe.columns) / total) if total else found


@dataclass(frozen=True)
class Space:
    """One way to arrange customers.

    Attributes:
        name: What it is called.
        make: Gives their coordinates, from them and a seed.
        has_text: Whether words are in it.
    """

    name: str
    make: Callable[[People, int], Points]
    has_text: bool = False


def umap_of(points: Points, seed: int) -> Points:
    """UMAP of points."""
    return umap_layout(
        *nearest_points(points, min(NEIGHBOURS, len(points) // 4)),
        min_dist=0,
        epochs=EPOCHS,
        negative_samples=5,
        seed=seed,
        start=_pca(points),
    )


def umap_of_leaves(leaves: NDArray[np.int32], seed: int) -> Points:
    """UMAP of leaves, compared as names."""
    near = nearest(leaves, min(NEIGHBOURS, len(leaves) // 4))
    return umap_layout(*near, min_dist=0, epochs=EPOCHS, negative_samples=5, seed=seed)


def regression_leaves(people: People, seed: int, extra: Points | None = None) -> NDArray[np.int32]:
    """Leaves of the recipe's own forest; with further inputs if there are any."""
    inputs = people.inputs if extra is None else np.column_stack([people.inputs, extra.astype(np.float32)])
    recipe = people.recipe
    return fit_forest(
        inputs,
        people.target,
        trees=recipe.trees,
        min_samples_leaf=recipe.min_samples_leaf,
        sampled=recipe.customers_per_tree(len(inputs)),
        seed=seed,
    ).leaves(inputs)


def _pca(points: Points) -> Points:
    from sklearn.decomposition import PCA

    return np.asarray(PCA(2, svd_solver="full").fit_transform(points))


def _tsne(points: Points, seed: int) -> Points:
    from sklearn.manifold import TSNE

    return np.asarray(
        TSNE(init="pca", max_iter=ROUNDS, random_state=seed, n_jobs=1).fit_transform(points), np.float64
    )


def _isomap(points: Points, seed: int) -> Points:
    """Isomap (Tenenbaum et al., 2000), which knows no seed: a hair's breadth of noise stands for one."""
    from sklearn.manifold import Isomap

    noise = np.random.default_rng(seed).normal(0, 1e-6, points.shape)
    return np.asarray(Isomap(n_neighbors=NEIGHBOURS).fit_transform(points + noise))


def _spectral(leaves: NDArray[np.int32], seed: int) -> Points:
    """Laplacian eigenmaps (Belkin & Niyogi, 2003) of the forest's proximity."""
    from sklearn.manifold import spectral_embedding

    hot = one_hot(leaves)
    near = (hot @ hot.T).toarray() / leaves.shape[1]
    return np.asarray(spectral_embedding(near, n_components=2, random_state=seed), np.float64)


def numbered(leaves: NDArray[np.int64]) -> NDArray[np.int32]:
    """Leaf numbers per tree as numbers that no two trees share."""
    width = leaves.max(axis=0) + 1
    return (leaves + np.concatenate([[0], np.cumsum(width)[:-1]])).astype(np.int32)


def _sklearn_leaves(people: People, seed: int, kind: str) -> NDArray[np.int32]:
    """Leaves of another ensemble of trees on the same inputs and target."""
    from sklearn import ensemble

    least = people.recipe.min_samples_leaf
    shared: dict[str, Any] = {"n_estimators": TREES, "min_samples_leaf": least, "random_state": seed}
    made = {
        "extra trees": lambda: ensemble.ExtraTreesRegressor(**shared, n_jobs=-1),
        "random trees": lambda: ensemble.RandomTreesEmbedding(**shared, max_depth=8, n_jobs=-1),
        "gradient boosting": lambda: ensemble.GradientBoostingRegressor(**shared, max_depth=4, subsample=0.5),
    }[kind]()
    inputs = people.inputs if kind != "random trees" else people.scaled("log")
    return numbered(made.fit(inputs, people.target).apply(inputs).reshape(len(inputs), -1).astype(np.int64))


def _leaf_map(people: People, seed: int) -> Points:
    return diffusion_map(regression_leaves(people, seed), 2)


def _with_words(people: People, seed: int) -> Points:
    return np.column_stack([people.scaled("log"), people.words(seed)])


def _trees(kind: str) -> Space:
    return Space(
        f"{kind}, UMAP", lambda people, seed: umap_of_leaves(_sklearn_leaves(people, seed, kind), seed)
    )


SPACES = (
    Space("features, min-max", lambda people, _: people.scaled("min_max")),
    Space("features, log", lambda people, _: people.scaled("log")),
    Space("features, quantile", lambda people, _: people.scaled("quantile")),
    Space("features, log, PCA", lambda people, _: _pca(people.scaled("log"))),
    Space("features, log, UMAP", lambda people, seed: umap_of(people.scaled("log"), seed)),
    Space("features, log, t-SNE", lambda people, seed: _tsne(people.scaled("log"), seed)),
    Space("features, log, Isomap", lambda people, seed: _isomap(people.scaled("log"), seed)),
    Space("regression forest, UMAP", lambda people, seed: umap_of_leaves(regression_leaves(people, seed), seed)),
    Space("regression forest, diffusion map", _leaf_map),
    Space("regression forest, diffusion map, UMAP", lambda people, seed: umap_of(_leaf_map(people, seed), seed)),
    Space("regression forest, spectral", lambda people, seed: _spectral(regression_leaves(people, seed), seed)),
    _trees("extra trees"),
    _trees("random trees"),
    _trees("gradient boosting"),
    Space("words, UMAP", lambda people, seed: umap_of(people.words(seed), seed), has_text=True),
    Space("features, log, words", _with_words, has_text=True),
    Space("features, log, words, UMAP", lambda people, seed: umap_of(_with_words(people, seed), seed), has_text=True),
    Space(
        "regression forest with words, diffusion map",
        lambda people, seed: diffusion_map(regression_leaves(people, seed, people.words(seed)), 2),
        has_text=True,
    ),
)  # fmt: skip
"""Every space that is compared."""
