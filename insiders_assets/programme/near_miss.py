"""Near misses: what one thing, done by the customer, would bring them in.

Under a policy that cuts by value the gap is exact: revenue up to the cut, or up to a threshold. Under a policy
on clusters it is the gap to the nearest rule that says Insider (:mod:`insiders_assets.programme.conditions`),
which is right as far as the rules are. Only what a customer can do counts: buy more lines, products, orders or
larger ones. Nobody is advised to return something.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.programme.conditions import CONDITIONS, Conditions, matrix
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.policies import INSIDER, Selection
from insiders_assets.programme.thresholds import Threshold

NEAR = 0.5
"""A near miss lacks at most this share of what they have."""

GAP_COLUMNS = {"gap_feature": pl.String, "gap_target": pl.Float64, "gap": pl.Float64}


def with_gaps(
    customers: pl.DataFrame, rules: ProgrammeRules, selection: Selection, conditions: Conditions
) -> pl.DataFrame:
    """Add ``gap_feature``, ``gap_target``, ``gap`` and ``is_near_miss``.

    Args:
        customers: Customers with features, ``policy_tier``, ``tier`` and ``is_eligible``, sorted by id.
        rules: The policy and its parameters.
        selection: What the policy chose.
        conditions: The rules that describe the tiers.

    Returns:
        For each eligible customer outside, the one feature that must rise, to what, and by how much; empty
        where one is not enough or it is more than :data:`NEAR` of what they have.
    """
    outside = customers.filter(pl.col("is_eligible"), pl.col("tier") != INSIDER)
    if selection.cut is not None:
        gaps = _to_value("value", selection.cut, outside)
    elif rules.ranks_by_blend:
        gaps = _nobody()  # the rank depends on what others buy: no amount promises a place
    elif rules.policy == "threshold":
        gaps = _to_thresholds(rules.insider_thresholds, outside)
    else:
        gaps = _to_rules(conditions, outside)
    own = outside.select("customer_id", *(pl.col(c.feature).cast(pl.Float64) for c in CONDITIONS if c.more))
    near = gaps.join(own, on="customer_id", maintain_order="left")
    has = pl.coalesce(
        pl.when(pl.col("gap_feature") == c.feature).then(c.feature) for c in CONDITIONS if c.more
    )
    kept = near.filter(pl.col("gap") <= NEAR * has).select(gaps.columns)
    return customers.join(kept, on="customer_id", how="left", maintain_order="left").with_columns(
        is_near_miss=pl.col("gap_feature").is_not_null()
    )


def _to_value(feature: str, target: float, outside: pl.DataFrame) -> pl.DataFrame:
    return outside.select(
        "customer_id", gap_feature=pl.lit(feature), gap_target=pl.lit(target), gap=target - pl.col(feature)
    ).filter(pl.col("gap") > 0)


def _to_thresholds(thresholds: tuple[Threshold, ...], outside: pl.DataFrame) -> pl.DataFrame:
    """Return those who miss exactly one threshold, and one that buying more meets."""
    can_rise = {condition.feature for condition in CONDITIONS if condition.more}
    missed = [
        (
            (pl.col(rule.feature) < rule.value) if rule.at_least else (pl.col(rule.feature) > rule.value)
        ).fill_null(True)
        for rule in thresholds
    ]
    found = outside.with_columns(_missed=pl.sum_horizontal(missed)).filter(pl.col("_missed") == 1)
    parts = [
        _to_value(rule.feature, rule.value, found.filter(miss))
        for rule, miss in zip(thresholds, missed, strict=True)
        if rule.at_least and rule.feature in can_rise
    ]
    return pl.concat(parts).sort("customer_id") if parts else _nobody()


def _to_rules(conditions: Conditions, outside: pl.DataFrame) -> pl.DataFrame:
    """Return the nearest rule that says Insider, of those that one more of something reaches."""
    values = matrix(outside)
    size = len(values)
    least: NDArray[np.float64] = np.full(size, np.inf)
    feature_at = np.full(size, -1)
    target_at: NDArray[np.float64] = np.full(size, np.nan)
    already = np.zeros(size, bool)
    for leaf in conditions.leaves:
        if not leaf.says_insider:
            continue
        lacks = values <= np.array(leaf.above)
        exceeds = values > np.array(leaf.up_to)
        already |= ~(lacks | exceeds).any(axis=1)
        for place, condition in enumerate(CONDITIONS):
            if not condition.more:
                continue
            alone = lacks[:, place] & (lacks.sum(axis=1) == 1) & ~exceeds.any(axis=1)
            target = leaf.above[place]
            # The border itself is not enough: one more of what is counted, one hundredth more of what is measured.
            target = np.floor(target) + 1 if condition.whole else np.floor(target * 100 + 1e-6) / 100 + 0.01
            gap = (target - values[:, place]) / np.maximum(values[:, place], 1e-9)
            nearer = alone & (gap < least)
            least[nearer], feature_at[nearer], target_at[nearer] = gap[nearer], place, target
    near = (feature_at >= 0) & ~already
    names = np.array([condition.feature for condition in CONDITIONS])
    own = values[np.arange(size), np.maximum(feature_at, 0)]
    return outside.select("customer_id").with_columns(
        gap_feature=pl.Series(names[feature_at].tolist(), dtype=pl.String),
        gap_target=pl.Series(target_at),
        gap=pl.Series(target_at - own),
    ).filter(pl.Series(near)) if size else _nobody()  # fmt: skip


def _nobody() -> pl.DataFrame:
    return pl.DataFrame(schema={"customer_id": pl.String, **GAP_COLUMNS})
