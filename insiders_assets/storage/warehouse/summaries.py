"""Summaries of a publish, added to it by the warehouse: a few thousand rows, however many customers there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.contracts.summaries import (
    BUDGET_CURVE,
    BUDGET_HISTORY,
    CUSTOMER_SUMMARY,
    MAP_SAMPLE,
    SUMMED,
)
from insiders_assets.money import MICRO, in_currency, micros

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

CURVE_STEPS = 400
KEPT_STEPS = 40
"""Sizes of the curve that history keeps: multiples of 2.5 %, those of the table among them."""


def summaries(insiders: pl.DataFrame, as_of: date, refresh_id: str) -> Mapping[str, pl.DataFrame]:
    """Return the summary tables of one refresh.

    Args:
        insiders: Every customer.
        as_of: The day their features look back from.
        refresh_id: The refresh.
    """
    named = (pl.lit(refresh_id).alias("refresh_id"), pl.lit(as_of).alias("as_of"))
    return {
        CUSTOMER_SUMMARY.name: customer_summary(insiders, as_of),
        BUDGET_CURVE.name: budget_curve(insiders),
        BUDGET_HISTORY.name: budget_sizes(insiders).with_columns(named).select(BUDGET_HISTORY.names),
        MAP_SAMPLE.name: map_sample(insiders),
    }


def customer_summary(insiders: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return customers counted by all that the dashboard filters by.

    Sums are of whole millionths, in any order the same.
    """
    month = (pl.lit(as_of) - pl.duration(days=pl.col("recency"))).cast(pl.Date).dt.truncate("1mo")
    by = ("tier", "cluster", "country", "last_purchase_month", "is_identified", "is_member")
    return (
        insiders.lazy()
        .with_columns(last_purchase_month=month)
        .group_by(by)
        .agg(
            customers=pl.len().cast(pl.Int64),
            **{f"sum_{name}": in_currency(micros(name).sum()) for name in SUMMED},
        )
        .sort(by)
        .select(CUSTOMER_SUMMARY.names)
        .collect()
    )


def budget_curve(insiders: pl.DataFrame) -> pl.DataFrame:
    """Return the revenue of the best known customers, at :data:`CURVE_STEPS` sizes and at the number of members."""
    return _curve(insiders, CURVE_STEPS)


def budget_sizes(insiders: pl.DataFrame) -> pl.DataFrame:
    """Return the curve at :data:`KEPT_STEPS` sizes, and what the members bring, without whose revenue is the least."""
    known = insiders.filter("is_identified").with_columns(
        money=(pl.col("revenue") * MICRO).round().cast(pl.Int64)
    )
    members = known.filter("is_member")
    earned, whole = int(members["money"].sum()), int(known["money"].sum())
    row = {
        "customers": members.height,
        "share_of_customers": members.height / known.height if known.height else 0.0,
        "revenue": earned / MICRO,
        "share_of_revenue": earned / whole if whole else 0.0,
    }
    curve = _curve(insiders, KEPT_STEPS).drop("least_revenue").with_columns(ranked_by=pl.lit("past_revenue"))
    listed = pl.DataFrame([row], schema_overrides=curve.schema).with_columns(ranked_by=pl.lit("programme"))
    return pl.concat([curve, listed.select(curve.columns)])


def _curve(insiders: pl.DataFrame, steps: int) -> pl.DataFrame:
    revenue = insiders.filter("is_identified")["revenue"].sort(descending=True)
    size, members = len(revenue), int(insiders["is_member"].sum())
    taken = sorted({0, members, *(round(step * size / steps) for step in range(steps + 1))})
    running = (revenue * MICRO).round().cast(pl.Int64).cum_sum()
    total = running[-1] if size else 0
    rows = [
        {
            "customers": count,
            "share_of_customers": count / size if size else 0.0,
            "revenue": running[count - 1] / MICRO if count else 0.0,
            "share_of_revenue": running[count - 1] / total if count and total else 0.0,
            "least_revenue": revenue[count - 1] if count else None,
        }
        for count in taken
        if count <= size
    ]
    return pl.DataFrame(rows, schema=BUDGET_CURVE.polars_schema)


def map_sample(insiders: pl.DataFrame) -> pl.DataFrame:
    """Return customers to draw, the same that the report draws."""
    from insiders_assets.report.sections.clusters import sample

    return sample(insiders.select(MAP_SAMPLE.names))
