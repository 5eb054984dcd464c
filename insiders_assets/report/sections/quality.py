"""Data quality: where every row went, and why rows were set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.report.inputs import ReportInputs

REASONS = 20
"""Reasons listed at most, most frequent first."""


def rejected_by_reason(rejected: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows set aside by reason, most first, each with one place to look at."""
    place = pl.struct("source_file", "source_line", "value").sort_by("source_file", "source_line").first()
    return (
        rejected.group_by("reason", "column")
        .agg(pl.col("rows").sum(), pl.col("source_file").n_unique().alias("files"), place.alias("example"))
        .sort(["rows", "reason", "column"], descending=[True, False, False])
        .head(REASONS)
        .to_dicts()
    )


def row_flow(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Where the rows read went, as shares of them."""
    rows, words = inputs.rows, inputs.words
    read = max(rows["read"], 1)
    cleaned = rows["transactions"] - rows["purchases"] - rows["returns"]
    parts = (
        (words.text("Purchases"), rows["purchases"]),
        (words.text("Returns"), rows["returns"]),
        (words.text("Dropped by cleaning rules"), cleaned),
        (words.text("Set aside"), rows["quarantined"]),
    )
    return [{"label": label, "rows": count, "share": count / read} for label, count in parts]
