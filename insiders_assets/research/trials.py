"""``recipe_trials``: is there a recipe whose every cluster comes back when customers are drawn anew?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from insiders_assets import progress
from insiders_assets.contracts.research import BADGES, RECIPE_TRIALS
from insiders_assets.research.drawing import INK, SERIES, canvas, png
from insiders_assets.research.stability import beside
from insiders_assets.research.study import Study
from insiders_assets.segmentation import recipe
from insiders_assets.segmentation.fitting import group_by_k
from insiders_assets.segmentation.population import fitted_population

LABEL = "recipe trials"
TIMES = 10
VALID = BADGES[1][0]
SEED = 42

Trial = tuple[str, dict[str, Any], tuple[int, ...]]
"""A built-in recipe, what is changed in it, and the numbers of clusters."""

TRIALS: tuple[Trial, ...] = (
    ("leaf", {}, (3, 4, 5, 6, 7, 8, 9, 10)),
    ("leaf", {"clusterer": "ward"}, (5, 8)),
    ("leaf", {"dimensions": 1}, (5, 6, 8)),
    ("leaf", {"dimensions": 3}, (5, 8)),
    ("leaf", {"trees": 1_500}, (5, 6, 8)),
    ("stable", {}, (3, 4, 5, 6, 7, 8)),
    ("stable", {"space": "quantile"}, (4, 6)),
    ("stable", {"inputs": ("revenue", "recency")}, (4, 6)),
)
"""What is tried."""


def recipe_trials(
    features: pl.DataFrame, *, trials: Sequence[Trial] = TRIALS, times: int = TIMES, seed: int = 1
) -> Study:
    """Fit every recipe on customers drawn anew, and see which of its clusters come back.

    Args:
        features: The ``customer_features`` table.
        trials: What is tried.
        times: Bootstrap samples of each, the same for all.
        seed: Seed of what is drawn.
    """
    rows = []
    for number, (name, choices, ks) in enumerate(trials):
        tried = recipe(name, **choices).without_picture()
        people = fitted_population(features, tried)
        revenue = people["revenue"].to_numpy()
        whole = group_by_k(people, tried, ks, SEED)
        drawn: dict[int, list[Any]] = {k: [] for k in ks}
        for time in range(times):
            progress.report(LABEL, number * times + time, len(trials) * times)
            chosen = np.sort(np.random.default_rng((seed, time)).integers(0, people.height, people.height))
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
                    "is_default": name == "leaf" and not choices and k == recipe().k,
                }
            )
    progress.report(LABEL, len(trials) * times, len(trials) * times)
    table = pl.DataFrame(rows, schema=RECIPE_TRIALS.polars_schema)
    return Study(table, findings(table), {"trials": _figure(table)})


def findings(table: pl.DataFrame) -> list[str]:
    """Which recipes keep all their clusters, and what that costs."""
    whole = table.filter(pl.col("least") >= VALID).sort("clusters", "least", descending=True)
    told = [
        f"{whole.height} of {table.height} recipes tried get every cluster's bootstrap Jaccard to {VALID} or more."
    ]
    told += [
        f"{row['recipe']}: every one of {row['clusters']} clusters at {row['least']:.2f} or more, Insider sets share "
        f"{row['insider_jaccard']:.1%}."
        for row in whole.head(5).to_dicts()
    ]
    six = table.filter(pl.col("clusters") >= 6).sort("least", descending=True)
    if six.height and six["least"][0] < VALID:
        row = six.to_dicts()[0]
        told.append(
            f"With six clusters or more none does: the best, {row['recipe']}, has a cluster at {row['least']:.2f} "
            f"and {row['valid']} of {row['clusters']} at {VALID} or more."
        )
    for row in table.filter("is_default").to_dicts():
        told.append(
            f"The default has {row['valid']} of {row['clusters']} clusters there, the least at {row['least']:.2f}."
        )
    return told


def _named(name: str, choices: dict[str, Any]) -> str:
    return f"{name}, " + ", ".join(
        f"{key}={'+'.join(value) if isinstance(value, tuple) else value}" for key, value in choices.items()
    )


def _figure(table: pl.DataFrame) -> bytes:
    """The least stable cluster of every recipe."""
    rows = table.sort("least")
    figure, axes = canvas(width=9, height=0.24 * table.height + 1)
    colours = [SERIES[1] if default else SERIES[0] for default in rows["is_default"]]
    axes.barh(rows["recipe"].to_list(), rows["least"].to_list(), color=colours)
    axes.axvline(VALID, color=INK, linewidth=0.8, linestyle=":")
    axes.set_title(
        "Mean bootstrap Jaccard of each recipe's least stable cluster; the default in orange", fontsize=10
    )
    axes.set_xlim(0, 1)
    return png(figure)
