"""The features of any number of transactions in bounded memory: polars sees a share of the customers at a time.

What a group-by holds grows with the customers, invoices and products that it tells apart. A customer's features need
no other customer, so a table too large for one query is read once per share of the customers instead: decoding the
columns again costs a tenth of what grouping them does. The outcome does not depend on the number of shares.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets import progress
from insiders_assets.features import customers

if TYPE_CHECKING:
    from datetime import date

ROWS = 15_000_000
"""Purchases whose customers are looked at together: some 2 GB."""

LABEL = "computing features"


def customer_features(
    purchases: pl.LazyFrame, returns: pl.LazyFrame, *, as_of: date, window_days: int, rows: int = ROWS
) -> pl.DataFrame:
    """The table that :func:`insiders_assets.features.customers.customer_features` describes, in memory.

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


def shares_of(lines: pl.LazyFrame, rows: int) -> int:
    """Return in how many shares customers are looked at.

    Args:
        lines: Their purchases.
        rows: Purchases whose customers are looked at together.
    """
    return max(1, math.ceil(lines.select(pl.len()).collect().item() / rows))


def of_share(lines: pl.LazyFrame, share: int, shares: int) -> pl.LazyFrame:
    """Return the lines of one share of the customers."""
    return lines.filter(pl.col("customer_id").hash() % shares == share) if shares > 1 else lines
