"""What functions for ``mapInArrow`` have in common: batches out of polars in the form that Spark reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

Batches = Iterator["pa.RecordBatch"]


def batches_of(frame: pl.DataFrame) -> Batches:
    """Yield a frame as Arrow batches."""
    import polars as pl
    import pyarrow as pa

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    plain = [field.with_type(_plain(field.type)) for field in table.schema]
    yield from table.cast(pa.schema(plain)).to_batches()


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return texts with short offsets: what Spark takes a string for."""
    import pyarrow as pa

    return pa.string() if pa.types.is_large_string(kind) else kind
