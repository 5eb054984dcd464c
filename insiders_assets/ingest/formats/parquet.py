"""Parquet files as blocks of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.formats.cells import as_text, text_block
from insiders_assets.ingest.model import too_long
from insiders_assets.ingest.refusal import RefusedExportError

if TYPE_CHECKING:
    from insiders_assets.ingest.model import Block

BATCH = 100_000
"""Rows read at a time."""


class ParquetExport:
    """A parquet file. Its values are read as text like those of any other export, so that the same rules hold for them.

    Args:
        source: The file.
        most: Rows that it may have.
    """

    def __init__(self, source: Path | BinaryIO, most: int) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            self._file = pq.ParquetFile(source)
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
        """Its rows, the first on line 2; see :class:`insiders_assets.ingest.model.Export`."""
        import pyarrow as pa

        line = 2
        try:
            for batch in self._file.iter_batches(BATCH):
                columns = [
                    as_text(pl.Series(str(at), pl.from_arrow(column)))
                    for at, column in enumerate(batch.columns)
                ]
                lines = pl.Series(range(line, line + batch.num_rows), dtype=pl.Int64)
                line += batch.num_rows
                yield text_block(pl.DataFrame(columns), lines, positions)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(error) from None


def _damaged(error: Exception) -> ExportError:
    return RefusedExportError("export.parquet", str(error).splitlines()[0])
