"""What products are called: lines of one product may describe it in several ways."""

from __future__ import annotations

import polars as pl


def descriptions(lines: pl.LazyFrame) -> pl.DataFrame:
    """Return ``stock_code, description``: the most frequent one; of equally frequent ones the first of the alphabet.

    Args:
        lines: Purchases, lazy. A product that none of them describes is left out.
    """
    return (
        lines.drop_nulls("description")
        .group_by("stock_code", "description")
        .agg(pl.len())
        .sort(["len", "description"], descending=[True, False])
        .group_by("stock_code", maintain_order=True)
        .agg(pl.col("description").first())
        .collect(engine="streaming")
    )
