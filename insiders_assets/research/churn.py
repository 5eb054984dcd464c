"""``churn_study``: of those who change sides in a month, who moved, and who was moved by the model?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl

from insiders_assets import progress
from insiders_assets.contracts.research import CHURN_STUDY, WAYS
from insiders_assets.errors import InsidersError
from insiders_assets.programme.borders import Borders, borders_in_force
from insiders_assets.programme.cluster_policies import coverage
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.customer_policies import value
from insiders_assets.programme.policies import INSIDER, NOT_INSIDER
from insiders_assets.research.drawing import INK, SERIES, canvas, png
from insiders_assets.research.study import Study
from insiders_assets.segmentation import Recipe, SegmentationModel, agreement

LABEL = "churn study"
MONTH = 30
MONTHS = 8
BY_CLUSTER = ("coverage", "clusters")
"""Policies that choose whole clusters."""

FITTED = ("refitted", "another_seed")
WORDS = {
    "frozen": "frozen model, frozen tiers",
    "redrawn": "frozen model, tiers drawn anew",
    "refitted": "refitted each month",
    "another_seed": "refitted with another seed",
}

FeaturesAt = Callable[[date], pl.DataFrame]


def churn_study(
    features_at: FeaturesAt,
    last: date,
    recipe: Recipe,
    *,
    seed: int,
    rules: ProgrammeRules | None = None,
    months: int = MONTHS,
) -> Study:
    """Keep a segmentation for some months in four ways, and count who changes tier.

    Args:
        features_at: The ``customer_features`` table of a day.
        last: The newest day.
        recipe: How models are fitted.
        seed: Seed of fits.
        rules: The programme's rules; tiers are drawn by the policy ``coverage`` where they choose whole clusters, and
            otherwise by each customer's own money.
        months: Months looked at, of 30 days each, at most.

    Raises:
        InsidersError: There are no customers of two months to compare.
    """
    steps = 2 * (months + 1)
    progress.report(LABEL, 0, steps)
    tables: list[tuple[date, pl.DataFrame]] = []
    for back in range(months, -1, -1):
        table = features_at(last - timedelta(days=MONTH * back)).filter("is_identified").sort("customer_id")
        if table.height >= 2 * recipe.k:
            tables.append((last - timedelta(days=MONTH * back), table))
        progress.report(LABEL, months - back + 1, steps)
    if len(tables) < 2:
        raise InsidersError(
            "too little history to follow customers",
            where="clean_purchases",
            hint=f"the study needs purchases of more than {MONTH} days",
        )
    placed = _placed(tables, recipe.without_picture(), seed, rules or ProgrammeRules())
    progress.report(LABEL, steps, steps)
    table = pl.DataFrame(list(_rows(tables, placed)), schema=CHURN_STUDY.polars_schema)
    return Study(table, findings(table), {"churn": _figure(table)})


def findings(table: pl.DataFrame) -> list[str]:
    """Return what the figures say, in plain words."""
    mean = {row["way"]: row for row in table.group_by("way").agg(pl.col(pl.Float64).mean()).to_dicts()}
    most = dict(table.group_by("way").agg(pl.col("tier_churn").max()).iter_rows())
    sentences = [
        f"{WORDS[way].capitalize()}: {mean[way]['tier_churn']:.1%} of customers change tier in a month "
        f"(at most {most[way]:.1%}), {mean[way]['insider_churn']:.1%} enter or leave the Insiders; clusters agree with "
        f"those of the month before by {mean[way]['cluster_agreement']:.2f} (adjusted Rand index)."
        for way in WAYS
    ]
    return [
        *sentences,
        f"Behaviour alone moves {mean['frozen']['tier_churn']:.1%} a month. Drawing the tiers' borders anew adds "
        f"{_points(mean['redrawn']['tier_churn'] - mean['frozen']['tier_churn'])}, refitting "
        f"{_points(mean['refitted']['tier_churn'] - mean['redrawn']['tier_churn'])} more.",
        f"On one and the same day a refitted model puts {mean['refitted']['by_the_model']:.1%} of customers in another "
        f"tier than the frozen one, with another seed {mean['another_seed']['by_the_model']:.1%}: that is the model.",
    ]


Placed = dict[str, list[pl.DataFrame]]
"""``customer_id, cluster, policy_tier`` month by month, by way."""


def _placed(
    tables: list[tuple[date, pl.DataFrame]], recipe: Recipe, seed: int, rules: ProgrammeRules
) -> Placed:
    """Return where each way puts everybody. The frozen model is the first month's: it never sees what comes."""
    found: Placed = {way: [] for way in WAYS}
    frozen = refitted = SegmentationModel.fit(tables[0][1], seed=seed, recipe=recipe)
    first: tuple[Borders, dict[int, str]] | None = None
    for number, (_, table) in enumerate(tables):
        last = {way: months[-1] if months else None for way, months in found.items()}
        today = borders_in_force(_valued(table, rules), rules, frozen=None, before=None)
        redrawn, drawn = _tiers(frozen, table, rules, last["redrawn"], today)
        first = first or (today, drawn)
        found["redrawn"].append(redrawn)
        found["frozen"].append(
            redrawn.with_columns(policy_tier=pl.col("cluster").replace_strict(first[1], default=NOT_INSIDER))
            if rules.policy in BY_CLUSTER
            else _tiers(frozen, table, rules, last["frozen"], first[0])[0]
        )
        other = frozen
        if number:
            refitted = SegmentationModel.fit(table, seed=seed, recipe=recipe, previous=refitted)
            other = SegmentationModel.fit(table, seed=seed + number, recipe=recipe)
        found["refitted"].append(_tiers(refitted, table, rules, last["refitted"], today)[0])
        before = None if rules.policy in BY_CLUSTER else last["another_seed"]
        found["another_seed"].append(_tiers(other, table, rules, before, today)[0])
        progress.report(LABEL, len(tables) + number, 2 * len(tables))
    return found


def _valued(table: pl.DataFrame, rules: ProgrammeRules) -> pl.DataFrame:
    return table.with_columns(value=pl.col(rules.measure))


def _tiers(
    model: SegmentationModel,
    table: pl.DataFrame,
    rules: ProgrammeRules,
    before: pl.DataFrame | None,
    borders: Borders,
) -> tuple[pl.DataFrame, dict[int, str]]:
    """Return everybody's tier, hysteresis included where there is a month before.

    And clusters', where they have any.
    """
    customers = _valued(table.join(model.assign(table), on="customer_id", maintain_order="left"), rules)
    if before is None:
        customers = customers.with_columns(
            tier_before=pl.lit(None, pl.String), cluster_before=pl.lit(None, pl.Int32)
        )
    else:
        remembered = before.select("customer_id", tier_before="policy_tier", cluster_before="cluster")
        customers = customers.join(remembered, on="customer_id", how="left", maintain_order="left")
    by_cluster = rules.policy in BY_CLUSTER
    chosen = coverage(customers, rules) if by_cluster else value(customers, rules, borders)
    placed = customers.select("customer_id", "cluster").join(
        chosen.tiers, on="customer_id", maintain_order="left"
    )
    return placed, chosen.cluster_tiers


def _rows(tables: list[tuple[date, pl.DataFrame]], placed: Placed) -> Iterator[dict[str, Any]]:
    for number in range(1, len(tables)):
        drawn = placed["redrawn"][number]
        for way in WAYS:
            before, now = placed[way][number - 1], placed[way][number]
            both = before.join(now, on="customer_id", suffix="_now")
            inside = (both["policy_tier"] == INSIDER, both["policy_tier_now"] == INSIDER)
            yield {
                "as_of": tables[number][0],
                "way": way,
                "customers": both.height,
                "tier_churn": _share(both["policy_tier"] != both["policy_tier_now"]),
                "insider_churn": _share(inside[0] != inside[1]),
                "cluster_agreement": agreement.adjusted_rand(
                    both["cluster"].to_numpy(), both["cluster_now"].to_numpy()
                ),
                "by_the_model": _share(now["policy_tier"] != drawn["policy_tier"]) if way in FITTED else None,
            }


def _share(true: pl.Series) -> float:
    return float(true.sum()) / max(len(true), 1)


def _points(share: float) -> str:
    return f"{share * 100:+.1f} points"


def _figure(table: pl.DataFrame) -> bytes:
    figure, axes = canvas(width=8, height=3.6)
    for number, way in enumerate(WAYS):
        rows = table.filter(pl.col("way") == way).sort("as_of")
        axes.plot(
            rows["as_of"].to_list(),
            rows["tier_churn"] * 100,
            marker="o",
            color=SERIES[number],
            label=WORDS[way],
        )
    axes.set(ylabel="customers in another tier, %", ylim=(0, None))
    axes.set_title("Who changes tier from month to month", fontsize=10)
    axes.legend(
        frameon=False, fontsize=8, labelcolor=INK, ncols=2, loc="upper left", bbox_to_anchor=(0, -0.18)
    )
    axes.tick_params(axis="x", rotation=20)
    return png(figure)
