"""The features in polars' own words, as somebody would write them who needs no other engine."""

from __future__ import annotations

from pathlib import Path

import polars as pl

_WINDOW = 396


def features(lake: Path, out: Path) -> int:
    """All features, streaming."""
    bought = pl.scan_parquet(lake / "clean_purchases.parquet")
    back = pl.scan_parquet(lake / "returns.parquet")
    newest = [frame.select(pl.col("invoice_day").max()).collect().item() for frame in (bought, back)]
    last = max(day for day in newest if day is not None)
    day = pl.col("invoice_day")
    bought, back = (frame.filter(day <= last, day > last - _WINDOW) for frame in (bought, back))
    invoices = bought.group_by("customer_id", "is_identified", "invoice_no").agg(
        units=pl.col("quantity").sum(),
        lines=pl.len(),
        products=pl.col("stock_code").n_unique(),
        revenue=pl.col("line_value").sum(),
        first_day=day.min(),
        last_day=day.max(),
        country=pl.col("country").max(),
    )
    totals = invoices.group_by("customer_id", "is_identified").agg(
        pl.col("units", "lines", "products", "revenue").sum(),
        pl.col("first_day").min(),
        pl.col("last_day").max(),
        total_purchases=pl.len().cast(pl.Int64),
        country=pl.col("country").max_by("last_day"),
    )
    distinct = bought.group_by("customer_id").agg(
        distinct_stock_code=pl.col("stock_code").n_unique(), days=day.n_unique()
    )
    returned = back.group_by("customer_id").agg(returned=-pl.col("quantity").sum())
    span = pl.col("last_day") - pl.col("first_day")
    orders = pl.col("total_purchases")
    table = (
        totals.join(distinct, on="customer_id")
        .join(returned, on="customer_id", how="left")
        .select(
            "customer_id",
            "is_identified",
            "revenue",
            recency=last - pl.col("last_day"),
            total_products="units",
            distinct_stock_code="distinct_stock_code",
            purchase_lines="lines",
            total_purchases=orders,
            basket_size=pl.col("units") / orders,
            unique_basket_size=pl.col("products") / orders,
            avg_ticket=pl.col("revenue") / orders,
            avg_line_value=pl.col("revenue") / pl.col("lines"),
            frequency=orders / (span + 1),
            avg_recency_days=pl.when(pl.col("days") > 1).then(span / (pl.col("days").cast(pl.Int64) - 1)),
            returned=pl.col("returned").fill_null(0),
            tenure=last - pl.col("first_day"),
            country="country",
        )
        .sort("customer_id")
        .collect(engine="streaming")
    )
    table.write_parquet(out)
    return table.height


_TYPES = {
    "InvoiceNo": pl.String, "StockCode": pl.String, "Description": pl.String, "Quantity": pl.Int64,
    "InvoiceDate": pl.Datetime, "UnitPrice": pl.Float64, "CustomerID": pl.String, "Country": pl.String,
}  # fmt: skip


def ingest(exports: Path, out: Path) -> int:
    """A typed scan of the CSV, straight to parquet: it pads, truncates or nulls what is wrong, and says nothing."""
    return _sunk(
        pl.scan_csv(exports / "*.csv", schema=_TYPES, ignore_errors=True, truncate_ragged_lines=True), out
    )


def ingest_dates_later(exports: Path, out: Path) -> int:
    """The same with dates read as text and converted after, which polars does faster."""
    types = {**_TYPES, "InvoiceDate": pl.String}
    scan = pl.scan_csv(exports / "*.csv", schema=types, ignore_errors=True, truncate_ragged_lines=True)
    dates = pl.col("InvoiceDate").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    return _sunk(scan.with_columns(dates), out)


def ingest_text(exports: Path, out: Path) -> int:
    """Everything as text, straight to parquet."""
    return _sunk(pl.scan_csv(exports / "*.csv", infer_schema=False, truncate_ragged_lines=True), out)


def _sunk(scan: pl.LazyFrame, out: Path) -> int:
    out.unlink(missing_ok=True)
    scan.sink_parquet(out)
    return int(pl.scan_parquet(out).select(pl.len()).collect().item())
