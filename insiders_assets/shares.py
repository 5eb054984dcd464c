"""Any number of transactions in bounded memory: a share of the customers is looked at at a time.

What a group-by holds grows with the customers, invoices and products that it tells apart. Where a customer needs no
other customer, a table too large for one query is read once per share of the customers instead: decoding the columns
again costs a tenth of what grouping them does. The outcome does not depend on the number of shares.
"""

from __future__ import annotations

import math

import polars as pl

ROWS = 15_000_000
"""Purchases whose customers are looked at together: some 2 GB."""


def shares_of(lines: pl.LazyFrame, rows: int = ROWS) -> int:
    """Return into how many shares customers are looked at.

    Args:
        lines: Their purchases.
        rows: Purchases whose customers are looked at together.
    """
    return max(1, math.ceil(lines.select(pl.len()).collect().item() / rows))


def of_share(lines: pl.LazyFrame, share: int, shares: int) -> pl.LazyFrame:
    """Return the lines of one share of the customers."""
    return lines.filter(pl.col("customer_id").hash() % shares == share) if shares > 1 else lines
