"""Small tables made by hand for tests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl

from insiders_assets.contracts.transactions import RAW_TRANSACTIONS


def transactions(*rows: dict[str, Any]) -> pl.DataFrame:
    """``raw_transactions`` with the given values; whatever a row does not say is an ordinary purchase."""
    ordinary = {
        "invoice_no": "536365",
        "stock_code": "85123A",
        "description": "WHITE CANDLE",
        "quantity": 6,
        "invoice_date": datetime(2026, 1, 5, 9, 30),
        "unit_price": 2.5,
        "customer_id": "17850",
        "country": "United Kingdom",
        "source_file": "2026-01.csv",
    }
    full = []
    for line, row in enumerate(rows, start=2):
        values = ordinary | {"source_line": line} | row
        values["invoice_day"] = (values["invoice_date"].date() - date(1970, 1, 1)).days
        full.append(values)
    return RAW_TRANSACTIONS.validate(
        pl.DataFrame(full, schema=RAW_TRANSACTIONS.polars_schema, orient="row")
        if full
        else RAW_TRANSACTIONS.empty()
    )
