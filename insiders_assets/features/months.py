"""Each identified customer's purchases by calendar month: what a person looking at one customer wants to see."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

import narwhals as nw

from insiders_assets.contracts.summaries import PURCHASES_BY_MONTH
from insiders_assets.days import day_number
from insiders_assets.money import MICRO, in_currency

LazyFrameT = TypeVar("LazyFrameT")


def purchases_by_month(
    purchases: LazyFrameT, returns: LazyFrameT, *, as_of: date, window_days: int
) -> LazyFrameT:
    """Return purchases and returns of identified customers, by customer and month, within the features' window.

    The anonymous are left out: each is one invoice, and nobody looks one up.

    Args:
        purchases: A lazy frame of ``clean_purchases``, of any engine narwhals speaks.
        returns: A lazy frame of ``returns``, of the same engine.
        as_of: The day that the window ends at, included.
        window_days: How many days it holds.

    Returns:
        A lazy frame of the same engine with the columns of ``purchases_by_month``, sorted by its key.
    """
    last = day_number(as_of)
    units = nw.col("quantity").cast(nw.Int64).sum()
    bought = (
        _monthly(purchases, last, window_days)
        .group_by("customer_id", "month", "invoice_no")
        .agg(total_products=units, micros=(nw.col("line_value") * MICRO).round(0).cast(nw.Int64).sum())
        .with_columns(total_purchases=nw.lit(1), returned=nw.lit(0))
    )
    sent_back = (
        _monthly(returns, last, window_days)
        .group_by("customer_id", "month", "invoice_no")
        .agg(returned=units)
        .with_columns(
            total_products=nw.lit(0),
            micros=nw.lit(0),
            total_purchases=nw.lit(0),
            returned=-nw.col("returned"),
        )
    )
    columns = ["customer_id", "month", "total_purchases", "total_products", "micros", "returned"]
    counted = [
        part.select(*columns[:2], *(nw.col(name).cast(nw.Int64) for name in columns[2:]))
        for part in (bought, sent_back)
    ]
    table = (
        nw.concat(counted)
        .group_by("customer_id", "month")
        .agg(*(nw.col(name).sum() for name in columns[2:]))
        .with_columns(revenue=in_currency(nw.col("micros")))
    )
    return table.select(PURCHASES_BY_MONTH.names).sort(*PURCHASES_BY_MONTH.key).to_native()


def _monthly(frame: Any, last: int, window_days: int) -> Any:
    day = nw.col("invoice_day")
    rows = nw.from_native(frame).filter(day <= last, day > last - window_days, nw.col("is_identified"))
    return rows.with_columns(month=nw.col("invoice_date").dt.truncate("1mo").cast(nw.Date))
