"""The features of any number of transactions in bounded memory: polars sees a share of the customers at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets import progress
from insiders_assets.features import customers
from insiders_assets.shares import ROWS, of_share, shares_of

if TYPE_CHECKING:
    from datetime import date

LABEL = "computing features"


def customer_features(
    purchases: pl.LazyFrame, returns: pl.LazyFrame, *, as_of: date, window_days: int, rows: int = ROWS
) -> pl.DataFrame:
    """Return the table that :func:`insiders_assets.features.customers.customer_features` describes, in memory.

    Args:
        purchases: ``clean_purchases``.
        returns: ``returns``.
        as_of: The day that the features look back from.
        window_days: How many days they look back.
        rows: Purchases whose customers are looked at together.
    """
    # A few thousand codes on millions of lines: told apart by number, a customer's products take less memory.
    purchases = purchases.with_columns(pl.col("stock_code").cast(pl.Categorical))
    shares = shares_of(purchases, rows)
    found = []
    for share in range(shares):
        bought, back = (of_share(frame, share, shares) for frame in (purchases, returns))
        found.append(
            customers.customer_features(bought, back, as_of=as_of, window_days=window_days).collect(
                engine="streaming"
            )
        )
        if shares > 1:
            progress.report(LABEL, share + 1, shares)
    return found[0] if shares == 1 else pl.concat(found).sort("customer_id")
