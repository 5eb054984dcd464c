"""Assigning customers on Spark's workers: what is sent to them is where the model lies, never a pickle of it.

A worker needs what the driver has: this package, and leave to read the home. It reads a model once per process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from insiders_assets.segmentation import SegmentationModel

Batches = Iterator["pa.RecordBatch"]


def assigning(model: str) -> Callable[[Batches], Batches]:
    """A function for ``mapInArrow``: batches of features in, what the model says of them out, row by row.

    Args:
        model: The folder of one version of the model, as workers reach it.
    """

    def assign(batches: Batches) -> Batches:
        import polars as pl
        import pyarrow as pa

        for batch in batches:
            if batch.num_rows:
                said = _loaded(model).assign(pl.DataFrame(pl.from_arrow(batch)))
                table = said.to_arrow(compat_level=pl.CompatLevel.oldest())
                plain = [field.with_type(_plain(field.type)) for field in table.schema]
                yield from table.cast(pa.schema(plain)).to_batches()

    return assign


def _plain(kind: pa.DataType) -> pa.DataType:
    """Texts with short offsets: what Spark takes a string for."""
    import pyarrow as pa

    return pa.string() if pa.types.is_large_string(kind) else kind


@lru_cache(maxsize=1)
def _loaded(model: str) -> SegmentationModel:
    from insiders_assets.segmentation import SegmentationModel

    return SegmentationModel.load(model)
