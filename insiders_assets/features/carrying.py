"""Rows of customers whose lines are as they were, carried over from the table that a refresh made before.

A customer's row follows from that customer's lines in the window, and from no other's. A digest of those lines is
therefore the key under which the row is known: where it is the same, the row is taken as it is, and where it is not,
the row is made anew from all of the customer's lines, by the code that makes it for everybody. Nothing is ever added to
a sum that was kept, so that late, replaced, removed and forgotten lines, other cleaning rules and another window need
no case of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.days import day_number
from insiders_assets.features.customers import within

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

DIGESTED = (
    "invoice_no",
    "stock_code",
    "quantity",
    "invoice_date",
    "invoice_day",
    "country",
    "is_identified",
    "line_value",
)
"""The columns that a customer's rows are made of; the customer aside."""

DIGESTS = {"customer_id": pl.String, "one": pl.UInt64, "other": pl.UInt64, "lines": pl.Int64}
"""A customer's lines: two sums of a hash of each, and how many there are."""

TURNS = 64
"""Each refresh makes the rows of one in so many customers anew although their lines are as they were, and compares."""

MOST = 0.5
"""The share of all lines from which it is as well to make the whole table: they are read twice to find a part."""

IN_MEMORY = 5_000_000
"""Lines of changed customers that are held in memory, so that they are looked for once; some 0.5 GB."""

_ODD = 0x9E3779B97F4A7C15
"""An odd number with as many ones as zeros: a column's hash moves when it is multiplied by it."""


@dataclass(frozen=True)
class Before:
    """A table as it was made before.

    Attributes:
        rows: Its rows, as they would be today if nothing had come or gone.
        digests: Its customers' lines of then, as :func:`line_digests` says.
    """

    rows: pl.DataFrame
    digests: pl.DataFrame


@dataclass(frozen=True)
class Carried:
    """A table of which a part was carried over.

    Attributes:
        rows: The table.
        customers: How many customers' rows were carried over.
        differ: How many rows that should have been the same were not, when they were made anew; the table is not to be
            used if there are any.
    """

    rows: pl.DataFrame
    customers: int
    differ: int


def line_digests(
    purchases: pl.LazyFrame, returns: pl.LazyFrame, *, as_of: date, window_days: int
) -> pl.DataFrame:
    """Return a digest of each customer's lines in the window, whatever their order.

    A line's columns are hashed, put together and hashed again before lines are added up, so that two lines that swap a
    value do not go unnoticed. Sums of 64 bits go round; which hash it is depends on the version of polars.

    Args:
        purchases: ``clean_purchases``, lazy.
        returns: ``returns``, lazy.
        as_of: The day that the window ends at, included.
        window_days: How many days it holds.

    Returns:
        The columns of :data:`DIGESTS`, sorted by customer.
    """
    line = pl.lit(0, pl.UInt64)
    for number, column in enumerate(DIGESTED):
        line = line * pl.lit(_ODD, pl.UInt64) + pl.col(column).hash(number)
    last = day_number(as_of)
    lines = pl.concat(
        within(frame, last, window_days).to_native().select("customer_id", line=line)
        for frame in (purchases, returns)
    )
    return (
        lines.group_by("customer_id")
        .agg(
            one=pl.col("line").hash(1).sum(),
            other=pl.col("line").hash(2).sum(),
            lines=pl.len().cast(pl.Int64),
        )
        .select(*DIGESTS)
        .sort("customer_id")
        .collect(engine="streaming")
    )


def carry(
    before: Before,
    now: pl.DataFrame,
    lines: Sequence[pl.LazyFrame],
    make: Callable[..., pl.DataFrame],
    *,
    key: Sequence[str],
    turn: int,
) -> Carried | None:
    """Return a table of today, its rows carried over from the table of before where a customer's lines are the same.

    Args:
        before: The table of before.
        now: The digests of today's lines.
        lines: Today's purchases and returns, lazy, as ``make`` takes them.
        make: Makes the table of some customers' lines.
        key: The table's key, which ``customer_id`` is part of and its rows are sorted by.
        turn: The number of this refresh: it decides who is made anew without a cause, and compared.

    Returns:
        The table, or None if so many lines belong to customers who are not as they were that all had better be made.
    """
    same = now.join(before.digests, on=list(DIGESTS), how="semi").select("customer_id")
    due = same.filter(pl.col("customer_id").hash() % TURNS == turn % TURNS)
    kept = same.join(due, on="customer_id", how="anti")
    again = now.join(kept, on="customer_id", how="anti")
    if int(again["lines"].sum()) > MOST * int(now["lines"].sum()):
        return None
    made = make(*(_theirs(frame, again) for frame in lines))
    old = before.rows.select(made.columns).cast(made.schema)
    theirs, were = (frame.join(due, on="customer_id", how="semi").sort(*key) for frame in (made, old))
    differ = theirs.join(were, on=theirs.columns, how="anti", nulls_equal=True).height
    if not theirs.equals(were):
        differ = max(differ, 1)
    rows = pl.concat([old.join(kept, on="customer_id", how="semi"), made]).sort(*key, nulls_last=False)
    return Carried(rows.rechunk(), kept.height, differ)


def _theirs(lines: pl.LazyFrame, customers: pl.DataFrame) -> pl.LazyFrame:
    """Return the lines of some customers."""
    found = lines.filter(pl.col("customer_id").is_in(customers["customer_id"].implode()))
    if customers["lines"].sum() > IN_MEMORY:
        return found
    return found.collect(engine="streaming").lazy()
