"""Summaries of a publish, added to it by the warehouse: a few thousand rows, however many customers there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.contracts.summaries import BUDGET_CURVE, CUSTOMER_SUMMARY, MAP_SAMPLE, SUMMED
from insiders_assets.money import MICRO, in_currency, micros

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

CURVE_STEPS = 400


def summaries(insiders: pl.DataFrame, as_of: date) -> Mapping[str, pl.DataFrame]:
    """The summary tables of one refresh.

    Args:
        insiders: Every customer.
        as_of: The day their features look back from.
    """
    return {
        CUSTOMER_SUMMARY.name: customer_summary(insiders, as_of),
        BUDGET_CURVE.name: budget_curve(insiders),
        MAP_SAMPLE.name: map_sample(insiders),
    }


def customer_summary(insiders: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Customers counted by all that the dashboard filters by. Sums are of whole millionths, in any order the same."""
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
    """Revenue of the best identified customers, at :data:`CURVE_STEPS` sizes and at the number of members."""
    revenue = insiders.filter("is_identified")["revenue"].sort(descending=True)
    size, members = len(revenue), int(insiders["is_member"].sum())
    taken = sorted({0, members, *(round(step * size / CURVE_STEPS) for step in range(CURVE_STEPS + 1))})
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
    """Customers to draw, the same that the report draws."""
    from insiders_assets.report.sections.clusters import sample

    return sample(insiders.select(MAP_SAMPLE.names))
