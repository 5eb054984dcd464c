"""Parquet files as blocks of rows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.formats.archives import LARGEST_RATIO, largest
from insiders_assets.ingest.formats.cells import as_text, text_block
from insiders_assets.ingest.model import too_long
from insiders_assets.ingest.refusal import RefusedExportError

if TYPE_CHECKING:
    import pyarrow as pa

    from insiders_assets.ingest.model import Block

BATCH, BATCH_BYTES = 100_000, 64 << 20
"""Rows read at a time, and the bytes after which they are enough."""


class ParquetExport:
    """A parquet file. Its values are read as text like those of any other export, so that the same rules hold for them.

    Args:
        source: The file.
        most: Rows that it may have.
    """

    def __init__(self, source: Path | BinaryIO, most: int) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._left = largest(_size(source))
        try:
            plain = pq.ParquetFile(source)
            # A value that stands in many rows is written once: read so, they can be measured before they are unpacked.
            texts = [field.name for field in plain.schema_arrow if _is_text(field.type)]
            self._file = pq.ParquetFile(source, read_dictionary=texts)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(error) from None
        if self._file.metadata.num_rows > most:
            raise too_long(most)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(self._file.schema_arrow.names)

    @property
    def form(self) -> dict[str, Any]:
        """That it is parquet."""
        return {"kind": "parquet", "header_line": 1}

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """Yield its rows, the first on line 2; see :class:`insiders_assets.ingest.model.Export`."""
        import pyarrow as pa

        line, left = 2, self._left
        try:
            for batch in self._file.iter_batches(BATCH):
                size = sum(map(_unpacked_size, batch.columns))
                left -= size
                if left < 0:
                    raise RefusedExportError("export.bomb", times=LARGEST_RATIO)
                rows = max(batch.num_rows * BATCH_BYTES // max(size, BATCH_BYTES), 1)
                for at in range(0, batch.num_rows, rows):
                    part = batch.slice(at, rows)
                    lines = pl.Series(range(line, line + part.num_rows), dtype=pl.Int64)
                    line += part.num_rows
                    yield text_block(_as_texts(part), lines, positions)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(error) from None


def _as_texts(batch: pa.RecordBatch) -> pl.DataFrame:
    import pyarrow as pa

    columns = [
        column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column
        for column in batch.columns
    ]
    return pl.DataFrame(
        [as_text(pl.Series(str(at), pl.from_arrow(column))) for at, column in enumerate(columns)]
    )


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow.types as kinds

    return any(is_kind(kind) for is_kind in (kinds.is_string, kinds.is_large_string, kinds.is_binary))


def _unpacked_size(column: pa.Array) -> int:
    """Return bytes of a column once each value stands in its row."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not isinstance(column, pa.DictionaryArray) or not _is_text(column.dictionary.type):
        return int(column.nbytes)
    lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
    return int(pc.sum(lengths).as_py() or 0)


def _size(source: Path | BinaryIO) -> int:
    if isinstance(source, Path):
        return source.stat().st_size
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    return size


def _damaged(error: Exception) -> ExportError:
    return RefusedExportError("export.parquet", str(error).splitlines()[0])
