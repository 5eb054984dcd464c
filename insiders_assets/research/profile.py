"""``feature_profile``: how each feature is spread, what it goes with, and what the recipe would lose without it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets import progress
from insiders_assets.contracts.customers import FEATURES
from insiders_assets.contracts.research import FEATURE_PROFILE
from insiders_assets.language.amounts import unsigned_zero
from insiders_assets.research.drawing import INK, MUTED, SERIES, canvas, png
from insiders_assets.research.study import Study
from insiders_assets.segmentation import Recipe
from insiders_assets.segmentation.named_axes import standings, telling

LABEL = "feature profile"
FAR = 2.5
"""Interquartile ranges beyond a quartile from which a value is an outlier."""

TOGETHER = 0.8
"""Rank correlation from which two features say the same."""

FOREST = 300
"""Trees that measure what a feature explains."""

DRAWN = 1_500
"""Customers drawn in the pair plot, at most."""

FROM_TARGET = {"revenue": ("avg_ticket", "avg_line_value")}
"""Features that the target was divided to make: with them, a forest explains the target by itself."""


def feature_profile(features: pl.DataFrame, recipe: Recipe, *, seed: int = 1) -> Study:
    """Describe every feature over identified customers, and say why the recipe keeps it or not.

    Args:
        features: The ``customer_features`` table.
        recipe: The recipe whose choice of features is looked at.
        seed: Seed of forests and of who is drawn.
    """
    people = features.filter("is_identified").sort("customer_id")
    names = [column.name for column in FEATURES if people[column.name].count() > 1]
    ranks = _rank_correlations(people, names)
    groups = correlation_groups(ranks)
    explained = _explained(people, recipe, names, seed)
    kept = [name for name in recipe.columns if name in names]
    rows = []
    for number, column in enumerate(column for column in FEATURES if column.name in names):
        place = names.index(column.name)
        others = [name for name in kept if name != column.name]
        nearest = max(others, key=lambda name: abs(ranks[place, names.index(name)]), default=None)
        row = {"feature": column.name, "unit": column.unit, "group": groups[number], "nearest_kept": nearest}
        row["correlation"] = None if nearest is None else float(ranks[place, names.index(nearest)])
        row |= describe(people[column.name])
        row |= {"explained": explained.get(column.name), "is_kept": column.name in kept}
        rows.append(row | {"why": _why(row, recipe, explained)})
    table = pl.DataFrame(rows, schema=FEATURE_PROFILE.polars_schema)
    figures = {
        "spread": _spread_figure(people, names),
        "correlations": _correlation_figure(ranks, names, groups),
        "pairs": _pair_figure(people, kept, seed),
    }
    return Study(table, findings(table, explained, recipe), figures)


def describe(values: pl.Series) -> dict[str, Any]:
    """Return the usual statistics of one feature; missing values are left out."""
    known = values.drop_nulls().cast(pl.Float64)
    first, third = known.quantile(0.25, "linear"), known.quantile(0.75, "linear")
    far = FAR * ((third or 0) - (first or 0))
    mean, deviation = known.mean(), known.std()
    return {
        "customers": len(known),
        "least": known.min(),
        "most": known.max(),
        "range": float(np.ptp(known.to_numpy())),
        "mean": mean,
        "median": known.median(),
        "deviation": deviation,
        "variance": known.var(),
        "variation": deviation / mean if deviation is not None and mean else None,  # type: ignore[operator]
        "skew": known.skew(bias=False) if known.n_unique() > 1 else None,
        "low_outliers": int((known < (first or 0) - far).sum()),
        "high_outliers": int((known > (third or 0) + far).sum()),
    }


def correlation_groups(ranks: NDArray[np.float64]) -> list[int]:
    """Groups of features, each of which goes with all others of its group; numbered by their first feature.

    Complete linkage on one minus the absolute rank correlation, cut at one minus :data:`TOGETHER`.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distance = np.clip(1 - np.abs(ranks), 0, None)
    np.fill_diagonal(distance, 0)
    found = fcluster(linkage(squareform(distance, checks=False), "complete"), 1 - TOGETHER, "distance")
    numbers: dict[int, int] = {}
    return [numbers.setdefault(int(group), len(numbers) + 1) for group in found]


def findings(table: pl.DataFrame, explained: dict[str, float], recipe: Recipe) -> list[str]:
    """Return what the figures say, in plain words."""
    together = (
        table.group_by("group", maintain_order=True).agg("feature").filter(pl.col("feature").list.len() > 1)
    )
    sentences = [
        f"Go together (rank correlation of {TOGETHER} or more): {', '.join(names)}."
        for names in together["feature"].to_list()
    ]
    tails = table.filter(pl.col("skew") > 2).sort("skew", descending=True)
    if tails.height:
        named = ", ".join(f"{row['feature']} ({row['skew']:.1f})" for row in tails.head(5).to_dicts())
        sentences.append(
            f"{tails.height} of {table.height} features have long tails; the most skewed: {named}."
        )
    sentences.append(
        f"The inputs explain {explained['']:.1%} of the variance of {_sought(recipe)}, out of bag."
    )
    return sentences + [f"{row['feature']}: {row['why']}" for row in table.to_dicts()]


def _rank_correlations(people: pl.DataFrame, names: list[str]) -> NDArray[np.float64]:
    """Spearman's correlation of every two features, over the customers who have both; 0 where one never varies."""
    frame = people.select(names).to_pandas()
    return np.nan_to_num(frame.corr(method="spearman").to_numpy(copy=True))


def _explained(people: pl.DataFrame, recipe: Recipe, names: list[str], seed: int) -> dict[str, float]:
    """Return the out-of-bag share of variance: by the inputs (under ``""``), without each, and with each other.

    What is explained is what the recipe's forest is asked for: the target, or the standings along all named axes.
    """
    from sklearn.ensemble import RandomForestRegressor

    if recipe.named:
        axes = standings(people, telling(people, recipe.targets) or recipe.targets[:1])
        target = axes if axes.shape[1] > 1 else axes[:, 0]
    else:
        target = np.log1p(people[recipe.target].to_numpy())

    def measured(inputs: tuple[str, ...]) -> float:
        known = people.select(pl.col(name).cast(pl.Float32).fill_null(-1) for name in inputs).to_numpy()
        forest = RandomForestRegressor(
            FOREST, min_samples_leaf=recipe.min_samples_leaf, oob_score=True, random_state=seed, n_jobs=-1
        )
        return float(forest.fit(known, target).oob_score_)

    trials = {"": recipe.inputs}
    for name in names:
        rest = tuple(one for one in recipe.inputs if one != name)
        if (recipe.named or name != recipe.target) and rest:
            trials[name] = rest if name in recipe.inputs else (*recipe.inputs, name)
    found = {}
    for number, (name, inputs) in enumerate(trials.items()):
        progress.report(LABEL, number, len(trials))
        found[name] = measured(inputs)
    progress.report(LABEL, len(trials), len(trials))
    return found


def _why(row: dict[str, Any], recipe: Recipe, explained: dict[str, float]) -> str:
    """Return why the recipe keeps a feature or not, in its own numbers."""
    name, whole, sought = row["feature"], explained[""], _sought(recipe)
    change = explained.get(name, whole) - whole
    lost = f"without it the forest explains {_points(-change):.1f} points less of {sought}"
    if recipe.named and name in recipe.targets:
        return (
            f"Kept: an axis ranks customers by it; {lost}."
            if name in recipe.inputs
            else "Kept: it is an axis."
        )
    if name in recipe.inputs and (recipe.named or name != recipe.target):
        return f"Kept: {lost}."
    if recipe.named and row["is_kept"]:
        return f"Kept: tiers and the numbers of clusters go by it; the forest is not asked for {name}."
    if name == recipe.target:
        return "Kept: it is what the forest explains by the others."
    if not recipe.named and name in FROM_TARGET.get(recipe.target, ()):
        return f"Left out: {recipe.target} divided by a count, so the forest would explain {recipe.target} by itself."
    goes = f"{row['nearest_kept']} (rank correlation {row['correlation']:.2f})"
    gains = f"with it the forest explains {_points(change):+.1f} points of {sought}"
    if abs(row["correlation"] or 0) >= TOGETHER:
        return f"Left out: it says what {goes} says; {gains}."
    return f"Left out: nearest to {goes}; {gains}."


def _sought(recipe: Recipe) -> str:
    """Return what the recipe's forest is asked for, in words."""
    return "the named axes" if recipe.named else recipe.target


def _points(share: float) -> float:
    return unsigned_zero(share * 100, 1)


def _spread_figure(people: pl.DataFrame, names: list[str]) -> bytes:
    rows = -(-len(names) // 5)
    figure, axes = canvas(rows, 5, width=10, height=1.9 * rows, squeeze=False)
    for one, name in zip(axes.ravel(), names, strict=False):
        one.hist(np.log1p(people[name].drop_nulls().to_numpy()), bins=30, color=SERIES[0])
        one.set_title(name, fontsize=10)
        one.set_yticks([])
    for one in axes.ravel()[len(names) :]:
        one.set_visible(False)
    figure.supxlabel("log(1 + value)", fontsize=9, color=MUTED)
    return png(figure)


def _correlation_figure(ranks: NDArray[np.float64], names: list[str], groups: list[int]) -> bytes:
    order = np.argsort(groups, kind="stable")
    figure, axes = canvas(width=7, height=6)
    shown = axes.imshow(ranks[np.ix_(order, order)], vmin=-1, vmax=1, cmap="RdBu_r")
    labels = [f"{names[place]} ({groups[place]})" for place in order]
    axes.set_xticks(range(len(names)), labels, rotation=60, ha="right")
    axes.set_yticks(range(len(names)), labels)
    for row, one in enumerate(order):
        for column, other in enumerate(order):
            dark = abs(ranks[one, other]) > 0.6
            axes.text(column, row, f"{ranks[one, other]:.1f}", ha="center", va="center", fontsize=6,
                      color="white" if dark else INK)  # fmt: skip
    axes.set_title("Rank correlations; the number in brackets is the group", fontsize=10)
    figure.colorbar(shown, shrink=0.6)
    return png(figure)


def _pair_figure(people: pl.DataFrame, kept: list[str], seed: int) -> bytes:
    """Return every two of the kept features against each other, on logarithmic scales."""
    drawn = people.sample(min(DRAWN, people.height), seed=seed)
    values = {name: np.log1p(drawn[name].to_numpy()) for name in kept}
    figure, axes = canvas(len(kept), len(kept), width=9, height=9, squeeze=False)
    for row, one in enumerate(kept):
        for column, other in enumerate(kept):
            cell = axes[row, column]
            if row == column:
                cell.hist(values[one], bins=25, color=SERIES[1])
            else:
                cell.scatter(values[other], values[one], s=2, alpha=0.3, color=SERIES[0], linewidths=0)
            cell.set_xticks([])
            cell.set_yticks([])
            if column == 0:
                cell.set_ylabel(one, fontsize=8)
            if row == len(kept) - 1:
                cell.set_xlabel(other, fontsize=8)
    figure.suptitle("Kept features, log(1 + value)", fontsize=10, color=INK)
    return png(figure)
