"""What each identified customer buys most: what a person looking at one customer wants to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.contracts.summaries import CUSTOMER_PRODUCTS
from insiders_assets.days import EPOCH, day_number
from insiders_assets.descriptions import descriptions
from insiders_assets.features.batches import ROWS, of_share, shares_of
from insiders_assets.money import MICRO, in_currency

if TYPE_CHECKING:
    from datetime import date

KEPT = 3
"""Products kept of each customer."""


def customer_products(
    purchases: pl.LazyFrame, *, as_of: date, window_days: int, rows: int = ROWS
) -> pl.DataFrame:
    """Return the products that each identified customer spent most on, within the features' window.

    As features are, they are counted for a share of the customers at a time, so that no more than those are held.

    Args:
        purchases: ``clean_purchases``, lazy.
        as_of: The day that the window ends at, included.
        window_days: How many days it holds.
        rows: Purchases whose customers are looked at together.

    Returns:
        The columns of ``customer_products``, sorted by its key.
    """
    last = day_number(as_of)
    day = pl.col("invoice_day")
    lines = purchases.filter("is_identified", day <= last, day > last - window_days)
    shares = shares_of(lines, rows)
    return (
        pl.concat(_first(of_share(lines, share, shares)) for share in range(shares))
        .join(descriptions(lines), on="stock_code", how="left")
        .with_columns(
            last_purchase=EPOCH + pl.duration(days="last_day"), revenue=in_currency(pl.col("micros"))
        )
        .select(CUSTOMER_PRODUCTS.names)
        .cast(CUSTOMER_PRODUCTS.polars_schema)  # type: ignore[arg-type]
        .sort(CUSTOMER_PRODUCTS.key)
    )


def _first(lines: pl.LazyFrame) -> pl.DataFrame:
    """The first products of each customer: by money, then by orders, then by their codes."""
    bought = lines.group_by("customer_id", "stock_code").agg(
        micros=(pl.col("line_value") * MICRO).round(0).cast(pl.Int64).sum(),
        total_purchases=pl.col("invoice_no").n_unique(),
        total_products=pl.col("quantity").cast(pl.Int64).sum(),
        last_day=pl.col("invoice_day").max(),
    )
    ranked = bought.collect(engine="streaming").sort(
        "customer_id", "micros", "total_purchases", "stock_code", descending=[False, True, True, False]
    )
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("customer_id")
    return ranked.with_columns(place=place).filter(pl.col("place") <= KEPT)
