"""What customers did in the days after a day."""

from __future__ import annotations

from datetime import date

import polars as pl

from insiders_assets.days import day_number
from insiders_assets.money import in_currency, micros


def outcome(
    purchases: pl.LazyFrame, known: pl.DataFrame, cutoff: date, horizon_days: int
) -> tuple[pl.DataFrame, pl.Series]:
    """Return what identified customers did in the days after a cut-off.

    Args:
        purchases: ``clean_purchases``, lazy.
        known: Identified customers known at the cut-off.
        cutoff: The last day that was known.
        horizon_days: Days measured.

    Returns:
        ``known`` with ``later_revenue`` and ``bought_again``, in the same order; and the later revenue of each
        identified customer who was not known yet, whom no list could have held.
    """
    first, last = day_number(cutoff) + 1, day_number(cutoff) + horizon_days
    later = (
        purchases.filter("is_identified", pl.col("invoice_day").is_between(first, last))
        .group_by("customer_id")
        .agg(later_revenue=in_currency(micros("line_value").sum()))
        .sort("customer_id")
        .collect()
    )
    seen = known.join(later, on="customer_id", how="left", maintain_order="left").with_columns(
        bought_again=pl.col("later_revenue").is_not_null(),
        later_revenue=pl.col("later_revenue").fill_null(0.0),
    )
    return seen, later.join(known, on="customer_id", how="anti", maintain_order="left")["later_revenue"]
