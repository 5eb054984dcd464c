"""What each month brought by tier, and how many of those who came in one month bought again in those after."""

from __future__ import annotations

from datetime import date
from typing import cast

import polars as pl

from insiders_assets.contracts.customers import NOT_SEEN
from insiders_assets.contracts.over_time import COHORTS, REVENUE_BY_MONTH
from insiders_assets.days import EPOCH, day_number, day_of
from insiders_assets.money import in_currency


def revenue_by_month(orders: pl.DataFrame, insiders: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return customers, orders and revenue by month, tier of today and whether customers are identified.

    Args:
        orders: What was bought, as :func:`insiders_assets.programme.orders.orders_of` returns it.
        insiders: ``insiders``.
        as_of: The last day that counts.

    Returns:
        A row per month and group that bought, as the contract ``REVENUE_BY_MONTH`` says.
    """
    tiers = insiders.lazy().select("customer_id", "tier")
    table = (
        _monthly(orders, as_of)
        .join(tiers, on="customer_id", how="left")
        .with_columns(pl.col("tier").fill_null(NOT_SEEN))
        .group_by("month", "tier", "is_identified")
        .agg(
            customers=pl.col("customer_id").n_unique().cast(pl.Int64),
            orders=pl.col("invoice_no").n_unique().cast(pl.Int64),
            revenue=in_currency(pl.col("micros").sum()),
        )
        .sort(REVENUE_BY_MONTH.key)
        .collect()
    )
    return table.with_columns(is_cut=_is_cut(pl.col("month"), _first_day(orders), as_of)).select(
        REVENUE_BY_MONTH.names
    )


def cohorts(orders: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return how many of each month's new identified customers bought in each month since, and for how much.

    Args:
        orders: What was bought, as :func:`insiders_assets.programme.orders.orders_of` returns it.
        as_of: The last day that counts.

    Returns:
        A row per cohort and month up to that of ``as_of``, as the contract ``COHORTS`` says.
    """
    bought = (
        _monthly(orders, as_of)
        .filter("is_identified")
        .group_by("customer_id", "month")
        .agg(pl.col("micros").sum())
        .with_columns(first_month=pl.col("month").min().over("customer_id"))
        .group_by("first_month", "month")
        .agg(customers=pl.len().cast(pl.Int64), micros=pl.col("micros").sum())
        .collect()
    )
    sizes = bought.filter(pl.col("month") == pl.col("first_month")).select(
        "first_month", cohort_customers="customers"
    )
    grid = sizes.with_columns(
        month=pl.date_ranges(pl.col("first_month"), pl.lit(as_of.replace(day=1)), interval="1mo")
    ).explode("month")
    since = (pl.col("month").dt.year() - pl.col("first_month").dt.year()) * 12 + (
        pl.col("month").dt.month().cast(pl.Int32) - pl.col("first_month").dt.month().cast(pl.Int32)
    )
    return (
        grid.join(bought, on=["first_month", "month"], how="left")
        .with_columns(pl.col("customers", "micros").fill_null(0))
        .with_columns(
            months_since=since.cast(pl.Int32),
            share_of_customers=pl.col("customers") / pl.col("cohort_customers"),
            revenue=in_currency(pl.col("micros")),
            is_cut=_is_cut(pl.col("month"), _first_day(orders), as_of),
        )
        .sort(COHORTS.key)
        .select(COHORTS.names)
    )


def _monthly(orders: pl.DataFrame, as_of: date) -> pl.LazyFrame:
    day = pl.col("invoice_day")
    month = day.cast(pl.Int32).cast(pl.Date).dt.month_start()
    known = orders.lazy().filter(day <= day_number(as_of))
    return known.select("customer_id", "invoice_no", "is_identified", "micros", month=month)


def _first_day(orders: pl.DataFrame) -> date:
    first = orders["invoice_day"].min()
    return EPOCH if first is None else day_of(int(cast(int, first)))


def _is_cut(month: pl.Expr, first: date, last: date) -> pl.Expr:
    """Return whether a month begins before the data do, or ends after them."""
    return (month < first) | (month.dt.month_end() > last)
