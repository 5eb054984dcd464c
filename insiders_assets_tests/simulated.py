"""Reads exports of the shop's own form for tests, with the faulty rows left out, and measures their shape."""

from __future__ import annotations

from pathlib import Path

import polars as pl

NO_PRODUCT = "^[A-Za-z]+$"


def read(folder: Path) -> pl.DataFrame:
    """The honest rows of every export in ``folder``, in order, with the file they are in."""
    text = pl.concat(
        pl.read_csv(file, infer_schema=False, truncate_ragged_lines=True).with_columns(file=pl.lit(file.name))
        for file in sorted(folder.glob("*.csv"))
    )
    return text.select(
        "file",
        invoice="InvoiceNo",
        code="StockCode",
        name="Description",
        quantity=pl.col("Quantity").cast(pl.Int64, strict=False),
        date=pl.col("InvoiceDate").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False),
        price=pl.col("UnitPrice").cast(pl.Float64, strict=False),
        customer="CustomerID",
        country="Country",
    ).drop_nulls(["invoice", "code", "quantity", "date", "price"])


def sold(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of products at a price, by customers of known countries, as the default cleaning keeps them."""
    return rows.filter(
        pl.col("price") > 0.04,
        ~pl.col("code").str.contains(NO_PRODUCT),
        ~pl.col("country").is_in(["Unspecified", "European Community"]),
    )


def customers(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per customer with a purchase, highest revenue first; an anonymous invoice is a customer."""
    kept = sold(rows)
    purchases = kept.filter(pl.col("quantity") >= 0)
    returned = (
        kept.filter(pl.col("quantity") < 0).group_by("customer").agg(returned=-pl.col("quantity").sum())
    )
    newest = purchases["date"].max()
    return (
        purchases.group_by(
            identified=pl.col("customer").is_not_null(), who=pl.coalesce("customer", "invoice")
        )
        .agg(
            revenue=(pl.col("quantity") * pl.col("price")).sum(),
            invoices=pl.col("invoice").n_unique(),
            lines=pl.len(),
            products=pl.col("code").n_unique(),
            units=pl.col("quantity").sum(),
            recency=(pl.lit(newest) - pl.col("date").max()).dt.total_days(),
        )
        .with_columns(basket=pl.col("units") / pl.col("invoices"))
        .join(returned, left_on="who", right_on="customer", how="left")
        .with_columns(pl.col("returned").fill_null(0))
        .sort("revenue", "who", descending=True)
    )


def concentration(revenue: pl.Series) -> tuple[float, float]:
    """The Gini coefficient of ``revenue``, and the share of it that its top tenth holds."""
    ascending = revenue.sort()
    count = len(ascending)
    rank = pl.Series(range(1, count + 1))
    gini = float(((2 * rank - count - 1) * ascending).sum() / (count * ascending.sum()))
    return gini, float(ascending.tail(count // 10).sum() / ascending.sum())
