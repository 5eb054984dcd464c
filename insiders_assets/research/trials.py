"""``recipe_trials``: is there a recipe whose every cluster comes back when customers are drawn anew?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from insiders_assets import progress
from insiders_assets.contracts.research import BADGES, OWN_SHOP, RECIPE_TRIALS
from insiders_assets.research.drawing import INK, SERIES, canvas, png
from insiders_assets.research.stability import beside
from insiders_assets.research.study import Study
from insiders_assets.segmentation import recipe
from insiders_assets.segmentation.fitting import group_by_k
from insiders_assets.segmentation.recipes import DEFAULT
from insiders_assets.segmentation.training_set import fitted_population

LABEL = "recipe trials"
TIMES = 10
VALID = BADGES[1][0]
SEED = 42

Trial = tuple[str, dict[str, Any], tuple[int, ...]]
"""A built-in recipe, what is changed in it, and the numbers of clusters."""

TRIALS: tuple[Trial, ...] = (
    ("kinds", {}, (4, 5, 6, 7, 8, 9, 10)),
    ("kinds", {"trees": 500}, (8,)),
    ("ranks", {}, (6, 8)),
    ("octants", {}, (8,)),
    ("leaf", {}, (3, 5, 8)),
    ("leaf", {"dimensions": 3}, (8,)),
    ("stable", {}, (4, 6, 7, 8)),
    ("stable", {"space": "quantile"}, (6,)),
)
"""What is tried."""


def recipe_trials(
    features: pl.DataFrame,
    *,
    others: Mapping[str, pl.DataFrame] | None = None,
    trials: Sequence[Trial] = TRIALS,
    times: int = TIMES,
    seed: int = 1,
) -> Study:
    """Fit every recipe on customers drawn anew, and see which of its clusters come back.

    Args:
        features: The ``customer_features`` table.
        others: The same table of other shops, by name: a recipe that holds in one only was made for it.
        trials: What is tried.
        times: Bootstrap samples of each, the same for all.
        seed: Seed of what is drawn.
    """
    shops = {OWN_SHOP: features} | dict(others or {})
    total = len(shops) * len(trials) * times
    done, rows = 0, []
    for shop, table in shops.items():
        for name, choices, ks in trials:
            tried = recipe(name, **choices).without_picture()
            people = fitted_population(table, tried)
            revenue = people["revenue"].to_numpy()
            whole = group_by_k(people, tried, ks, SEED)
            drawn: dict[int, list[Any]] = {k: [] for k in ks}
            for time in range(times):
                progress.report(LABEL, done, total)
                done += 1
                chosen = np.sort(
                    np.random.default_rng((seed, time)).integers(0, people.height, people.height)
                )
                kept, first = np.unique(chosen, return_index=True)
                for k, labels in group_by_k(people[chosen], tried, ks, SEED).items():
                    drawn[k].append((kept, labels[first]))
            for k in ks:
                found = beside(whole[k], drawn[k], revenue)
                means = [float(np.mean(values)) for values in found.recovery.values()]
                rows.append(
                    {
                        "recipe": _named(name, {**choices, "k": k}),
                        "clusters": len(means),
                        "least": min(means),
                        "mean": float(np.mean(means)),
                        "valid": sum(mean >= VALID for mean in means),
                        "adjusted_rand": float(np.mean(found.rand)),
                        "insider_jaccard": float(np.mean(found.jaccard)),
                        "smallest": float(np.bincount(whole[k]).min() / people.height),
                        "is_default": name == DEFAULT and not choices and k == recipe().k,
                        "shop": shop,
                    }
                )
    progress.report(LABEL, total, total)
    found_table = pl.DataFrame(rows, schema=RECIPE_TRIALS.polars_schema)
    return Study(found_table, findings(found_table), {"trials": _figure(found_table)})


def findings(table: pl.DataFrame) -> list[str]:
    """Return which recipes keep all their clusters in every shop, and what the default keeps."""
    over = table.group_by("recipe", maintain_order=True).agg(
        pl.col("least", "valid").min(), pl.col("clusters").max(), pl.col("is_default").any()
    )
    where = "" if table["shop"].n_unique() == 1 else " in every shop"
    whole = over.filter(pl.col("least") >= VALID).sort("clusters", "least", descending=True)
    sentences = [
        f"{whole.height} of {over.height} recipes tried get every cluster's bootstrap Jaccard to {VALID} or more"
        f"{where}."
    ]
    sentences += [
        f"{row['recipe']}: every one of {row['clusters']} clusters at {row['least']:.2f} or more{where}."
        for row in whole.head(5).to_dicts()
    ]
    six = over.filter(pl.col("clusters") >= 6).sort("least", descending=True)
    if six.height and six["least"][0] < VALID:
        row = six.to_dicts()[0]
        sentences.append(
            f"With six clusters or more none does: the best, {row['recipe']}, has a cluster at {row['least']:.2f} "
            f"and {row['valid']} of {row['clusters']} at {VALID} or more."
        )
    for row in over.filter("is_default").to_dicts():
        sentences.append(
            f"The default has {row['valid']} of {row['clusters']} clusters there, the least at {row['least']:.2f}."
        )
    return sentences


def _named(name: str, choices: dict[str, Any]) -> str:
    return f"{name}, " + ", ".join(
        f"{key}={'+'.join(value) if isinstance(value, tuple) else value}" for key, value in choices.items()
    )


def _figure(table: pl.DataFrame) -> bytes:
    """Return the least stable cluster of every recipe, in the shop where it is the least."""
    rows = (
        table.group_by("recipe")
        .agg(pl.col("least").min(), pl.col("is_default").any())
        .sort("least", "recipe")
    )
    figure, axes = canvas(width=9, height=0.24 * rows.height + 1)
    colours = [SERIES[1] if default else SERIES[0] for default in rows["is_default"]]
    axes.barh(rows["recipe"].to_list(), rows["least"].to_list(), color=colours)
    axes.axvline(VALID, color=INK, linewidth=0.8, linestyle=":")
    axes.set_title(
        "Mean bootstrap Jaccard of each recipe's least stable cluster; the default in orange", fontsize=10
    )
    axes.set_xlim(0, 1)
    return png(figure)
