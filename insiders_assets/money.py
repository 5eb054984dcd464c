"""Exact money: amounts are added up in whole millionths, so that no sum depends on the order of its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

MICRO = 1_000_000
"""Millionths of a currency's unit: exact to 9.2e12 per sum, finer than any price."""


def micros(column: str = "revenue") -> pl.Expr:
    """Return an amount in whole millionths."""
    import polars as pl

    return (pl.col(column) * MICRO).round(0).cast(pl.Int64)


def in_currency(micros: Any) -> Any:
    """Millionths as money, an expression of polars or narwhals, to the last bit: 17.85, not 17.849999999999998.

    Divided by a column, not by a constant: polars multiplies by a constant's reciprocal, which is off in the last bit
    for a quarter of all sums, but divides where there is a single row.
    """
    return micros / (micros * 0 + MICRO)
