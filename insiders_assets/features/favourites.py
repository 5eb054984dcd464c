"""What each identified customer buys most: what a person looking at one customer wants to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.contracts.summaries import CUSTOMER_PRODUCTS
from insiders_assets.days import EPOCH, day_number
from insiders_assets.descriptions import descriptions
from insiders_assets.money import MICRO, in_currency
from insiders_assets.shares import ROWS, of_share, shares_of

if TYPE_CHECKING:
    from datetime import date

KEPT = 3
"""Products kept of each customer."""

CODES = CUSTOMER_PRODUCTS.only({*CUSTOMER_PRODUCTS.names} - {"description"})
"""Their figures, without what they are called."""


def customer_products(
    purchases: pl.LazyFrame, *, as_of: date, window_days: int, rows: int = ROWS
) -> pl.DataFrame:
    """Return the products that each identified customer spent most on, within the features' window.

    Args:
        purchases: ``clean_purchases``, lazy.
        as_of: The day that the window ends at, included.
        window_days: How many days it holds.
        rows: Purchases whose customers are looked at together.

    Returns:
        The columns of ``customer_products``, sorted by its key.
    """
    codes = favourite_codes(purchases, as_of=as_of, window_days=window_days, rows=rows)
    return described(codes, purchases, as_of=as_of, window_days=window_days)


def favourite_codes(
    purchases: pl.LazyFrame, *, as_of: date, window_days: int, rows: int = ROWS
) -> pl.DataFrame:
    """Return the same without what the products are called: what follows from each customer's own lines.

    As features are, they are counted for a share of the customers at a time, so that no more than those are held.

    Args:
        purchases: ``clean_purchases``, lazy, of all customers or of some.
        as_of: The day that the window ends at, included.
        window_days: How many days it holds.
        rows: Purchases whose customers are looked at together.
    """
    lines = _known(purchases, as_of, window_days)
    shares = shares_of(lines, rows)
    return (
        pl.concat(_first(of_share(lines, share, shares)) for share in range(shares))
        .with_columns(
            last_purchase=EPOCH + pl.duration(days="last_day"), revenue=in_currency(pl.col("micros"))
        )
        .select(CODES.names)
        .cast(CODES.polars_schema)  # type: ignore[arg-type]
        .sort(CUSTOMER_PRODUCTS.key)
    )


def described(codes: pl.DataFrame, purchases: pl.LazyFrame, *, as_of: date, window_days: int) -> pl.DataFrame:
    """Return ``customer_products``: favourite codes with what the products are called.

    Args:
        codes: What :func:`favourite_codes` returns.
        purchases: ``clean_purchases``, lazy, of all customers.
        as_of: The day that the window ends at, included.
        window_days: How many days it holds.
    """
    names = descriptions(_known(purchases, as_of, window_days))
    return (
        codes.join(names, on="stock_code", how="left", maintain_order="left")
        .select(CUSTOMER_PRODUCTS.names)
        .cast(CUSTOMER_PRODUCTS.polars_schema)  # type: ignore[arg-type]
    )


def _known(purchases: pl.LazyFrame, as_of: date, window_days: int) -> pl.LazyFrame:
    """Return the window's lines of identified customers."""
    last, day = day_number(as_of), pl.col("invoice_day")
    return purchases.filter("is_identified", day <= last, day > last - window_days)


def _first(lines: pl.LazyFrame) -> pl.DataFrame:
    """Return the first products of each customer: by money, then by orders, then by their codes.

    Money is added up first. Orders, whose telling apart is what takes long, are counted of the products that
    may be among the first: those with no less money than the last of them.
    """
    spent = (
        lines.group_by("customer_id", "stock_code")
        .agg(micros=(pl.col("line_value") * MICRO).round(0).cast(pl.Int64).sum())
        .collect(engine="streaming")
    )
    least = spent.group_by("customer_id").agg(least=pl.col("micros").top_k(KEPT).min())
    most = (
        spent.join(least, on="customer_id")
        .filter(pl.col("micros") >= pl.col("least"))
        .select("customer_id", "stock_code", "micros")
    )
    bought = (
        lines.join(most.lazy(), on=["customer_id", "stock_code"])
        .group_by("customer_id", "stock_code", "micros")
        .agg(
            total_purchases=pl.col("invoice_no").n_unique(),
            total_products=pl.col("quantity").cast(pl.Int64).sum(),
            last_day=pl.col("invoice_day").max(),
        )
    )
    ranked = bought.collect(engine="streaming").sort(
        "customer_id", "micros", "total_purchases", "stock_code", descending=[False, True, True, False]
    )
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("customer_id")
    return ranked.with_columns(place=place).filter(pl.col("place") <= KEPT)
