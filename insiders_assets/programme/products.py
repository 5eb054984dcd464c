"""What a tier or a cluster buys: its best-selling products, and those it buys much more than others do.

The lift is a ratio of two shares of customers; its interval is that of the logarithm (D. Katz et al., *Obtaining
confidence intervals for the risk ratio in cohort studies*, 1978), half a customer added to each count so that a product
nobody else buys has one, too.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from insiders_assets.contracts.products import LEAST_BUYERS, PRODUCT_AFFINITY
from insiders_assets.days import day_number
from insiders_assets.descriptions import descriptions
from insiders_assets.money import in_currency, micros
from insiders_assets.shares import ROWS, of_share, shares_of

KEPT = 20
"""Products kept of each group, by revenue and by lift."""

NORMAL_95 = 1.959963984540054


def product_affinity(
    purchases: pl.LazyFrame, insiders: pl.DataFrame, as_of: date, window_days: int, *, rows: int = ROWS
) -> pl.DataFrame:
    """Return the products of every tier and cluster, as the contract ``PRODUCT_AFFINITY`` says.

    Args:
        purchases: ``clean_purchases``, lazy.
        insiders: ``insiders``.
        as_of: The last day that counts.
        window_days: Days looked back on.
        rows: Purchases whose customers are looked at together, so that no more than theirs are held.
    """
    last = day_number(as_of)
    lines = purchases.filter(
        pl.col("is_identified"), pl.col("invoice_day") <= last, pl.col("invoice_day") > last - window_days
    )
    known = insiders.filter("is_identified").select(
        "customer_id", "tier", cluster=pl.col("cluster").cast(pl.String)
    )
    shares = shares_of(lines, rows)
    bought = (
        pl.concat(_bought(of_share(lines, share, shares), known) for share in range(shares))
        .group_by("tier", "cluster", "stock_code")
        .agg(pl.col("customers", "repeat", "micros").sum())
    )
    everyone = bought.group_by("stock_code").agg(all_buyers=pl.col("customers").sum())
    parts = [_of_groups(bought, everyone, known, name) for name in ("tier", "cluster")]
    return (
        pl.concat(parts)
        .join(descriptions(lines), on="stock_code", how="left")
        .with_columns(pl.col("description").fill_null(""))
        .select(PRODUCT_AFFINITY.names)
        .cast(PRODUCT_AFFINITY.polars_schema)  # type: ignore[arg-type]
        .sort(PRODUCT_AFFINITY.key)
    )


def _bought(lines: pl.LazyFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return customers, those who bought again, and money, by product and by the customers' tier and cluster."""
    # Customers and invoices by number: telling short texts apart takes half as long again.
    order = pl.col("invoice_no").hash()
    numbered = known.with_row_index("customer").lazy()
    return (
        lines.join(numbered.select("customer_id", "customer"), on="customer_id")
        .group_by("customer", "stock_code")
        .agg(again=order.min() != order.max(), micros=micros("line_value").sum())
        .join(numbered, on="customer")
        .group_by("tier", "cluster", "stock_code")
        .agg(
            customers=pl.len().cast(pl.Int64),
            repeat=pl.col("again").sum().cast(pl.Int64),
            micros=pl.col("micros").sum(),
        )
        .collect(engine="streaming")
    )


def _of_groups(bought: pl.DataFrame, everyone: pl.DataFrame, known: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return the products of each group of one kind."""
    sizes = known.group_by(by).agg(size=pl.len().cast(pl.Int64))
    counted = (
        bought.group_by(by, "stock_code")
        .agg(pl.col("customers", "repeat", "micros").sum())
        .filter(pl.col("customers") >= LEAST_BUYERS)
        .join(sizes, on=by)
        .join(everyone, on="stock_code")
        .with_columns(
            others=pl.lit(known.height) - pl.col("size"), elsewhere=pl.col("all_buyers") - pl.col("customers")
        )
    )
    here = (pl.col("customers") + 0.5) / (pl.col("size") + 0.5)
    there = (pl.col("elsewhere") + 0.5) / (pl.col("others") + 0.5)
    error = (
        1 / (pl.col("customers") + 0.5)
        - 1 / (pl.col("size") + 0.5)
        + 1 / (pl.col("elsewhere") + 0.5)
        - 1 / (pl.col("others") + 0.5)
    ).sqrt()
    lift = here / there
    compared = counted.with_columns(
        grouped_by=pl.lit(by),
        group_name=pl.col(by),
        share_of_customers=pl.col("customers") / pl.col("size"),
        share_elsewhere=pl.when(pl.col("others") > 0)
        .then(pl.col("elsewhere") / pl.col("others"))
        .otherwise(0.0),
        lift=lift,
        lift_low=lift * (-NORMAL_95 * error).exp(),
        lift_high=lift * (NORMAL_95 * error).exp(),
        revenue=in_currency(pl.col("micros")),
        share_who_repeat=pl.col("repeat") / pl.col("customers"),
    )
    more = pl.when(pl.col("lift_low") > 1).then(pl.col("lift_low"))
    return (
        compared.sort("stock_code")
        .with_columns(place_by_revenue=_place(pl.col("micros"), by), place_by_lift=_place(more, by))
        .filter(pl.col("place_by_revenue").is_not_null() | pl.col("place_by_lift").is_not_null())
        .drop(by, "size", "all_buyers", "micros", "repeat", "others", "elsewhere")
    )


def _place(value: pl.Expr, by: str) -> pl.Expr:
    """Return the place of a value within its group, highest first; none behind the first :data:`KEPT`."""
    place = value.rank("ordinal", descending=True).over(by).cast(pl.Int32)
    return pl.when(place <= KEPT).then(place)
