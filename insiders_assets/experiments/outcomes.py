"""What each customer of an experiment did on each day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from insiders_assets.days import day_number
from insiders_assets.errors import UsageError
from insiders_assets.money import MICRO, in_currency

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

BEFORE_DAYS = 180
"""Days before the first one over which the outcome is taken as what was known of a customer."""


def amounts(purchases: pl.LazyFrame, returns: pl.LazyFrame, outcome: str) -> pl.LazyFrame:
    """Return an outcome as ``customer_id, invoice_day, amount``, a row for each customer and day on which there is any.

    Args:
        purchases: ``clean_purchases``, lazy; for ``margin`` with ``line_contribution``.
        returns: ``returns``, likewise: they count for ``margin`` alone.
        outcome: One of :data:`insiders_assets.contracts.experiments.OUTCOMES`.

    Raises:
        UsageError: The outcome is ``margin``, and nobody says what goods cost.
    """
    by_day = ("customer_id", "invoice_day")
    if outcome == "orders":
        first = purchases.group_by("customer_id", "invoice_no").agg(pl.col("invoice_day").min())
        return first.group_by(by_day).agg(amount=pl.len().cast(pl.Float64))
    if outcome == "return_visits":
        return purchases.select(by_day).unique().with_columns(amount=pl.lit(1.0))
    value = "line_value"
    if outcome == "margin":
        value = "line_contribution"
        if value not in purchases.collect_schema().names():
            raise margin_unknown("experiments.yaml")
        purchases = pl.concat([each.select(*by_day, value) for each in (purchases, returns)])
    micros = (pl.col(value) * MICRO).round(0).cast(pl.Int64)
    return purchases.group_by(by_day).agg(amount=in_currency(micros.sum()))


def margin_unknown(where: str) -> UsageError:
    """Return what is said where an outcome is ``margin`` and nobody says what goods cost."""
    return UsageError(
        "the outcome margin needs to know what goods cost",
        where=where,
        hint="set INSIDERS_VALUE=contribution, with costs as docs/programme.md says, or choose another outcome",
    )


def daily(
    found: pl.DataFrame, customers: pl.Series, first: date, last: date
) -> tuple[csr_array, NDArray[np.float64]]:
    """Return an outcome as a matrix of customers and days, and what it was in :data:`BEFORE_DAYS` days before.

    Args:
        found: As :func:`amounts` returns it, for these customers at least.
        customers: Their ids: row by row.
        first: The first day that counts.
        last: The last.
    """
    from scipy.sparse import csr_array

    places = pl.DataFrame({"customer_id": customers}).with_row_index("row")
    begin, days = day_number(first), (last - first).days + 1
    rows = (
        found.join(places, on="customer_id")
        .with_columns(day=pl.col("invoice_day").cast(pl.Int64) - begin)
        .filter(pl.col("day").is_between(-BEFORE_DAYS, days - 1))
        .sort("row", "day")
    )
    since, earlier = rows.filter(pl.col("day") >= 0), rows.filter(pl.col("day") < 0)
    matrix = csr_array(
        (since["amount"].to_numpy(), (since["row"].to_numpy(), since["day"].to_numpy())),
        shape=(len(customers), days),
    )
    before = np.bincount(
        earlier["row"].to_numpy(), weights=earlier["amount"].to_numpy(), minlength=len(customers)
    )
    return matrix, before.astype(np.float64)
