"""``clusterer_study``: ways to group customers, over numbers of groups, in the spaces that recipes group them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets import progress
from insiders_assets.contracts.research import CLUSTERER_STUDY
from insiders_assets.research.drawing import CLUSTER_COLOURS, MUTED, SERIES, canvas, png
from insiders_assets.research.study import Study
from insiders_assets.segmentation import SegmentationModel, agreement
from insiders_assets.segmentation.forest import fit_forest
from insiders_assets.segmentation.scaling import Scaling
from insiders_assets.segmentation.spectral import diffusion_map
from insiders_assets.segmentation.training_set import matrix

LABEL = "clusterer study"
CUSTOMERS = 3_000
"""Customers looked at, at most."""

KS = tuple(range(2, 13))
SUBSAMPLES, SHARE = 4, 0.9
DENSE = 20
"""Customers that a dense place holds at least, for DBSCAN and HDBSCAN: the original's choice."""

RADII = (0.3, 0.6, 0.9)
"""Shares of customers who have that many others within DBSCAN's radius."""

LEAST_GROUPS = (25, 50, 100, 200)
"""Smallest groups that HDBSCAN is asked for."""

Points = NDArray[np.float64]
Labels = NDArray[np.int64]
Grouping = tuple[str, str, Callable[[Points], Labels]]
"""A clusterer, its setting, and what groups points; -1 is no group."""


def clusterer_study(
    model: SegmentationModel, features: pl.DataFrame, *, seed: int = 1, ks: Sequence[int] = KS
) -> Study:
    """Group customers in every way, in the leaves' diffusion map and by scaled features, and measure the groups.

    Args:
        model: The champion: its recipe's inputs, target and forest are used.
        features: The ``customer_features`` table.
        seed: Seed of everything.
        ks: Numbers of groups.
    """
    from threadpoolctl import threadpool_limits

    people = features.filter("is_identified").sort("customer_id")
    people = people[np.unique(np.linspace(0, people.height - 1, CUSTOMERS).astype(int)).tolist()]
    ks = [k for k in ks if k < people.height // 2]
    spaces = _spaces(model, people, seed)
    rows, shown = [], {}
    ways = {name: list(_groupings(points, ks, seed)) for name, points in spaces.items()}
    total, done = sum(len(each) for each in ways.values()), 0
    with threadpool_limits(1):
        for name, points in spaces.items():
            apart = _distances(points)
            for clusterer, setting, way in ways[name]:
                progress.report(LABEL, done, total)
                labels = way(points)
                rows.append(
                    {"space": name, "clusterer": clusterer, "setting": setting}
                    | measured(points, apart, labels)
                    | {"stability": stability(points, way, labels, seed)}
                )
                if (clusterer, setting) == ("kmeans", f"k={model.recipe.k}"):
                    shown[name] = silhouette_values(apart, labels), labels
                done += 1
    progress.report(LABEL, total, total)
    table = pl.DataFrame(rows, schema_overrides=CLUSTERER_STUDY.polars_schema).select(CLUSTERER_STUDY.names)
    figures = {f"over_k_{number}": _curve_figure(table, name) for number, name in enumerate(spaces, start=1)}
    return Study(table, findings(table), figures | {"silhouettes": _silhouette_figure(shown)})


def findings(table: pl.DataFrame) -> list[str]:
    """Return what the figures say, in plain words."""
    sentences = []
    whole = table.filter(pl.col("noise") < 0.05, pl.col("clusters") > 1)
    for (space,), rows in whole.group_by("space", maintain_order=True):
        six = rows.filter(pl.col("clusters") >= 6, pl.col("smallest") >= 0.04)
        for words, part, column in (
            ("highest silhouette", rows, "silhouette"),
            ("highest silhouette with six groups of 4 % or more", six, "silhouette"),
            ("most stable with six groups of 4 % or more", six, "stability"),
        ):
            if part.height:
                row = part.sort(column, descending=True, nulls_last=True).to_dicts()[0]
                sentences.append(
                    f"{space}: {words}, {row['clusterer']} {row['setting']}: silhouette {row['silhouette']:.2f}, "
                    f"stability {row['stability']:.2f}, smallest group {row['smallest']:.1%}."
                )
    lost = table.filter(pl.col("clusterer").is_in(["dbscan", "hdbscan"])).to_dicts()
    if lost:
        groups, noise = [row["clusters"] for row in lost], [row["noise"] for row in lost]
        sentences.append(
            f"Density (DBSCAN, HDBSCAN) finds {min(groups)} to {max(groups)} groups and leaves {min(noise):.0%} to "
            f"{max(noise):.0%} of customers in none."
        )
    return sentences


def measured(points: Points, apart: Points, labels: Labels) -> dict[str, Any]:
    """Return how tight and how far apart groups are; customers in no group are left out but counted.

    Args:
        points: Coordinates of customers.
        apart: Distances between every two of them.
        labels: Their groups, -1 for none.
    """
    from sklearn.metrics import davies_bouldin_score

    inside = labels >= 0
    sizes = np.bincount(labels[inside]) if inside.any() else np.zeros(1)
    found: dict[str, Any] = {
        "clusters": int((sizes > 0).sum()),
        "noise": float(1 - inside.mean()),
        "smallest": float(sizes[sizes > 0].min() / len(labels)) if inside.any() else 0.0,
        "within_squares": sum(
            float(((points[labels == label] - points[labels == label].mean(axis=0)) ** 2).sum())
            for label in np.unique(labels[inside])
        ),
    }
    if not 1 < found["clusters"] < inside.sum():
        return found | dict.fromkeys(("silhouette", "least_silhouette", "misplaced", "davies_bouldin"))
    values = silhouette_values(apart, labels)[inside]
    by_group = [values[labels[inside] == label].mean() for label in np.unique(labels[inside])]
    return found | {
        "silhouette": float(values.mean()),
        "least_silhouette": float(min(by_group)),
        "misplaced": float((values < 0).mean()),
        "davies_bouldin": float(davies_bouldin_score(points[inside], labels[inside])),
    }


def silhouette_values(apart: Points, labels: Labels) -> NDArray[np.float64]:
    """Return each customer's silhouette (Rousseeuw, 1987); not a number for those in no group."""
    from sklearn.metrics import silhouette_samples

    inside = labels >= 0
    found = np.full(len(labels), np.nan)
    found[inside] = silhouette_samples(apart[np.ix_(inside, inside)], labels[inside], metric="precomputed")
    return found


def stability(points: Points, way: Callable[[Points], Labels], labels: Labels, seed: int) -> float:
    """Return the mean adjusted Rand index of the groups of all customers with those of 90 % of them."""
    found = []
    for number in range(SUBSAMPLES):
        rows = np.random.default_rng((seed, number)).permutation(len(points))[: round(SHARE * len(points))]
        found.append(agreement.adjusted_rand(labels[rows], way(points[rows])))
    return float(np.mean(found))


def _spaces(model: SegmentationModel, people: pl.DataFrame, seed: int) -> dict[str, Points]:
    recipe = model.recipe
    inputs = matrix(people, recipe.inputs)
    forest = fit_forest(
        inputs,
        np.log1p(people[recipe.target].to_numpy().astype(np.float64)),
        trees=recipe.trees,
        min_samples_leaf=recipe.min_samples_leaf,
        sampled=recipe.customers_per_tree(len(inputs)),
        seed=seed,
    )
    values = matrix(people, recipe.columns)
    points = diffusion_map(forest.leaves(inputs), 2)
    return {
        "leaves, diffusion map": points / points.std(),
        "features, log": Scaling.fitted(values, "log")(values),
    }


def _groupings(points: Points, ks: Sequence[int], seed: int) -> Iterator[Grouping]:
    from sklearn.cluster import DBSCAN, HDBSCAN, AgglomerativeClustering, KMeans
    from sklearn.mixture import GaussianMixture
    from sklearn.neighbors import NearestNeighbors

    for k in ks:
        yield "kmeans", f"k={k}", KMeans(k, n_init=20, random_state=seed).fit_predict
        yield "gmm", f"k={k}", GaussianMixture(k, n_init=3, random_state=seed).fit_predict
        yield "ward", f"k={k}", AgglomerativeClustering(k).fit_predict
    far = NearestNeighbors(n_neighbors=min(DENSE, len(points))).fit(points).kneighbors(points)[0][:, -1]
    for share in RADII:
        radius = float(np.quantile(far, share))
        yield "dbscan", f"eps={radius:.3g}", DBSCAN(eps=radius, min_samples=DENSE).fit_predict
    for least in LEAST_GROUPS:
        if least < len(points) // 2:
            made = HDBSCAN(min_cluster_size=least, min_samples=DENSE, copy=True)
            yield "hdbscan", f"least={least}", made.fit_predict


def _distances(points: Points) -> Points:
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(points, points))


def _curve_figure(table: pl.DataFrame, space: str) -> bytes:
    """WSS, silhouette, Davies-Bouldin and stability over the number of groups."""
    figure, axes = canvas(1, 4, width=11, height=2.8)
    rows = table.filter(pl.col("space") == space, pl.col("setting").str.starts_with("k="))
    columns = ("within_squares", "silhouette", "davies_bouldin", "stability")
    titles = ("sum of squares (WSS)", "silhouette", "Davies-Bouldin (less is better)", "stability under 90 %")
    for one, column, title in zip(axes, columns, titles, strict=True):
        for number, clusterer in enumerate(("kmeans", "gmm", "ward")):
            part = rows.filter(pl.col("clusterer") == clusterer).sort("clusters")
            one.plot(
                part["clusters"],
                part[column],
                marker="o",
                markersize=3,
                color=SERIES[number],
                label=clusterer,
            )
        one.set_title(title, fontsize=10)
        one.set_xlabel("groups", fontsize=8, color=MUTED)
    axes[0].legend(frameon=False, fontsize=8)
    figure.suptitle(space, fontsize=10)
    return png(figure)


def _silhouette_figure(shown: dict[str, tuple[NDArray[np.float64], Labels]]) -> bytes:
    """Silhouette analysis: every customer's silhouette, group by group."""
    figure, axes = canvas(1, max(len(shown), 1), width=9, height=4, squeeze=False)
    for one, (name, (values, labels)) in zip(axes.ravel(), shown.items(), strict=False):
        start = 0
        for label in np.unique(labels):
            part = np.sort(values[labels == label])
            one.fill_betweenx(np.arange(start, start + len(part)), part, color=CLUSTER_COLOURS[label % 10])
            start += len(part) + 20
        one.axvline(float(np.nanmean(values)), color=MUTED, linewidth=0.8, linestyle="--")
        one.set_title(f"{name}: silhouettes by group (KMeans)", fontsize=10)
        one.set_yticks([])
    return png(figure)
