"""Orders: what each invoice brought, which is all that most questions about purchases need.

There are a tenth to a thirtieth as many as lines, so that lines are grouped once and not for every question.
"""

from __future__ import annotations

import polars as pl

from insiders_assets.money import micros


def orders_of(purchases: pl.LazyFrame) -> pl.DataFrame:
    """Return what customers bought by invoice and day, on whatever day.

    Args:
        purchases: ``clean_purchases``, lazy.

    Returns:
        ``customer_id, is_identified, invoice_no, invoice_day, micros, lines``: the money in whole millionths, and how
        many lines it stands on. Rows are in no order.
    """
    return (
        purchases.group_by("customer_id", "is_identified", "invoice_no", "invoice_day")
        .agg(micros=micros("line_value").sum(), lines=pl.len().cast(pl.Int64))
        .collect(engine="streaming")
    )
