"""What a silence foretells: how many active, lapsing and lost customers of past days bought again soon after."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from benchmarks.moments import AHEAD, FeaturesAt
from insiders_assets.days import EPOCH
from insiders_assets.programme.rhythm import with_states

CUT_OFFS = (90, 120, 150, 180)
"""Days before the newest one as of which states are told."""


def states(
    features_at: FeaturesAt, last: date, purchases: pl.LazyFrame, window: int
) -> dict[str, dict[str, float]]:
    """Return, for each state, its share of customers and how many of them bought again, over all cut-offs together.

    ``within_gap`` counts those who bought within one usual gap of theirs, ``within_90_days`` those who did in 90 days.
    """
    bought = purchases.select("customer_id", "invoice_day").unique().collect()
    told = pl.concat(
        _as_of(features_at(day, window), day, bought)
        for day in (last - timedelta(days=back) for back in CUT_OFFS)
    )
    found = told.group_by("state").agg(
        share=pl.len() / told.height,
        within_gap=(pl.col("next") <= pl.col("usual_gap_days")).fill_null(value=False).mean(),
        within_90_days=pl.col("next").is_not_null().mean(),
    )
    return {row.pop("state"): row for row in found.iter_rows(named=True)}


def _as_of(features: pl.DataFrame, day: date, bought: pl.DataFrame) -> pl.DataFrame:
    """Every customer known on a day with their state then, and after how many days they bought next."""
    known = with_states(features).select("customer_id", "state", "usual_gap_days")
    last = (day - EPOCH).days
    later = bought.filter(pl.col("invoice_day").is_between(last + 1, last + AHEAD)).group_by("customer_id")
    return known.join(later.agg(next=pl.col("invoice_day").min() - last), on="customer_id", how="left")
