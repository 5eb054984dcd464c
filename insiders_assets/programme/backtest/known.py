"""What was known at a cut-off, and what came after: the wall that nothing may leak through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from insiders_assets.days import day_number, day_of
from insiders_assets.money import in_currency
from insiders_assets.programme.groups import micros

FeaturesAt = Callable[[date], pl.DataFrame]
"""``customer_features`` as of a day, from rows up to it."""

Segment = Callable[[pl.DataFrame], pl.DataFrame]
"""Fits a segmentation model on features and returns its assignments of the same customers."""


@dataclass(frozen=True)
class BacktestInputs:
    """What a backtest is made from.

    Attributes:
        purchases: ``clean_purchases``, lazy.
        returns: ``returns``, lazy.
        features_at: Features as of a day.
        segment: Fits and assigns on features of the time.
        horizon_days: Days after a cut-off that are measured.
        sizes: Shares of known customers that every way to choose is measured at, beside the list's own.
        seed: Seed of every random step.
    """

    purchases: pl.LazyFrame
    returns: pl.LazyFrame
    features_at: FeaturesAt
    segment: Segment
    horizon_days: int = 90
    sizes: tuple[float, ...] = (0.1, 0.2, 0.3, 0.5)
    seed: int = 42


def newest(purchases: pl.LazyFrame) -> date:
    """The day of the newest purchase."""
    return day_of(int(purchases.select(pl.col("invoice_day").max()).collect().item()))


def outcome(
    purchases: pl.LazyFrame, known: pl.DataFrame, cutoff: date, horizon_days: int
) -> tuple[pl.DataFrame, pl.Series]:
    """What identified customers did in the days after a cut-off.

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
