"""Conservation of rows: every row of every export is a transaction, in quarantine, or left out by a rule."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.places import readable

if TYPE_CHECKING:
    from insiders_assets.places import Place
    from insiders_assets.storage.transactions import TransactionStore

COUNTED_AT_A_TIME = 8


def unbalanced(store: TransactionStore) -> list[str]:
    """Return the exports whose rows are not all accounted for in what is on disk, counted afresh."""
    quarantined = dict(store.rejected().group_by("source_file").agg(pl.col("rows").sum()).iter_rows())
    exports = [export for _, export in store.manifest().exports()]
    parts = [part.path for export in exports for part in export.parts]
    with ThreadPoolExecutor(COUNTED_AT_A_TIME) as pool:  # each is a request where they lie on S3
        counted = dict(zip(parts, pool.map(lambda part: _rows(store.folder / part), parts), strict=True))
    return [
        export.name
        for export in exports
        if export.rows_read + export.rows_added
        != sum(counted[part.path] for part in export.parts)
        + quarantined.get(export.name, 0)
        + export.rows_excluded
    ]


def _rows(part: Place) -> int:
    return int(pl.scan_parquet(readable(part), glob=False).select(pl.len()).collect().item())
