"""Made-up tables that keep their contracts, for tests of what is stored and shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from math import prod
from typing import Any

import numpy as np
import polars as pl

from insiders_assets.contracts.summaries import SUMMARIES
from insiders_assets.contracts.table import Column, Table
from insiders_assets.storage.warehouse import HISTORY, TABLES

WORDS = (
    "plain",
    "with, comma",
    'with "quotes"',
    "two\nlines",
    "ação",
    "",
    "<script>alert(1)</script>",
    "=1+1",
)


@cache
def made_up(table: Table, rows: int = 5, seed: int = 0) -> pl.DataFrame:
    """A frame that keeps ``table``'s contract; every nullable column has a gap."""
    draw = np.random.default_rng(seed)
    choices = [
        len(column.isin)
        for column in table.columns
        if column.isin and (column.unique or column.name in table.key)
    ]
    rows = min(rows, prod(choices)) if choices and not _counted(table) else rows
    columns = {}
    for column in table.columns:
        values = [_value(column, table, row, draw) for row in range(rows)]
        if column.nullable and rows > 1 and column.name not in table.key:
            values[-1] = None
        columns[column.name] = pl.Series(column.name, values, table.polars_schema[column.name])
    return pl.DataFrame(columns)


def completed(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return ``frame`` with made-up values in the columns of ``table`` that it lacks, in the contract's order.

    A table that a test writes by hand need not say what the test is not about.
    """
    lacking = set(table.names) - set(frame.columns)
    made = made_up(table, frame.height).select(sorted(lacking))
    return frame.hstack(made).select(table.names).cast(table.polars_schema)


def _chosen(table: Table) -> list[Column]:
    """Key columns whose values are listed in the contract: they are counted through."""
    return [column for column in table.columns if column.isin and (column.unique or column.name in table.key)]


def _counted(table: Table) -> bool:
    """Whether a key column without a list of values keeps rows apart by itself, whatever ``a_refresh`` sets."""
    return any(
        column.name in table.key and not column.isin and column.name != "refresh_id"
        for column in table.columns
    )


def _value(column: Column, table: Table, row: int, draw: np.random.Generator) -> Any:
    if column.isin:
        chosen = _chosen(table)
        if column not in chosen:
            return column.isin[int(draw.integers(len(column.isin)))]
        step = prod(len(other.isin) for other in chosen[chosen.index(column) + 1 :])
        return column.isin[row // step % len(column.isin)]
    if column.dtype == "str":
        keyed = column.unique or column.name in table.key
        return f"{column.name}-{row:06d}" if keyed else WORDS[row % len(WORDS)]
    if column.dtype in ("int64", "int32"):
        alone = [name for name in table.key if name != "refresh_id"] == [column.name]
        return row + 1 if column.unique or alone else int(draw.integers(1, 100))
    if column.dtype == "float64":
        return float(draw.random() if column.le == 1 else draw.lognormal(3, 2) + 1)
    if column.dtype == "bool":
        return bool(draw.integers(2))
    if column.dtype == "date":
        return date(2026, 1, 1) + timedelta(days=int(draw.integers(300)))
    return datetime(2026, 1, 1) + timedelta(microseconds=int(draw.integers(10**15)))


def a_refresh(
    name: str, rows: int = 5, seed: int = 0
) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame]]:
    """The replaced tables and the history rows of one refresh, as ``Warehouse.publish`` takes them."""
    given = {key: table for key, table in TABLES.items() if table not in SUMMARIES}
    frames = {key: made_up(table, rows, seed) for key, table in given.items()}
    named = {key: frames.pop(key).with_columns(refresh_id=pl.lit(name)) for key in HISTORY if key in frames}
    named["refreshes"] = (
        named["refreshes"].head(1).with_columns(published_at=pl.lit(None, dtype=pl.Datetime("us")))
    )
    return frames, named
