"""What a silence foretells: how many active, lapsing and lost customers of past days bought again soon after."""

from __future__ import annotations

import polars as pl

from benchmarks.moments import AHEAD
from insiders_assets.programme.rhythm import with_states

CUT_OFFS = (90, 120, 150, 180)
"""Days before the newest one as of which states are told."""


def states(purchases: pl.LazyFrame) -> dict[str, dict[str, float]]:
    """Return, for each state, its share of customers and how many of them bought again, over all cut-offs together.

    ``within_gap`` counts those who bought within one usual gap of theirs, ``within_90_days`` those who did in 90 days.
    """
    bought = purchases.filter("is_identified").select("customer_id", "invoice_day").unique().collect()
    last = bought["invoice_day"].max()
    told = pl.concat([_as_of(bought, last - back) for back in CUT_OFFS])  # type: ignore[operator]
    found = told.group_by("state").agg(
        share=pl.len() / told.height,
        within_gap=(pl.col("next") <= pl.col("usual_gap_days")).fill_null(value=False).mean(),
        within_90_days=pl.col("next").is_not_null().mean(),
    )
    return {row.pop("state"): row for row in found.iter_rows(named=True)}


def _as_of(bought: pl.DataFrame, day: int) -> pl.DataFrame:
    """Every customer known on a day with their state then, and after how many days they bought next."""
    known = bought.filter(pl.col("invoice_day") <= day).group_by("customer_id")
    first, last = pl.col("invoice_day").min(), pl.col("invoice_day").max()
    customers = known.agg(
        recency=(day - last).cast(pl.Int64),
        tenure=(day - first).cast(pl.Int64),
        avg_recency_days=pl.when(pl.len() > 1).then((last - first) / (pl.len() - 1)),
    ).with_columns(is_identified=pl.lit(value=True))
    later = bought.filter(pl.col("invoice_day").is_between(day + 1, day + AHEAD))
    return with_states(customers).join(
        later.group_by("customer_id").agg(next=pl.col("invoice_day").min() - day),
        on="customer_id",
        how="left",
    )
