"""Rows in and out in bulk, inside a transaction that someone else began."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

BATCH = 20_000
"""Rows turned into Python values at a time."""


def insert(connection: sa.Connection, table: Table, frame: pl.DataFrame) -> None:
    """Insert all rows of ``frame``, whose columns are the contract's, in its order."""
    if frame.is_empty():
        return
    if connection.dialect.name == "sqlite":
        _insert_sqlite(connection, table, frame)
    else:
        _copy_postgres(connection, table, frame)


def select(connection: sa.Connection, table: Table) -> pl.DataFrame:
    """All rows of a table, ordered by nothing, with the contract's types."""
    columns = ", ".join(f'"{name}"' for name in table.names)
    query = f'SELECT {columns} FROM "{table.name}"'  # noqa: S608 - names come from the contracts
    if connection.dialect.name == "sqlite":
        return _fetch_sqlite(connection, table, query)
    return _copy_out(connection, table, query)


def _as_text(table: Table) -> list[pl.Expr]:
    """Dates as SQLite keeps them: text in the ISO form, as SQLAlchemy reads and writes it."""
    return [
        pl.col(column.name).dt.to_string("%Y-%m-%d" if column.dtype == "date" else "%Y-%m-%d %H:%M:%S%.6f")
        for column in table.columns
        if column.dtype in ("date", "datetime")
    ]


def _insert_sqlite(connection: sa.Connection, table: Table, frame: pl.DataFrame) -> None:
    def rows() -> Iterator[tuple[Any, ...]]:
        # One list per column and a zip over them: a third of the time of rows(), and no million tuples at once.
        for batch in frame.with_columns(_as_text(table)).iter_slices(BATCH):
            yield from zip(*(column.to_list() for column in batch), strict=True)

    names = ", ".join(f'"{name}"' for name in frame.columns)
    marks = ", ".join("?" for _ in frame.columns)
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608
    cursor: Any = connection.connection.cursor()  # an iterator is all that the driver needs
    cursor.executemany(statement, rows())


def _fetch_sqlite(connection: sa.Connection, table: Table, query: str) -> pl.DataFrame:
    stored = {
        column.name: pl.String if column.dtype in ("date", "datetime") else table.polars_schema[column.name]
        for column in table.columns
    }
    stored |= {column.name: pl.Int8 for column in table.columns if column.dtype == "bool"}
    cursor = connection.connection.cursor()
    cursor.execute(query)
    batches = []
    while rows := cursor.fetchmany(BATCH):
        columns = zip(*rows, strict=True)
        batches.append(
            pl.DataFrame(
                [pl.Series(name, values, stored[name]) for name, values in zip(stored, columns, strict=True)]
            )
        )
    return _typed(table, pl.concat(batches, rechunk=True) if batches else pl.DataFrame(schema=stored))


def _copy_postgres(connection: sa.Connection, table: Table, frame: pl.DataFrame) -> None:
    names = ", ".join(f'"{name}"' for name in frame.columns)
    buffer = io.BytesIO()
    # An empty text is written "" and a missing value as nothing: COPY keeps them apart.
    frame.write_csv(buffer, include_header=False, datetime_format="%Y-%m-%d %H:%M:%S%.6f")
    buffer.seek(0)
    connection.connection.cursor().copy_expert(
        f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT csv)', buffer
    )


def _copy_out(connection: sa.Connection, table: Table, query: str) -> pl.DataFrame:
    buffer = io.BytesIO()
    connection.connection.cursor().copy_expert(
        f"COPY ({query}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)", buffer
    )
    if not buffer.tell():
        return table.empty()
    buffer.seek(0)
    text = pl.read_csv(
        buffer,
        has_header=False,
        new_columns=table.names,
        infer_schema=False,
    )
    return _typed(table, text)


def _typed(table: Table, found: pl.DataFrame) -> pl.DataFrame:
    """Give columns read as text or small integers the contract's types."""
    parsed = {
        "date": lambda column: column.str.to_date("%Y-%m-%d"),
        "datetime": lambda column: column.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us"),
        "bool": lambda column: column.is_in(["t", "1"]),
    }
    return found.with_columns(
        parsed[column.dtype](pl.col(column.name))
        for column in table.columns
        if column.dtype in parsed and found.schema[column.name] == pl.String
    ).cast(pl.Schema(table.polars_schema))
