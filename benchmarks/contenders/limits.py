"""What no tool can go below on this machine: reading what the others must read, and nothing more."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from insiders_assets.features.customers import NEEDED


def features(lake: Path, out: Path) -> int:  # noqa: ARG001
    """Decode the columns that features need, batch by batch, and drop them."""
    rows = 0

    def dropped(batch: pl.DataFrame) -> None:
        nonlocal rows
        rows += batch.height

    pl.scan_parquet(lake / "clean_purchases.parquet").select(NEEDED).sink_batches(dropped)
    back = pl.scan_parquet(lake / "returns.parquet").select("customer_id", "quantity", "invoice_day")
    back.sink_batches(dropped)
    return rows


def ingest(exports: Path, out: Path) -> int:  # noqa: ARG001
    """Parse the CSV as text, and drop it."""
    rows = 0

    def dropped(batch: pl.DataFrame) -> None:
        nonlocal rows
        rows += batch.height

    pl.scan_csv(exports / "*.csv", infer_schema=False, truncate_ragged_lines=True).sink_batches(dropped)
    return rows
