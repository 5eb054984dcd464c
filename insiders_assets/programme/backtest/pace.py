"""Ways to choose by the pace of purchases: revenue that fades, and a blend of past revenue and a forecast."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from insiders_assets.days import day_number
from insiders_assets.language.message import message
from insiders_assets.money import micros
from insiders_assets.programme.backtest.known import BacktestInputs
from insiders_assets.programme.backtest.rankings import Ranking, by_value
from insiders_assets.programme.pace import Lookback, Pace, learnable, pace_of

HALF_LIFE = 240
"""Days after which a purchase counts half."""

LIKELY = 0.9
"""Chance of buying within the horizon from which somebody would buy anyway."""


def decayed_revenue(inputs: BacktestInputs, known: pl.DataFrame, cutoff: date, window_days: int) -> Ranking:
    """Past revenue of which a purchase counts half after :data:`HALF_LIFE` days."""
    last = day_number(cutoff)
    age = (last - pl.col("invoice_day")).cast(pl.Float64)
    counted = (
        inputs.purchases.filter(pl.col("invoice_day").is_between(last - window_days + 1, last))
        .group_by("customer_id", age.alias("age"))
        .agg(amount=micros("line_value").sum())
        .collect()
        .sort("customer_id", "age")
        .group_by("customer_id", maintain_order=True)
        .agg(decayed=(pl.col("amount") * (0.5 ** (pl.col("age") / HALF_LIFE))).sum().round(0))
    )
    worth = known.join(counted, on="customer_id", how="left", maintain_order="left")["decayed"].fill_null(0.0)
    return by_value("decayed_revenue", known, worth, message("ranking.decayed", days=HALF_LIFE))


def blend(known: pl.DataFrame, pace: Pace) -> Ranking:
    """Return the mean of two ranks: by past revenue, and by a Poisson forecast from the pace of purchases."""
    if pace.revenue is None:
        return Ranking("blend", None, pace.note)
    ranks = [np.argsort(np.argsort(-values, kind="stable"), kind="stable") for values in (
        known["revenue"].to_numpy(), pace.revenue)]  # fmt: skip
    return by_value("blend", known, -(ranks[0] + ranks[1]).astype(np.float64), message("ranking.blend"))


def pace_at(inputs: BacktestInputs, known: pl.DataFrame, cutoff: date, window_days: int) -> Pace:
    """Forecasts from the pace of purchases, learnt one horizon earlier: nothing of it was unknown at the cut-off.

    Args:
        inputs: The data.
        known: Identified customers known at the cut-off, with features.
        cutoff: The last day that was known.
        window_days: How many days are looked back on.
    """
    seen = Lookback(cutoff, window_days, inputs.horizon_days)
    if not learnable(inputs.purchases, seen):
        return Pace(None, None, message("forecast.short"))
    past = inputs.features_at(seen.earlier).filter("is_identified").sort("customer_id")
    return pace_of(inputs.purchases, past, known, seen, seed=inputs.seed)
