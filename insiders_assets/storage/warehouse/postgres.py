"""Rows in and out of PostgreSQL by COPY, inside a transaction that someone else began."""

from __future__ import annotations

import io
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.storage.warehouse.types import typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import sqlalchemy as sa

    from insiders_assets.contracts.table import Table

BATCH = 16_384
"""Rows encoded at a time: large enough to be fast, small enough to keep memory flat."""

WHOLE_FROM = 1.0
"""The share of changed rows from which on a table that is kept by part is written whole."""

AHEAD = 24
"""Batches encoded ahead: some 60 MB."""


_SUMMARISE = """
SELECT brin_summarize_new_values(indexes.oid)
FROM pg_class AS indexes JOIN pg_am AS methods ON methods.oid = indexes.relam
WHERE indexes.relname = %s AND methods.amname = 'brin' AND pg_has_role(indexes.relowner, 'USAGE')
  AND indexes.relnamespace = current_schema()::regnamespace
"""


def load(connection: sa.Connection, frames: Mapping[str, pl.DataFrame], clear: Callable[[], None]) -> None:
    """Insert every frame into its table.

    Args:
        connection: In a transaction that somebody else began and will end.
        frames: Rows, by table.
        clear: Deletes what they replace; called once, while they are being made ready.
    """
    cursor: Any = connection.connection.cursor()
    with ThreadPoolExecutor(1) as pool:
        stream = _Stream(_all_encoded(frames), pool)
        try:
            clear()
            for name, frame in frames.items():
                columns = ", ".join(f'"{column}"' for column in frame.columns)
                cursor.copy_expert(f'COPY "{name}" ({columns}) FROM STDIN (FORMAT binary)', stream, 1 << 18)
                # Until it gets to it by itself the server would plan with the sizes of the refresh before, or none.
                cursor.execute(f'ANALYZE "{name}"')
                # Blocks that a range index does not know yet are read whatever is looked for.
                cursor.execute(_SUMMARISE, (f"{name}_range",))
        finally:
            pool.shutdown(cancel_futures=True)


def select(connection: sa.Connection, table: Table, query: str) -> pl.DataFrame:
    """Return all rows that a query over a table's columns finds, with the contract's types."""
    buffer = io.BytesIO()
    cursor: Any = connection.connection.cursor()
    # Every value but a missing one is quoted, which keeps "" and nothing apart.
    cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)", buffer)
    if not buffer.tell():
        return table.empty()
    buffer.seek(0)
    return typed(table, pl.read_csv(buffer, has_header=False, new_columns=table.names, infer_schema=False))


def _all_encoded(frames: Mapping[str, pl.DataFrame]) -> Iterator[bytes | None]:
    """Yield every frame in turn, with None at its end."""
    for frame in frames.values():
        yield from _encoded(frame)
        yield None


def _encoded(frame: pl.DataFrame) -> Iterator[bytes]:
    """Yield the frame in PostgreSQL's binary COPY format, a batch at a time."""
    from pgpq import ArrowToPostgresBinaryEncoder

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    encoder = ArrowToPostgresBinaryEncoder(table.schema)
    yield encoder.write_header()
    for batch in table.to_batches(max_chunksize=BATCH):
        yield encoder.write_batch(batch)
    yield encoder.finish()


class _Stream:
    """Chunks of bytes as the files that psycopg2 reads from, one after the other.

    Some chunks are made ahead, by a thread: while the server deletes what they replace, and takes in the ones before.
    """

    def __init__(self, chunks: Iterator[bytes | None], pool: ThreadPoolExecutor) -> None:
        self._chunks, self._pool, self._left = chunks, pool, memoryview(b"")
        self._ahead = deque(pool.submit(next, chunks, None) for _ in range(AHEAD))

    def read(self, size: int) -> bytes:
        while not self._left:  # an encoded chunk may be empty; an empty answer would end the COPY
            chunk = self._ahead.popleft().result()
            self._ahead.append(self._pool.submit(next, self._chunks, None))
            if chunk is None:
                return b""
            self._left = memoryview(chunk)
        taken, self._left = self._left[:size], self._left[size:]
        return bytes(taken)
