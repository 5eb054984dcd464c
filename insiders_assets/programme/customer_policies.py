"""Policies that put customers into tiers one by one, by what they themselves did."""

from __future__ import annotations

import polars as pl

from insiders_assets.contracts.customers import TIERS
from insiders_assets.money import MICRO, micros
from insiders_assets.programme.borders import Borders, least_micros
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.policies import INSIDER, NOT_INSIDER, VIABILITY, Selection, was
from insiders_assets.programme.thresholds import Threshold


def value(customers: pl.DataFrame, rules: ProgrammeRules, borders: Borders) -> Selection:
    """Whoever is worth the border is an Insider: their own money decides, and nothing else.

    The next are being analysed down to a second border. Prevents that somebody falls out because of what others
    bought, or for buying more.
    """
    return _by_customer(
        customers,
        customers.select("customer_id", policy_tier=tier_by_value(borders, rules.hysteresis)),
        borders,
    )


def tier_by_value(
    borders: Borders, hysteresis: float, amount: pl.Expr | None = None, before: pl.Expr | None = None
) -> pl.Expr:
    """Return the tier of each customer by what they are worth, in whole millionths on every engine.

    Args:
        borders: Where the tiers begin.
        hysteresis: How far below a border those who were above it stay, as a share of the border.
        amount: Their worth in millionths; the column ``value`` unless given.
        before: Their policy tier at the refresh before; the column ``tier_before`` unless given.
    """
    remembered = pl.col("tier_before") if before is None else before
    worth = micros("value") if amount is None else amount

    def holds(border: float, inside: pl.Expr) -> pl.Expr:
        least = pl.when(inside).then(stays_at(border, hysteresis)).otherwise(least_micros(border))
        return (worth > 0) & (worth >= least)

    return (
        pl.when(holds(borders.insider, was(INSIDER, before=remembered)))
        .then(pl.lit(INSIDER))
        .when(holds(borders.viability, was(INSIDER, VIABILITY, before=remembered)))
        .then(pl.lit(VIABILITY))
        .otherwise(pl.lit(NOT_INSIDER))
    )


def stays_at(border: float, hysteresis: float) -> int:
    """Return the least worth, in millionths, at which those who were above a border stay above it."""
    return -int(-(least_micros(border) * round((1 - hysteresis) * MICRO)) // MICRO)


def budget(customers: pl.DataFrame, rules: ProgrammeRules) -> Selection:
    """At most N members, highest value first; the next are analysed until ``viability_coverage`` is covered.

    Prevents a programme that costs more than was agreed: never more than N eligible Insiders. Those who were
    inside count with their value raised by the hysteresis when the border is drawn. Who is not eligible takes
    nobody's place. By a blend, ``score`` ranks in the place of value, and there is no border in money.
    """
    was_inside = was(INSIDER)
    bonus = pl.when(was_inside).then(1 + rules.hysteresis).otherwise(1.0)
    merit = pl.col("score").fill_null(0.0) if rules.ranks_by_blend else pl.col("value")
    ranked = customers.with_columns(_merit=merit * bonus).sort(
        ["_merit", "customer_id"], descending=[True, False]
    )
    eligible = ranked.filter("is_eligible").head(rules.budget_members)
    chosen = ranked["customer_id"].is_in(eligible["customer_id"].implode())
    # Those who may not be members stand where their value puts them: what the suppression costs is counted so.
    least = float(eligible["_merit"].min()) if len(eligible) else float("inf")  # type: ignore[arg-type]
    inside = chosen | (~ranked["is_eligible"] & (ranked["_merit"] >= least))
    known = ranked["is_identified"]
    worth = ranked.select(micros("value").clip(0, None))["value"] * known.cast(pl.Int64)
    whole = int(worth.sum())
    before = (worth.cum_sum() - worth) / whole if whole else worth.cast(pl.Float64) * 0.0 + 1.0
    tiers = ranked.with_columns(inside=inside, before=before).with_columns(
        policy_tier=pl.when("inside")
        .then(pl.lit(INSIDER))
        .when(pl.col("before") < rules.viability_coverage)
        .then(pl.lit(VIABILITY))
        .otherwise(pl.lit(NOT_INSIDER))
    )
    if rules.ranks_by_blend:
        return _by_customer(customers, tiers.select("customer_id", "policy_tier"), None)
    borders = Borders(_least(eligible), _least(tiers.filter("is_identified", policy_tier=VIABILITY)))
    return _by_customer(customers, tiers.select("customer_id", "policy_tier"), borders)


def _least(customers: pl.DataFrame) -> float:
    """Return the least value among customers; infinite for nobody."""
    return float(customers["value"].min()) if len(customers) else float("inf")  # type: ignore[arg-type]


def threshold(customers: pl.DataFrame, rules: ProgrammeRules) -> Selection:
    """Return who keeps every rule on their features is an Insider. For a promise that can be printed on a leaflet."""
    inside = keeps(rules.insider_thresholds, rules.hysteresis, (INSIDER,))
    watched = (
        keeps(rules.viability_thresholds, rules.hysteresis, (INSIDER, VIABILITY))
        if rules.viability_thresholds
        else pl.lit(False)
    )
    tiers = customers.select(
        "customer_id",
        policy_tier=pl.when(inside)
        .then(pl.lit(INSIDER))
        .when(watched)
        .then(pl.lit(VIABILITY))
        .otherwise(pl.lit(NOT_INSIDER)),
    )
    return _by_customer(customers, tiers, None)


def keeps(rules: tuple[Threshold, ...], hysteresis: float = 0.0, inside: tuple[str, ...] = ()) -> pl.Expr:
    """Return whether a customer keeps every rule; those who were inside may miss each by the hysteresis."""
    kept = pl.lit(True)
    was_inside = was(*inside)
    for rule in rules:
        slack = abs(rule.value) * hysteresis
        feature = pl.col(rule.feature).cast(pl.Float64)
        if rule.at_least:
            passes = feature >= pl.when(was_inside).then(rule.value - slack).otherwise(rule.value)
        else:
            passes = feature <= pl.when(was_inside).then(rule.value + slack).otherwise(rule.value)
        kept = kept & passes.fill_null(False)
    return kept


def _by_customer(customers: pl.DataFrame, tiers: pl.DataFrame, borders: Borders | None) -> Selection:
    """Return a selection made customer by customer; a cluster is in the tier that most of its value is in."""
    placed = customers.select("customer_id", "cluster", "is_identified", "value").join(
        tiers, on="customer_id", how="left", maintain_order="left"
    )
    held = (
        placed.group_by("cluster", "policy_tier")
        .agg(micros("value").filter(pl.col("is_identified")).sum().alias("held"))
        .with_columns(rank=pl.col("policy_tier").replace_strict({tier: n for n, tier in enumerate(TIERS)}))
        .sort(["cluster", "held", "rank"], descending=[False, True, False])
        .group_by("cluster", maintain_order=True)
        .first()
    )
    by_cluster = dict(held.select("cluster", "policy_tier").iter_rows())
    return Selection(placed.select("customer_id", "policy_tier"), by_cluster, borders)
