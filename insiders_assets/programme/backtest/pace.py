"""Pace: how recently, how often and for how long customers buy, and what that says of the days ahead.

Few numbers, the same for every shop: days since the last purchase, orders, months with a purchase, what was spent, and
how the last months compare with those before. Boosted trees on them may only rise with orders, months and money and
only fall with silence, so that buying more never lowers a forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.days import day_number
from insiders_assets.language.message import Message, message
from insiders_assets.money import MICRO
from insiders_assets.programme.backtest.known import BacktestInputs, outcome
from insiders_assets.programme.backtest.rankings import Ranking, by_value
from insiders_assets.programme.groups import micros

HALF_LIFE = 240
"""Days after which a purchase counts half."""

LIKELY = 0.9
"""Chance of buying within the horizon from which somebody would buy anyway."""

LEAST_HISTORY = 30
LEAST_CUSTOMERS = 50
RISES = (-1, 1, 1, 0, 1, 1, 1)
"""Whether a forecast may only rise or only fall with silence, orders, months, the part of the orders that lies within
the last horizon, revenue, and revenue within the last horizon and the one before.
"""


@dataclass(frozen=True)
class Pace:
    """What is forecast from the pace of purchases at one cut-off.

    Attributes:
        revenue: Expected revenue in the days ahead, one per customer; None where it cannot be learnt.
        chance: The chance of buying in them; None likewise.
        note: Why there is none, or None.
    """

    revenue: NDArray[np.float64] | None
    chance: NDArray[np.float64] | None
    note: Message | None = None


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
    """The mean of two ranks: by past revenue, and by a Poisson forecast from the pace of purchases."""
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
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    earlier = cutoff - timedelta(days=inputs.horizon_days)
    first = inputs.purchases.select(pl.col("invoice_day").min()).collect().item()
    if first is None or day_number(earlier) - int(first) < LEAST_HISTORY:
        return Pace(None, None, message("forecast.short"))
    past = inputs.features_at(earlier).filter("is_identified").sort("customer_id")
    learnt, _ = outcome(inputs.purchases, past, earlier, inputs.horizon_days)
    revenue, again = learnt["later_revenue"].to_numpy(), learnt["bought_again"].to_numpy()
    if learnt.height < LEAST_CUSTOMERS or not again.any() or again.all():
        return Pace(None, None, message("forecast.few"))
    chosen: dict[str, Any] = {
        "max_iter": 120, "learning_rate": 0.05, "max_leaf_nodes": 8, "min_samples_leaf": 30, "l2_regularization": 1.0,
        "random_state": inputs.seed, "early_stopping": False, "monotonic_cst": list(RISES),
    }  # fmt: skip
    before, now = (
        _paces(inputs, frame, day, window_days) for frame, day in ((learnt, earlier), (known, cutoff))
    )
    # One thread: the data are small, and sums then do not depend on how many there are.
    with threadpool_limits(1):
        amounts = HistGradientBoostingRegressor(loss="poisson", **chosen).fit(before, revenue)
        chances = HistGradientBoostingClassifier(**chosen).fit(before, again)
        return Pace(np.round(amounts.predict(now), 6), np.round(chances.predict_proba(now)[:, 1], 6))


def _paces(
    inputs: BacktestInputs, customers: pl.DataFrame, day: date, window_days: int
) -> NDArray[np.float64]:
    """What :data:`RISES` names, one row per customer."""
    last, horizon = day_number(day), inputs.horizon_days
    lately = pl.col("invoice_day") > last - horizon
    before = pl.col("invoice_day").is_between(last - 2 * horizon + 1, last - horizon)
    months = pl.col("invoice_date").dt.truncate("1mo")
    found = (
        inputs.purchases.filter(pl.col("invoice_day").is_between(last - window_days + 1, last))
        .group_by("customer_id")
        .agg(
            months=months.n_unique(),
            lately=pl.col("invoice_no").filter(lately).n_unique(),
            spent_lately=micros("line_value").filter(lately).sum(),
            spent_before=micros("line_value").filter(before).sum(),
        )
        .collect()
    )
    told = customers.join(found, on="customer_id", how="left", maintain_order="left")
    return told.select(
        pl.col("recency").cast(pl.Float64),
        pl.col("total_purchases").cast(pl.Float64),
        pl.col("months").fill_null(0).cast(pl.Float64),
        trend=pl.col("lately").fill_null(0) / pl.col("total_purchases"),
        revenue=pl.col("revenue"),
        spent_lately=pl.col("spent_lately").fill_null(0) / MICRO,
        spent_before=pl.col("spent_before").fill_null(0) / MICRO,
    ).to_numpy()
