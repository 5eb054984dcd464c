"""Assigning customers on Spark's workers: what is sent to them is where the model is, never a pickle of it.

A worker needs what the driver has: this package, and leave to read the home. It reads a model once per process.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from insiders_assets.storage.engines.arrow import Batches, batches_of

if TYPE_CHECKING:
    from insiders_assets.segmentation import SegmentationModel


def assigning(model: str) -> Callable[[Batches], Batches]:
    """Yield a function for ``mapInArrow``: batches of features in, what the model says of them out, row by row.

    Args:
        model: The folder of one version of the model, as workers reach it.
    """

    def assign(batches: Batches) -> Batches:
        import polars as pl

        for batch in batches:
            if batch.num_rows:
                yield from batches_of(_loaded(model).assign(pl.DataFrame(pl.from_arrow(batch))))

    return assign


@lru_cache(maxsize=1)
def _loaded(model: str) -> SegmentationModel:
    from insiders_assets.segmentation import SegmentationModel

    return SegmentationModel.load(model)
