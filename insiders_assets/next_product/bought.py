"""What customers bought by a day: each product of each customer, and how often products are bought again."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

HALF_LIFE = 180
"""Days after which a day with the product counts half."""

PLACES = 3
"""Products that are named of anybody."""


@dataclass(frozen=True)
class Bought:
    """Purchases as they were known at the end of a day.

    Attributes:
        day: The day's number.
        pairs: ``customer_id, stock_code, days, first, last, weight``: days with the product, each counting the less
            the longer ago.
        products: ``stock_code, buyers, again, rate``: customers who bought it, those who did on two days or more, and
            their share, drawn a little towards a fifth where there are few.
    """

    day: int
    pairs: pl.DataFrame
    products: pl.DataFrame


def bought_by(purchases: pl.LazyFrame, day: int, window_days: int) -> Bought:
    """Return what identified customers bought in the window that ends on a day.

    Args:
        purchases: ``clean_purchases``, lazy.
        day: The day's number, included.
        window_days: Days looked back on.
    """
    number = pl.col("invoice_day").cast(pl.Int64)
    pairs = (
        purchases.filter("is_identified", number.is_between(day - window_days + 1, day))
        .select("customer_id", "stock_code", number.alias("on"))
        .unique()
        .group_by("customer_id", "stock_code")
        .agg(
            days=pl.len().cast(pl.Int64),
            first=pl.col("on").min(),
            last=pl.col("on").max(),
            weight=pl.col("on").sort().sub(day).truediv(HALF_LIFE).mul(pl.lit(2.0).log()).exp().sum(),
        )
        .sort("customer_id", "stock_code")
        .collect(engine="streaming")
    )
    products = (
        pairs.group_by("stock_code")
        .agg(buyers=pl.len().cast(pl.Int64), again=(pl.col("days") > 1).sum().cast(pl.Int64))
        .with_columns(rate=(pl.col("again") + 1) / (pl.col("buyers") + 5))
        .sort("buyers", "stock_code", descending=[True, False])
    )
    return Bought(day, pairs, products)


def first_places(ranked: pl.DataFrame, by: str, of: str = "customer_id") -> pl.DataFrame:
    """Return the first products of each customer, or cluster, with their ``place`` from 1 on.

    Args:
        ranked: Whose they are, ``stock_code`` and what they are ranked by.
        by: The column; highest first, and of the same by code.
        of: The column that says whose they are.
    """
    return (
        ranked.sort(of, by, "stock_code", descending=[False, True, False])
        .with_columns(place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(of))
        .filter(pl.col("place") <= PLACES)
    )
