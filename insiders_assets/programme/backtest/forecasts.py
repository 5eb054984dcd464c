"""Forecasts of revenue per customer: learnt from the months before, and by a probability model."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.contracts.customers import FEATURES
from insiders_assets.days import day_number
from insiders_assets.language.message import Message, message
from insiders_assets.programme.backtest.known import BacktestInputs
from insiders_assets.programme.later_revenue import outcome

EXTREME = 1e4
"""A parameter beyond this, or below one over it, has run away: the likelihood has no maximum inside."""

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
    """Every forecast of the days after a cut-off, by name.

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
    """BG/NBD for how often, Gamma-Gamma for how much: the model of "buy till you die".

    Fader, Hardie and Lee (*Marketing Science*, 2005) as fitted by the library clvkit: repeat purchase days, and
    money per purchase day. Where no customer is seen to drop out for good, the likelihood has no maximum: its
    drop-out parameters run to the border. That is said, and the figures are those of the limit, in which nobody
    drops out.

    Args:
        inputs: The data.
        customers: Customers known at the cut-off, with features.
        cutoff: The last day that was known.
        window_days: How many days were looked back on.
    """
    try:
        import clvkit
    except ImportError:
        return Forecast(None, message("forecast.library", package="'insiders-assets[research]'"))
    log = (
        inputs.purchases.filter(
            pl.col("invoice_day") <= day_number(cutoff),
            pl.col("invoice_day") > day_number(cutoff) - window_days,
        )
        .filter(pl.col("customer_id").is_in(customers["customer_id"].implode()))
        .group_by("customer_id", "invoice_day")
        .agg(amount=(pl.col("line_value") * 100).round(0).sum() / 100)
        .filter(pl.col("amount") > 0)
        .sort("customer_id", "invoice_day")
        .with_columns(date=pl.col("invoice_day").cast(pl.Int32).cast(pl.Date))
        .select("customer_id", "date", "amount")
        .collect()
    )

    def parameters(fitted: Any) -> list[float]:
        return [float(value) for value in fitted.params_]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            base = clvkit.CustomerBase.from_transactions(
                log.to_pandas(), time_unit="D", observation_period_end=str(cutoff)
            )
            often, much = clvkit.BGNBD().fit(base), clvkit.GammaGamma().fit(base)
            expected = (
                often.predict(t=inputs.horizon_days).to_pandas().iloc[:, 0]
                * much.predict().to_pandas().iloc[:, 0]
            )
        except (ValueError, RuntimeError, FloatingPointError) as error:
            return Forecast(None, message("forecast.failed", error=str(error)))
    r, alpha, a, b = parameters(often)
    runaway = [value for value in (r, alpha, *parameters(much)) if not 1 / EXTREME < value < EXTREME]
    if runaway:
        return Forecast(None, message("forecast.runaway", value=f"{runaway[0]:.3g}"))
    limit = a / (a + b) < NO_DROPOUT
    note = message("forecast.limit", a=f"{a:.2g}", b=f"{b:.2g}") if limit else None
    found = dict(zip(expected.index.astype(str), expected.to_numpy(), strict=True))
    values = np.array([found.get(name, 0.0) for name in customers["customer_id"].to_list()])
    if not np.isfinite(values).all():
        return Forecast(None, message("forecast.not_a_number"))
    return Forecast(np.round(values, 6), note)


def _matrix(customers: pl.DataFrame) -> NDArray[np.float64]:
    """Every feature; what is missing stays missing, which the trees can read."""
    names = [column.name for column in FEATURES]
    return customers.select(pl.col(names).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
