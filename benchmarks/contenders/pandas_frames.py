"""The features in pandas, in whole columns and without a Python function per group."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from insiders_assets.features.customers import NEEDED

_WINDOW = 396


def features(lake: Path, out: Path) -> int:
    """All features, in memory."""
    bought = pd.read_parquet(lake / "clean_purchases.parquet", columns=list(NEEDED))
    back = pd.read_parquet(lake / "returns.parquet", columns=["customer_id", "quantity", "invoice_day"])
    last = max(bought["invoice_day"].max(), back["invoice_day"].max())
    bought, back = (frame[frame["invoice_day"] > last - _WINDOW] for frame in (bought, back))
    by_invoice = bought.groupby(["customer_id", "is_identified", "invoice_no"], sort=False)
    invoices = by_invoice.agg(
        units=("quantity", "sum"),
        lines=("quantity", "size"),
        products=("stock_code", "nunique"),
        revenue=("line_value", "sum"),
        first_day=("invoice_day", "min"),
        last_day=("invoice_day", "max"),
        country=("country", "max"),
    ).reset_index()
    table = (
        invoices.sort_values("last_day", kind="stable")
        .groupby(["customer_id", "is_identified"], sort=False)
        .agg(
            revenue=("revenue", "sum"),
            total_products=("units", "sum"),
            purchase_lines=("lines", "sum"),
            products=("products", "sum"),
            total_purchases=("units", "size"),
            first_day=("first_day", "min"),
            last_day=("last_day", "max"),
            country=("country", "last"),
        )
        .reset_index()
        .set_index("customer_id")
    )
    by_customer = bought.groupby("customer_id", sort=False)
    table["distinct_stock_code"] = by_customer["stock_code"].nunique()
    days = by_customer["invoice_day"].nunique().reindex(table.index)
    span = table["last_day"] - table["first_day"]
    table["recency"] = last - table["last_day"]
    table["tenure"] = last - table["first_day"]
    table["basket_size"] = table["total_products"] / table["total_purchases"]
    table["unique_basket_size"] = table["products"] / table["total_purchases"]
    table["avg_ticket"] = table["revenue"] / table["total_purchases"]
    table["avg_line_value"] = table["revenue"] / table["purchase_lines"]
    table["frequency"] = table["total_purchases"] / (span + 1)
    table["avg_recency_days"] = (span / (days - 1)).where(days > 1)
    table["returned"] = -back.groupby("customer_id")["quantity"].sum()
    table["returned"] = table["returned"].fillna(0).astype("int64")
    table.sort_index().reset_index().to_parquet(out)
    return len(table)


def ingest(exports: Path, out: Path) -> int:
    """Files one after the other, numbers and dates coerced."""
    parts = []
    for file in sorted(exports.glob("*.csv")):
        part = pd.read_csv(file, dtype=str, on_bad_lines="warn")
        part["Quantity"] = pd.to_numeric(part["Quantity"], errors="coerce")
        part["UnitPrice"] = pd.to_numeric(part["UnitPrice"], errors="coerce")
        part["InvoiceDate"] = pd.to_datetime(part["InvoiceDate"], format="%Y-%m-%d %H:%M:%S", errors="coerce")
        parts.append(part)
    table = pd.concat(parts)
    table.to_parquet(out)
    return len(table)
