"""What was known at a cut-off, and what came after: the wall that nothing may leak through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import polars as pl

from insiders_assets.days import day_of

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
    """Return the day of the newest purchase."""
    return day_of(int(purchases.select(pl.col("invoice_day").max()).collect().item()))
