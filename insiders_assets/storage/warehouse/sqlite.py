"""Rows in and out of SQLite in bulk, inside a transaction that someone else began.

A large table goes in through Arrow: slices of it are written into files of their own, several at a time, and SQLite
then takes those over page by page. That costs a third of an INSERT per row from Python, most of which is the making of
Python values.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import polars as pl

from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse.connection import PAGE_BYTES
from insiders_assets.storage.warehouse.schema import HISTORY, TABLES, metadata
from insiders_assets.storage.warehouse.types import typed
from insiders_assets.unfinished import working_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future

    import sqlalchemy as sa

    from insiders_assets.contracts.table import Table

BATCH = 20_000
"""Rows turned into Python values at a time."""

BULK = 50_000
"""From this many rows on a table goes in through Arrow."""

WHOLE_FROM = 0.3
"""The share of changed rows from which on a table that is kept by part is written whole: that goes page by page."""

SLICES = 8
"""Staging files; SQLite attaches at most ten."""


def load(connection: sa.Connection, frames: Mapping[str, pl.DataFrame], clear: Callable[[], None]) -> None:
    """Insert every frame into its table.

    Args:
        connection: In a transaction that somebody else began and will end.
        frames: Rows, by table.
        clear: Deletes what they replace; called once, while they are being made ready.
    """
    large = {name: _stored(TABLES[name], frame) for name, frame in frames.items() if frame.height >= BULK}
    with _staged(connection, large) as slices:
        clear()
        # An empty table without an index is filled by copying pages; the index is sorted once at the end.
        rebuilt = [
            index
            for name in large
            if name not in HISTORY and _is_empty(connection, name)
            for index in metadata().tables[name].indexes
        ]
        for index in rebuilt:
            index.drop(connection, checkfirst=True)
        for name, frame in frames.items():
            if name not in large:
                _insert(connection, name, _stored(TABLES[name], frame))
        for number, staged in enumerate(slices):
            connection.exec_driver_sql(f"ATTACH DATABASE ? AS slice{number}", (str(staged.result()),))
            for name in large:
                # No column list: it would turn the copying of pages off. The order of columns is the contract's.
                connection.exec_driver_sql(f'INSERT INTO main."{name}" SELECT * FROM slice{number}."{name}"')  # noqa: S608
        for index in rebuilt:
            index.create(connection, checkfirst=True)


def select(connection: sa.Connection, table: Table, query: str) -> pl.DataFrame:
    """Return all rows that a query over a table's columns finds, with the contract's types."""
    stored = {
        column.name: pl.String if column.dtype in ("date", "datetime") else table.polars_schema[column.name]
        for column in table.columns
    } | {column.name: pl.Int8 for column in table.columns if column.dtype == "bool"}
    cursor = connection.connection.cursor()
    cursor.execute(query)
    batches = []
    while rows := cursor.fetchmany(BATCH):
        columns = zip(*rows, strict=True)
        batches.append(
            pl.DataFrame(
                [
                    pl.Series(name, values, kind)
                    for (name, kind), values in zip(stored.items(), columns, strict=True)
                ]
            )
        )
    return typed(table, pl.concat(batches, rechunk=True) if batches else pl.DataFrame(schema=stored))


def _is_empty(connection: sa.Connection, name: str) -> bool:
    return connection.exec_driver_sql(f'SELECT 1 FROM "{name}" LIMIT 1').first() is None  # noqa: S608


def _stored(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame as SQLite keeps it: dates as ISO text, as SQLAlchemy reads and writes them."""
    forms = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S%.6f"}
    return frame.with_columns(
        pl.col(column.name).dt.to_string(forms[column.dtype])
        for column in table.columns
        if column.dtype in forms
    )


def _insert(connection: sa.Connection, name: str, frame: pl.DataFrame) -> None:
    def rows() -> Iterator[tuple[Any, ...]]:
        for batch in frame.iter_slices(BATCH):
            yield from zip(*(column.to_list() for column in batch), strict=True)

    names = ", ".join(f'"{column}"' for column in frame.columns)
    marks = ", ".join("?" for _ in frame.columns)
    cursor: Any = connection.connection.cursor()  # an iterator is all that the driver needs
    cursor.executemany(f'INSERT INTO "{name}" ({names}) VALUES ({marks})', rows())  # noqa: S608


@contextmanager
def _staged(connection: sa.Connection, frames: Mapping[str, pl.DataFrame]) -> Iterator[list[Future[Path]]]:
    """Write slices of the frames into SQLite files beside the warehouse, while the block goes on.

    Nothing but the Arrow driver opens those files until they are whole: two SQLite libraries of one process must never
    hold the same file open, for closing it in one drops the locks of the other.
    """
    if not frames:
        yield []
        return
    # Through a handle that only reads it is a URI; the database then refuses the first statement.
    name = str(connection.engine.url.database)
    database = Path(unquote(name.removeprefix("file:")) if name.startswith("file:") else name)
    definitions = [
        connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)
        ).scalar_one()
        for name in frames
    ]
    with (
        working_folder(database.parent, f".{database.name}.staging-") as folder,
        ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool,
    ):
        try:
            yield [
                pool.submit(
                    _write_slice,
                    folder / f"{number}.db",
                    definitions,
                    {name: _slice(frame, number) for name, frame in frames.items()},
                )
                for number in range(SLICES)
            ]
        finally:
            pool.shutdown(cancel_futures=True)


def _slice(frame: pl.DataFrame, number: int) -> pl.DataFrame:
    size = -(-frame.height // SLICES)
    return frame.slice(number * size, size)


def _write_slice(file: Path, definitions: list[str], frames: Mapping[str, pl.DataFrame]) -> Path:
    import adbc_driver_sqlite.dbapi as adbc

    try:
        with adbc.connect(str(file), autocommit=True) as database, database.cursor() as cursor:
            for pragma in (
                f"page_size = {PAGE_BYTES}",
                "journal_mode = OFF",
                "synchronous = OFF",
                "locking_mode = EXCLUSIVE",
            ):
                cursor.execute(f"PRAGMA {pragma}")
                cursor.fetchall()
            for definition in definitions:
                cursor.execute(definition)
            cursor.execute("BEGIN")
            for name, frame in frames.items():
                cursor.adbc_ingest(name, frame.to_arrow(), mode="append")
            cursor.execute("COMMIT")
    except adbc.Error as error:
        raise InsidersError(
            f"the warehouse's staging file cannot be written ({error})",
            where=str(file),
            hint="make room on the disk",
        ) from None
    return file
