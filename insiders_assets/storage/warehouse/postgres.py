"""Rows in and out of PostgreSQL by COPY, inside a transaction that someone else began."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.storage.warehouse.types import typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import sqlalchemy as sa

    from insiders_assets.contracts.table import Table

BATCH = 16_384
"""Rows encoded at a time: large enough to be fast, small enough to keep memory flat."""


def load(connection: sa.Connection, frames: Mapping[str, pl.DataFrame]) -> None:
    """Insert every frame into its table, from which what it replaces was deleted already."""
    cursor: Any = connection.connection.cursor()
    for name, frame in frames.items():
        columns = ", ".join(f'"{column}"' for column in frame.columns)
        cursor.copy_expert(
            f'COPY "{name}" ({columns}) FROM STDIN (FORMAT binary)', _Stream(_encoded(frame)), 1 << 18
        )
        # Until the server gets to it by itself it would plan with the sizes of the refresh before, or with none.
        cursor.execute(f'ANALYZE "{name}"')


def select(connection: sa.Connection, table: Table, query: str) -> pl.DataFrame:
    """All rows that a query over a table's columns finds, with the contract's types."""
    buffer = io.BytesIO()
    cursor: Any = connection.connection.cursor()
    # Every value but a missing one is quoted, which keeps "" and nothing apart.
    cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)", buffer)
    if not buffer.tell():
        return table.empty()
    buffer.seek(0)
    return typed(table, pl.read_csv(buffer, has_header=False, new_columns=table.names, infer_schema=False))


def _encoded(frame: pl.DataFrame) -> Iterator[bytes]:
    """The frame in PostgreSQL's binary COPY format, a batch at a time."""
    from pgpq import ArrowToPostgresBinaryEncoder

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    encoder = ArrowToPostgresBinaryEncoder(table.schema)
    yield encoder.write_header()
    for batch in table.to_batches(max_chunksize=BATCH):
        yield encoder.write_batch(batch)
    yield encoder.finish()


class _Stream:
    """Chunks of bytes as the file that psycopg2 reads from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._left = chunks, memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._left:  # an encoded chunk may be empty; an empty answer would end the COPY
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._left = memoryview(chunk)
        taken, self._left = self._left[:size], self._left[size:]
        return bytes(taken)
