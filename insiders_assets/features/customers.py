"""Per-customer features over a rolling window, written once over narwhals lazy frames.

Every sum is a sum of whole numbers (money in millionths), so that a result does not depend on the order in which an
engine's threads or machines happen to add: the same data give the same bytes on a laptop and on a cluster.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import narwhals as nw

from insiders_assets.contracts.customers import CUSTOMER_FEATURES
from insiders_assets.days import day_number, day_of
from insiders_assets.errors import InsidersError
from insiders_assets.money import MICRO, in_currency

if TYPE_CHECKING:
    import polars as pl

LazyFrameT = TypeVar("LazyFrameT")
"""A lazy frame of any engine narwhals speaks; out comes what went in."""

NEEDED = (
    "customer_id",
    "is_identified",
    "invoice_no",
    "stock_code",
    "quantity",
    "line_value",
    "invoice_day",
    "country",
)
"""The columns of transactions that features are made of."""


_DAY_OFFSET = 1_000_000
"""Added to a day so that it always has seven digits, and text order is the order of days."""


def newest_day(purchases: Any, returns: Any) -> date:
    """Return the newest invoice day among purchases and returns.

    Raises:
        InsidersError: There is neither a purchase nor a return.
    """
    days = []
    for frame in (purchases, returns):
        newest = nw.from_native(frame).select(nw.col("invoice_day").max()).collect(backend="polars").item()
        if newest is not None:
            days.append(int(newest))
    if not days:
        raise InsidersError(
            "no transaction passes the cleaning rules",
            where="clean_purchases",
            hint="check the exports and the INSIDERS_ cleaning settings",
        )
    return day_of(max(days))


def customer_features(
    purchases: LazyFrameT, returns: LazyFrameT, *, as_of: date, window_days: int
) -> LazyFrameT:
    """Return the features of every customer with at least one purchase in the window.

    Args:
        purchases: A lazy frame of ``clean_purchases``, of any engine narwhals speaks.
        returns: A lazy frame of ``returns``, of the same engine.
        as_of: The day that the features look back from; later rows are left out.
        window_days: How many days they look back, ``as_of`` included.

    Returns:
        A lazy frame of the same engine with the columns of ``customer_features``, sorted by ``customer_id``.
    """
    last = day_number(as_of)
    bought = within(purchases, last, window_days)
    sent_back = (
        within(returns, last, window_days)
        .group_by("customer_id")
        .agg(
            returned=nw.col("quantity").cast(nw.Int64).sum(),
            back_micros=(nw.col("line_value") * MICRO).round(0).cast(nw.Int64).sum(),
        )
        .with_columns(returned=-nw.col("returned"))
    )
    table = (
        _from_invoices(bought)
        .join(_distinct_products(bought), on="customer_id", how="inner")
        .join(sent_back, on="customer_id", how="left")
    )
    span = nw.col("last_day") - nw.col("first_day")
    gaps = nw.col("purchase_days") - 1
    table = table.with_columns(
        revenue=in_currency(nw.col("micros")),
        recency=(last - nw.col("last_day")).cast(nw.Int64),
        tenure=(last - nw.col("first_day")).cast(nw.Int64),
        basket_size=nw.col("total_products") / nw.col("total_purchases"),
        unique_basket_size=nw.col("products_in_invoices") / nw.col("total_purchases"),
        avg_ticket=in_currency(nw.col("micros")) / nw.col("total_purchases"),
        avg_line_value=in_currency(nw.col("micros")) / nw.col("purchase_lines"),
        frequency=nw.col("total_purchases") / (span + 1),
        avg_recency_days=nw.when(gaps > 0).then(span / gaps),
        returned=nw.col("returned").fill_null(0),
        net_revenue=in_currency(nw.col("micros") + nw.col("back_micros").fill_null(0)),
        contribution=nw.lit(None, nw.Float64),
        country=nw.col("latest_country").str.slice(7),
    )
    return table.select(CUSTOMER_FEATURES.names).sort("customer_id").to_native()


def looked_at_later(table: pl.DataFrame, days: int) -> pl.DataFrame:
    """Return features as they are from another day on, for customers whose lines in the window are the same.

    Args:
        table: ``customer_features``.
        days: How many days later; fewer than none if it is earlier.

    Returns:
        The same rows, without ``contribution``, which depends on more than their lines.
    """
    import polars as pl

    return table.with_columns(
        pl.col("recency", "tenure") + days, contribution=pl.lit(None, table.schema["contribution"])
    )


def require_customers(table: pl.DataFrame, as_of: date, window_days: int) -> pl.DataFrame:
    """Return the features unchanged if there is at least one customer.

    Raises:
        InsidersError: Nobody bought anything in the window.
    """
    if table.is_empty():
        raise InsidersError(
            f"nobody bought anything in the {window_days} days up to {as_of}",
            where="customer_features",
            hint="choose another --as-of or a larger INSIDERS_WINDOW_DAYS",
        )
    return table


def within(frame: Any, last: int, window_days: int) -> Any:
    """Return the rows of the ``window_days`` days up to ``last`` (days since 1970), as a frame of narwhals."""
    day = nw.col("invoice_day")
    return nw.from_native(frame).filter(day <= last, day > last - window_days)


def _from_invoices(bought: Any) -> Any:
    """Return what adds up over a customer's invoices."""
    invoices = bought.group_by("customer_id", "is_identified", "invoice_no").agg(
        units=nw.col("quantity").cast(nw.Int64).sum(),
        lines=nw.col("quantity").count(),
        products=nw.col("stock_code").n_unique(),
        micros=(nw.col("line_value") * MICRO).round(0).cast(nw.Int64).sum(),
        first_day=nw.col("invoice_day").min(),
        last_day=nw.col("invoice_day").max(),
        country=nw.col("country").max(),
    )
    dated_country = nw.concat_str(
        (nw.col("last_day").cast(nw.Int64) + _DAY_OFFSET).cast(nw.String), nw.col("country")
    )
    return (
        invoices.with_columns(dated_country=dated_country)
        .group_by("customer_id", "is_identified")
        .agg(
            total_products=nw.col("units").sum(),
            purchase_lines=nw.col("lines").cast(nw.Int64).sum(),
            products_in_invoices=nw.col("products").cast(nw.Int64).sum(),
            micros=nw.col("micros").sum(),
            total_purchases=nw.col("units").count(),
            first_day=nw.col("first_day").min(),
            last_day=nw.col("last_day").max(),
            latest_country=nw.col("dated_country").max(),
        )
        .with_columns(total_purchases=nw.col("total_purchases").cast(nw.Int64))
    )


def _distinct_products(bought: Any) -> Any:
    """Return what must be counted over all of a customer's lines, because invoices share products and days."""
    return (
        bought.group_by("customer_id")
        .agg(
            distinct_stock_code=nw.col("stock_code").n_unique(),
            purchase_days=nw.col("invoice_day").n_unique(),
        )
        .with_columns(nw.col("distinct_stock_code", "purchase_days").cast(nw.Int64))
    )
