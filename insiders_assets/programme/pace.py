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
from insiders_assets.money import MICRO, micros
from insiders_assets.programme.later_revenue import outcome

HORIZON = 90
"""Days ahead that are forecast unless another number is asked for."""

LEAST_HISTORY = 30
LEAST_CUSTOMERS = 50
RISES = (-1, 1, 1, 0, 1, 1, 1)
"""Whether a forecast may only rise or only fall with silence, orders, months, the part of the orders that is within
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


@dataclass(frozen=True)
class Lookback:
    """From when on, and how far, the pace is looked at.

    Attributes:
        cutoff: The last day that is known.
        window_days: How many days are looked back on.
        horizon_days: How many days ahead are forecast.
    """

    cutoff: date
    window_days: int
    horizon_days: int = HORIZON

    @property
    def earlier(self) -> date:
        """The day one horizon before the cut-off, at which forecasts are learnt."""
        return self.cutoff - timedelta(days=self.horizon_days)


def learnable(purchases: pl.LazyFrame, seen: Lookback) -> bool:
    """Return whether purchases reach far enough back to learn a forecast one horizon earlier."""
    first = purchases.select(pl.col("invoice_day").min()).collect().item()
    return first is not None and day_number(seen.earlier) - int(first) >= LEAST_HISTORY


def pace_of(
    purchases: pl.LazyFrame, past: pl.DataFrame, known: pl.DataFrame, seen: Lookback, *, seed: int
) -> Pace:
    """Return forecasts from the pace of purchases, learnt one horizon earlier with nothing unknown at the cut-off.

    Args:
        purchases: ``clean_purchases``, lazy; rows after the cut-off are not looked at.
        past: Identified customers one horizon before the cut-off, with ``customer_id, recency, total_purchases,
            revenue`` of then.
        known: Those at the cut-off, likewise.
        seen: The cut-off and the days around it.
        seed: Seed of the trees.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    learnt, _ = outcome(purchases, past, seen.earlier, seen.horizon_days)
    revenue, again = learnt["later_revenue"].to_numpy(), learnt["bought_again"].to_numpy()
    if learnt.height < LEAST_CUSTOMERS or not again.any() or again.all():
        return Pace(None, None, message("forecast.few"))
    chosen: dict[str, Any] = {
        "max_iter": 120, "learning_rate": 0.05, "max_leaf_nodes": 8, "min_samples_leaf": 30, "l2_regularization": 1.0,
        "random_state": seed, "early_stopping": False, "monotonic_cst": list(RISES),
    }  # fmt: skip
    before, now = (
        _paces(purchases, frame, day, seen) for frame, day in ((learnt, seen.earlier), (known, seen.cutoff))
    )
    # One thread: the data are small, and sums then do not depend on how many there are.
    with threadpool_limits(1):
        amounts = HistGradientBoostingRegressor(loss="poisson", **chosen).fit(before, revenue)
        chances = HistGradientBoostingClassifier(**chosen).fit(before, again)
        return Pace(np.round(amounts.predict(now), 6), np.round(chances.predict_proba(now)[:, 1], 6))


def _paces(
    purchases: pl.LazyFrame, customers: pl.DataFrame, day: date, seen: Lookback
) -> NDArray[np.float64]:
    """Return what :data:`RISES` names, one row per customer."""
    last, horizon = day_number(day), seen.horizon_days
    lately = pl.col("invoice_day") > last - horizon
    before = pl.col("invoice_day").is_between(last - 2 * horizon + 1, last - horizon)
    months = pl.col("invoice_date").dt.truncate("1mo")
    found = (
        purchases.filter(pl.col("invoice_day").is_between(last - seen.window_days + 1, last))
        .group_by("customer_id")
        .agg(
            months=months.n_unique(),
            lately=pl.col("invoice_no").filter(lately).n_unique(),
            spent_lately=micros("line_value").filter(lately).sum(),
            spent_before=micros("line_value").filter(before).sum(),
        )
        .collect()
    )
    joined = customers.join(found, on="customer_id", how="left", maintain_order="left")
    return joined.select(
        pl.col("recency").cast(pl.Float64),
        pl.col("total_purchases").cast(pl.Float64),
        pl.col("months").fill_null(0).cast(pl.Float64),
        trend=pl.col("lately").fill_null(0) / pl.col("total_purchases"),
        revenue=pl.col("revenue"),
        spent_lately=pl.col("spent_lately").fill_null(0) / MICRO,
        spent_before=pl.col("spent_before").fill_null(0) / MICRO,
    ).to_numpy()
