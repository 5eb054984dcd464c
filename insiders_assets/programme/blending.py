"""Blending: customers ranked by the mean of two ranks, past revenue and what they are forecast to spend.

A blend is no amount of money: no border can be drawn by it, nothing that is bought adds up to it. So only the policy
that takes a number of members chooses by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from insiders_assets.days import day_number
from insiders_assets.language.message import Message, message
from insiders_assets.money import in_currency, micros
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.pace import Lookback, learnable, pace_of


@dataclass(frozen=True)
class Blend:
    """How customers rank.

    Attributes:
        scores: ``customer_id, score``: 1 for whoever is first by both, above 0 for every identified customer.
        note: Why nothing could be forecast, so that past revenue alone ranks; else None.
    """

    scores: pl.DataFrame
    note: Message | None = None


def blended(purchases: pl.LazyFrame, customers: pl.DataFrame, rules: ProgrammeRules, as_of: date) -> Blend:
    """Return how identified customers rank by past revenue and by a forecast.

    Equal customers rank equally, and buying more lowers neither rank: the forecast may only rise with it.

    Args:
        purchases: ``clean_purchases``, lazy; rows after the as-of date are not looked at.
        customers: Customers with ``is_identified, recency, total_purchases, revenue``.
        rules: How many days are looked back on, and the seed.
        as_of: The day from which is forecast.
    """
    known = customers.filter("is_identified").sort("customer_id")
    seen = Lookback(as_of, rules.window_days)
    past, note = known["revenue"].to_numpy(), None
    ranks = [past]
    if not learnable(purchases, seen):
        note = message("forecast.short")
    else:
        then = _customers_at(purchases, seen.earlier, rules.window_days)
        found = pace_of(purchases, then, known, seen, seed=rules.seed)
        note = found.note
        if found.revenue is not None:
            ranks.append(found.revenue)
    score = np.mean([pl.Series(values).rank("max").to_numpy() for values in ranks], axis=0) / max(
        len(past), 1
    )
    return Blend(known.select("customer_id", score=pl.Series(score, dtype=pl.Float64)), note)


def _customers_at(purchases: pl.LazyFrame, day: date, window_days: int) -> pl.DataFrame:
    """Return what the pace of purchases asks of each identified customer, as of a day."""
    last = day_number(day)
    return (
        purchases.filter("is_identified", pl.col("invoice_day").is_between(last - window_days + 1, last))
        .group_by("customer_id")
        .agg(
            recency=last - pl.col("invoice_day").max(),
            total_purchases=pl.col("invoice_no").n_unique(),
            revenue=in_currency(micros("line_value").sum()),
        )
        .sort("customer_id")
        .collect()
    )
