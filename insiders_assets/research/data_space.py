"""``data_space_study``: how customers could be arranged, how faithfully, and what clusters lie there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets import progress
from insiders_assets.contracts.research import DATA_SPACE_STUDY
from insiders_assets.research.drawing import CLUSTER_COLOURS, canvas, png
from insiders_assets.research.neighbourhood import continuity, euclidean, trustworthiness
from insiders_assets.research.spaces import SPACES, People, Points, Space, regression_leaves
from insiders_assets.research.study import Study
from insiders_assets.segmentation import SegmentationModel, agreement
from insiders_assets.segmentation.centre_vote import principal_axes
from insiders_assets.segmentation.quality import hamming, silhouettes

LABEL = "data space study"
CUSTOMERS = 3_000
"""Customers looked at, at most, evenly spread over their ids."""

STARTS = 20

COMPARED = 1_500
"""Customers whose neighbours are compared, at most: every two of them are."""


def data_space_study(
    model: SegmentationModel,
    features: pl.DataFrame,
    purchases: pl.LazyFrame,
    *,
    seed: int = 1,
    spaces: Sequence[Space] = SPACES,
) -> Study:
    """Make every space, cluster customers in it, and measure map and clusters.

    Args:
        model: The champion: its recipe's inputs, target and number of clusters are used, its clusters compared with.
        features: The ``customer_features`` table.
        purchases: ``clean_purchases``, lazy.
        seed: Seed of everything; what another seed makes of it is made with the next.
        spaces: The spaces.
    """
    from threadpoolctl import threadpool_limits

    table = features.filter("is_identified").sort("customer_id")
    table = table[np.unique(np.linspace(0, table.height - 1, CUSTOMERS).astype(int)).tolist()]
    people = People(table, purchases, model.recipe)
    own = model.assign(table)["cluster"].to_numpy()
    leaves = regression_leaves(people, seed)
    some = np.unique(np.linspace(0, table.height - 1, COMPARED).astype(int))
    known = (euclidean(people.scaled("log")[some]), hamming(leaves[some]))
    rows, maps = [], {}
    with threadpool_limits(1):  # threads that wait for each other cost more than they bring
        for number, space in enumerate(spaces):
            progress.report(LABEL, number, len(spaces))
            began = time.process_time()
            points = space.make(people, seed)
            taken = time.process_time() - began
            clusters, again = (
                _grouped(each, model.recipe.k, seed) for each in (points, space.make(people, seed + 1))
            )
            found: dict[str, Any] = dict(_measured(points[some], known))
            found |= _silhouettes(clusters, points, people, leaves)
            rows.append(
                found
                | {
                    "space": space.name,
                    "has_text": space.has_text,
                    "dimensions": points.shape[1],
                    "clusters": len(np.unique(clusters)),
                    "seed_agreement": agreement.adjusted_rand(clusters, again),
                    "champion_agreement": agreement.adjusted_rand(clusters, own),
                    "cpu_seconds": taken,
                }
            )
            maps[space.name] = points if points.shape[1] == 2 else points @ principal_axes(points)
    progress.report(LABEL, len(spaces), len(spaces))
    measured = pl.DataFrame(rows).select(DATA_SPACE_STUDY.names).cast(DATA_SPACE_STUDY.polars_schema)  # type: ignore[arg-type]
    return Study(
        measured, findings(measured), {"maps": _map_figure(maps, own), "measures": _measure_figure(measured)}
    )


def findings(table: pl.DataFrame) -> list[str]:
    """Return what the figures say, in plain words."""

    def best(column: str) -> dict[str, Any]:
        return dict(table.sort(column, descending=True, nulls_last=True).to_dicts()[0])

    sentences = []
    for column, words in (
        ("trustworthiness", "Most trustworthy by features"),
        ("leaf_trustworthiness", "Most trustworthy by leaves"),
        ("silhouette_embedding", "Clusters furthest apart on their own map"),
        ("silhouette_features", "Clusters furthest apart by features"),
        ("seed_agreement", "Clusters that another seed moves least"),
    ):
        row = best(column)
        sentences.append(f"{words}: {row['space']} ({row[column]:.2f}).")
    moved, laid_out = table.sort("seed_agreement").to_dicts()[0], best("silhouette_embedding")
    sentences.append(
        "A silhouette on the map says how the map is laid out, not that there are groups: "
        f"{laid_out['space']} has {laid_out['silhouette_embedding']:.2f} there and "
        f"{laid_out['silhouette_features']:.2f} by features. Clusters in {moved['space']} agree with those of another "
        f"seed by {moved['seed_agreement']:.2f} only."
    )
    by_text = dict(table.group_by("has_text").agg(pl.col("silhouette_features").max()).iter_rows())
    if by_text.get(True) is not None and by_text.get(False) is not None:
        word = "help" if by_text[True] > by_text[False] else "do not help"
        sentences.append(
            f"Words of product descriptions {word}: the best silhouette by features is {by_text[True]:.2f} with them "
            f"and {by_text[False]:.2f} without."
        )
    return sentences


def _grouped(points: Points, k: int, seed: int) -> NDArray[np.int32]:
    from sklearn.cluster import KMeans

    return np.asarray(KMeans(k, n_init=STARTS, random_state=seed).fit_predict(points), np.int32)


def _measured(points: Points, known: tuple[NDArray[Any], NDArray[Any]]) -> dict[str, float]:
    shown = euclidean(points)
    nearest = min(15, len(points) // 3)
    return {
        f"{prefix}{name}": float(np.clip(measure(original, shown, nearest), 0, 1))
        for prefix, original in zip(("", "leaf_"), known, strict=True)
        for name, measure in (("trustworthiness", trustworthiness), ("continuity", continuity))
    }


def _silhouettes(
    clusters: NDArray[np.int32], points: Points, people: People, leaves: NDArray[np.int32]
) -> dict[str, float | None]:
    found = silhouettes(clusters, lambda: points, people.inputs, leaves)
    return {f"silhouette_{name}": value for name, value in found.items()}


def _map_figure(maps: dict[str, Points], clusters: NDArray[np.int32]) -> bytes:
    """Return every map, coloured by the champion's clusters."""
    rows = -(-len(maps) // 4)
    figure, axes = canvas(rows, 4, width=10, height=2.5 * rows, squeeze=False)
    colours = np.array(CLUSTER_COLOURS)[np.unique(clusters, return_inverse=True)[1] % len(CLUSTER_COLOURS)]
    for one, (name, points) in zip(axes.ravel(), maps.items(), strict=False):
        one.scatter(*points.T, s=1.5, c=colours, linewidths=0, alpha=0.6)
        low, high = np.quantile(points, [0.002, 0.998], axis=0)
        margin = 0.05 * np.maximum(high - low, 1e-9)
        one.set(
            xlim=(low[0] - margin[0], high[0] + margin[0]), ylim=(low[1] - margin[1], high[1] + margin[1])
        )
        one.set_title(name, fontsize=8)
        one.set_xticks([])
        one.set_yticks([])
    for one in axes.ravel()[len(maps) :]:
        one.set_visible(False)
    figure.suptitle("Every space in two dimensions, in the colours of the champion's clusters", fontsize=10)
    return png(figure)


def _measure_figure(table: pl.DataFrame) -> bytes:
    """Return the measures of every space, as a heat map of numbers."""
    columns = [
        name for name in DATA_SPACE_STUDY.names if table[name].dtype == pl.Float64 and name != "cpu_seconds"
    ]
    values = table.select(columns).to_numpy().astype(float)
    figure, axes = canvas(width=10, height=0.34 * table.height + 1.6)
    axes.imshow(values, vmin=-1, vmax=1, cmap="RdBu", aspect="auto", alpha=0.7)
    axes.set_xticks(range(len(columns)), [name.replace("_", "\n") for name in columns], fontsize=8)
    axes.set_yticks(range(table.height), table["space"].to_list(), fontsize=8)
    for row in range(table.height):
        for column in range(len(columns)):
            axes.text(column, row, f"{values[row, column]:.2f}", ha="center", va="center", fontsize=8)
    return png(figure)
