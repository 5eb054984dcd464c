"""Forecasts of revenue per customer: learnt from the months before, and by a probability model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.contracts.customers import FEATURES
from insiders_assets.days import day_number
from insiders_assets.language.message import Message, message
from insiders_assets.outlook import gamma_gamma
from insiders_assets.outlook.bg_nbd import BORDERS, BgNbd
from insiders_assets.outlook.gamma_gamma import GammaGamma
from insiders_assets.outlook.history import PurchaseDays, known_at
from insiders_assets.programme.backtest.known import BacktestInputs
from insiders_assets.programme.later_revenue import outcome

NO_DROPOUT = 1e-3
"""A mean chance of dropping out below this is none: the drop-out parameters are not determined by the data."""


@dataclass(frozen=True)
class Forecast:
    """Expected revenue per customer, or why there is none.

    Attributes:
        values: One per customer, or None.
        note: What to keep in mind, or None.
    """

    values: NDArray[np.float64] | None
    note: Message | None = None


def forecasts_at(
    inputs: BacktestInputs, known: pl.DataFrame, cutoff: date, window_days: int
) -> dict[str, Forecast]:
    """Return every forecast of the days after a cut-off, by name.

    Args:
        inputs: The data.
        known: Identified customers known at the cut-off, with features.
        cutoff: The last day that was known.
        window_days: How many days were looked back on.
    """
    return {
        "supervised_forecast": supervised(inputs, known, cutoff),
        "bg_nbd": probabilistic(inputs, known, cutoff, window_days),
    }


def supervised(inputs: BacktestInputs, customers: pl.DataFrame, cutoff: date) -> Forecast:
    """Gradient boosting (Poisson loss, so that totals are right) on features, learnt one horizon earlier.

    The model is fitted on features as of ``cutoff - horizon`` and the revenue from there to the cut-off:
    nothing of it was unknown at the cut-off.

    Args:
        inputs: The data.
        customers: Customers known at the cut-off, with features.
        cutoff: The last day that was known.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    earlier = cutoff - timedelta(days=inputs.horizon_days)
    first = inputs.purchases.select(pl.col("invoice_day").min()).collect().item()
    if first is None or day_number(earlier) - int(first) < 30:
        return Forecast(None, message("forecast.short"))
    past = inputs.features_at(earlier).filter("is_identified").sort("customer_id")
    learnt, _ = outcome(inputs.purchases, past, earlier, inputs.horizon_days)
    target = learnt["later_revenue"].to_numpy()
    if learnt.height < 50 or not target.any():
        return Forecast(None, message("forecast.few"))
    model = HistGradientBoostingRegressor(
        loss="poisson", max_iter=150, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=30,
        l2_regularization=1.0, random_state=inputs.seed, early_stopping=False,
    )  # fmt: skip
    # One thread: the data are small, and sums then do not depend on how many there are.
    with threadpool_limits(1):
        model.fit(_matrix(past), target)
        return Forecast(np.round(model.predict(_matrix(customers)), 6))


def probabilistic(
    inputs: BacktestInputs, customers: pl.DataFrame, cutoff: date, window_days: int
) -> Forecast:
    """BG/NBD for how often, Gamma-Gamma for how much: the models of the outlook, as they are fitted there.

    Where no customer is seen to drop out for good, the likelihood has no maximum: its drop-out parameters run to the
    border. That is said, and the figures are those of the limit, in which nobody drops out.

    Args:
        inputs: The data.
        customers: Customers known at the cut-off, with features.
        cutoff: The last day that was known.
        window_days: How many days were looked back on.
    """
    last = day_number(cutoff)
    chosen = pl.col("customer_id").is_in(customers["customer_id"].implode())
    days = PurchaseDays.of(inputs.purchases.filter(chosen), last)
    known = known_at(days, last, window_days)
    often = BgNbd.fit(known) if len(known.who) else None
    much = GammaGamma.fit(known) if len(known.who) else None
    if often is None or much is None:
        return Forecast(None, message("forecast.few"))
    borders = (*BORDERS[:2], *gamma_gamma.BORDERS)
    fitted = (often.r, often.alpha, much.p, much.q, much.gamma)
    for value, (low, high) in zip(fitted, borders, strict=True):
        if not low * 1.001 < value < high * 0.999:
            return Forecast(None, message("forecast.runaway", value=f"{value:.3g}"))
    limit = often.a / (often.a + often.b) < NO_DROPOUT
    note = message("forecast.limit", a=f"{often.a:.2g}", b=f"{often.b:.2g}") if limit else None
    expected = often.expected(known, inputs.horizon_days) * much.expected(known)
    found = dict(zip(days.ids.gather(known.who).to_list(), expected.tolist(), strict=True))
    return Forecast(np.round([found.get(name, 0.0) for name in customers["customer_id"].to_list()], 6), note)


def _matrix(customers: pl.DataFrame) -> NDArray[np.float64]:
    """Return every feature; what is missing stays missing, which the trees can read."""
    names = [column.name for column in FEATURES]
    return customers.select(pl.col(names).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
