"""What the programme brings: the invited beside those held out, and how large an effect could be seen at all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.contracts.claims import UPLIFT
from insiders_assets.days import day_number
from insiders_assets.experiments.outcomes import amounts, daily
from insiders_assets.experiments.sequence import Moments, moments, sequence
from insiders_assets.language.message import Message, message
from insiders_assets.language.writer import columns
from insiders_assets.money import in_currency, micros
from insiders_assets.programme.experiment import HOLDOUT, INVITED

POWER = 0.8
LEVEL = 0.05
USUAL_DAYS = 90
"""Days that a campaign is taken to last where none is given."""

USUAL_SHARE = 0.1
"""Share held out that the detectable effect is given for while nobody is."""

_Z = NormalDist().inv_cdf(1 - LEVEL / 2)
_Z_POWER = NormalDist().inv_cdf(POWER)


@dataclass(frozen=True)
class Detectable:
    """The smallest effect that an experiment would find in four of five tries.

    Attributes:
        share: Share of eligible customers held out.
        absolute: The effect per customer, in the data's currency.
        relative: The same as a fraction of what a customer brings without it.
        customers: Eligible customers.
    """

    share: float
    absolute: float
    relative: float
    customers: int


def revenue_between(
    orders: pl.DataFrame, customers: pl.DataFrame, first: int, last: int
) -> NDArray[np.float64]:
    """Return each customer's revenue from one day to another, both counted from 1970-01-01 and included."""
    found = (
        orders.filter(pl.col("invoice_day").is_between(first, last))
        .group_by("customer_id")
        .agg(amount=in_currency(pl.col("micros").sum()))
    )
    both = customers.select("customer_id").join(found, on="customer_id", how="left", maintain_order="left")
    return both["amount"].fill_null(0.0).to_numpy()


def detectable_effect(
    orders: pl.DataFrame, eligible: pl.DataFrame, last_day: int, holdout_share: float
) -> Detectable | None:
    """Return how large an effect on revenue a holdout could show (two-sided 5 %, power 80 %).

    Revenue is that of :data:`USUAL_DAYS` days. Spread is that of the last such period after adjusting for the
    one before, as the uplift is.

    Args:
        orders: What was bought, as :func:`insiders_assets.programme.orders.orders_of` returns it.
        eligible: Customers who may be invited or held out.
        last_day: The as-of date, in days from 1970-01-01.
        holdout_share: The share held out.

    Returns:
        The effect, or None with too few customers or no purchases.
    """
    held_out = round(eligible.height * holdout_share)
    invited = eligible.height - held_out
    if held_out < 2 or invited < 2:
        return None
    now = revenue_between(orders, eligible, last_day - USUAL_DAYS + 1, last_day)
    before = revenue_between(orders, eligible, last_day - 2 * USUAL_DAYS + 1, last_day - USUAL_DAYS)
    mean = math.fsum(now) / len(now)
    if mean <= 0:
        return None
    spread = math.sqrt(_variance(_adjusted(now, before)))
    absolute = (_Z + _Z_POWER) * spread * math.sqrt(1 / held_out + 1 / invited)
    return Detectable(holdout_share, absolute, absolute / mean, eligible.height)


def uplift(
    purchases: pl.LazyFrame, insiders: pl.DataFrame, start: date | None, end: date | None, as_of: date
) -> pl.DataFrame:
    """Return the uplift table of a campaign, as the contract ``UPLIFT`` says; no rows without a campaign or a holdout.

    Customers count in the group that they were drawn for before the campaign began, whatever they did since
    (intention to treat). Intervals and p-values are those of experiments: they may be looked at on any day
    (:func:`insiders_assets.experiments.sequence.sequence`). Revenue is also given adjusted for the revenue of as many
    days before (CUPED: Deng, Xu, Kohavi and Walker, 2013). ``experiments.yaml`` does all of this and more; the table
    stays for who reads it.

    Args:
        purchases: ``clean_purchases``, lazy.
        insiders: The list, with ``experiment_group`` and ``experiment_since``.
        start: First day of the campaign, or None.
        end: Last day, or None for the as-of date.
        as_of: The newest day that is known.
    """
    drawn = insiders.filter(pl.col("experiment_since") <= start) if start is not None else insiders.clear()
    group = drawn["experiment_group"]
    treated = (group == INVITED).fill_null(False).to_numpy()
    control = (group == HOLDOUT).fill_null(False).to_numpy()
    if start is None or start > as_of or treated.sum() < 2 or control.sum() < 2:
        return UPLIFT.empty()
    last = min(end or as_of, as_of)
    first_day, last_day = day_number(start), day_number(last)
    length = last_day - first_day + 1
    groups = drawn.filter(pl.Series(treated | control)).sort("customer_id")
    bought = purchases.join(groups.lazy().select("customer_id"), on="customer_id", how="semi")
    during = (
        amounts(bought, bought, "revenue")
        .filter(pl.col("invoice_day").is_between(first_day, last_day))
        .collect()
    )
    first_time = during.group_by("customer_id").agg(pl.col("invoice_day").min(), amount=pl.lit(1.0))
    spent = bought.select("customer_id", "invoice_day", micros=micros("line_value"))
    before = revenue_between(spent.collect(), groups, first_day - length, first_day - 1)
    period = [message("uplift.period", start=start, end=last, days=length)]
    if end is None or last < end:
        period.append(message("uplift.not_over"))
    measures = {
        "revenue_per_customer": (during, before * 0, period),
        "revenue_per_customer_adjusted": (during, before, [*period, message("uplift.adjusted")]),
        "share_who_bought": (first_time, before * 0, period),
    }
    planned = (end - start).days + 1 if end else USUAL_DAYS
    invited = (groups["experiment_group"] == INVITED).to_numpy()
    rows = []
    for name, (found, known, note) in measures.items():
        matrix, _ = daily(found, groups["customer_id"], start, last)
        sides = [moments(matrix[np.flatnonzero(side)], known[side]) for side in (invited, ~invited)]
        rows.append(_row(name, sides[0], sides[1], planned, note))
    return pl.DataFrame(rows, schema=UPLIFT.polars_schema)


def _row(
    measure: str, invited: Moments, held_out: Moments, planned: int, note: list[Message]
) -> dict[str, object]:
    line = sequence(invited, held_out, level=LEVEL, planned=planned)
    interval = {"low": line.low[-1], "high": line.high[-1], "p_value": line.p_value[-1]}
    difference = invited.mean[-1] - held_out.mean[-1]
    return {
        "measure": measure,
        "invited": invited.customers,
        "held_out": held_out.customers,
        "mean_invited": float(invited.mean[-1]),
        "mean_held_out": float(held_out.mean[-1]),
        "uplift": float(line.effect[-1] if np.isfinite(line.effect[-1]) else difference),
        **{name: float(value) if np.isfinite(value) else None for name, value in interval.items()},
        **columns("note", message("notes", sentences=note)),
    }


def _adjusted(values: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    """``values`` without what is explained by ``before``; the mean stays."""
    centre = math.fsum(before) / len(before)
    spread = math.fsum((before - centre) ** 2)
    if spread == 0:
        return values
    mean = math.fsum(values) / len(values)
    slope = math.fsum((before - centre) * (values - mean)) / spread
    return values - slope * (before - centre)


def _variance(values: NDArray[np.float64]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((values - mean) ** 2) / (len(values) - 1)
