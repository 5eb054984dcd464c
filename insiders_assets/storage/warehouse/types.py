"""Columns that a database gives back as text or small integers, turned into the contract's types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.contracts.table import Table

_PARSED = {
    "date": lambda column: column.str.to_date("%Y-%m-%d"),
    "datetime": lambda column: column.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us"),
    "bool": lambda column: column.is_in(["t", "1"]),
}


def typed(table: Table, found: pl.DataFrame) -> pl.DataFrame:
    """Give ``found``, which has the contract's columns, the contract's types."""
    return found.with_columns(
        _PARSED[column.dtype](pl.col(column.name))
        for column in table.columns
        if column.dtype in _PARSED and found.schema[column.name] == pl.String
    ).cast(pl.Schema(table.polars_schema))
