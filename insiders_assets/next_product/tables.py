"""The tables of next products: of each customer and of each cluster, if a trial has shown that they are worth it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.next_product import CLUSTER_NEXT_PRODUCTS, NEXT_PRODUCT_VERDICT, NEXT_PRODUCTS
from insiders_assets.days import day_number
from insiders_assets.descriptions import descriptions
from insiders_assets.language.message import Message, message, percent, rounded
from insiders_assets.language.writer import columns
from insiders_assets.next_product.bought import Bought, bought_by, first_places
from insiders_assets.next_product.choice import by_rhythm
from insiders_assets.next_product.trial import verdict

if TYPE_CHECKING:
    from datetime import date

Tables = dict[str, pl.DataFrame]


def next_product_tables(
    purchases: pl.LazyFrame,
    insiders: pl.DataFrame,
    study: pl.DataFrame | None,
    *,
    as_of: date,
    window_days: int,
) -> Tables:
    """Return ``next_products``, ``cluster_next_products`` and ``next_product_verdict`` of a refresh.

    Args:
        purchases: ``clean_purchases``, lazy.
        insiders: ``insiders``: whom they are for, and who is in which cluster.
        study: ``next_product_study``; None where nobody has made one.
        as_of: The last day that counts.
        window_days: Days looked back on.
    """
    is_shown, reason = verdict(study)
    verdicts = pl.DataFrame(
        [{"is_shown": is_shown} | columns("reason", reason)], schema=NEXT_PRODUCT_VERDICT.polars_schema
    )
    if not is_shown:
        return {
            NEXT_PRODUCTS.name: NEXT_PRODUCTS.empty(),
            CLUSTER_NEXT_PRODUCTS.name: CLUSTER_NEXT_PRODUCTS.empty(),
            NEXT_PRODUCT_VERDICT.name: verdicts,
        }
    bought = bought_by(purchases, day_number(as_of), window_days)
    known = insiders.filter("is_identified").select("customer_id", "cluster")
    chosen = by_rhythm(bought).join(known, on="customer_id", maintain_order="left")
    named = descriptions(purchases)
    return {
        NEXT_PRODUCTS.name: _of_customers(chosen, bought, named),
        CLUSTER_NEXT_PRODUCTS.name: _of_clusters(chosen, known, named),
        NEXT_PRODUCT_VERDICT.name: verdicts,
    }


def _of_customers(chosen: pl.DataFrame, bought: Bought, named: pl.DataFrame) -> pl.DataFrame:
    rows = (
        chosen.join(bought.pairs, on=["customer_id", "stock_code"], how="left", maintain_order="left")
        .join(bought.products, on="stock_code", how="left", maintain_order="left")
        .join(named, on="stock_code", how="left", maintain_order="left")
        .join(
            named.rename({"stock_code": "other", "description": "called"}),
            on="other",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            pl.col("description").fill_null(""),
            other=pl.coalesce("called", "other"),
            every=((pl.col("last") - pl.col("first")) / (pl.col("days") - 1))
            .round(0)
            .cast(pl.Int64, strict=False),
            silent=bought.day - pl.col("last"),
            share=(pl.col("again") / pl.col("buyers")).round(3),
            support=pl.col("support").round(4),
            lift=pl.col("lift").round(2),
        )
    )
    parts = ["days", "every", "silent", "share", "other", "lift"]
    reasons = rows.select(parts).unique(maintain_order=True)
    sentences = pl.DataFrame(
        [columns("reason", _reason(row)) for row in reasons.to_dicts()],
        schema=dict.fromkeys(("reason", "reason_code", "reason_args"), pl.String),
    )
    reasons = pl.concat([reasons, sentences], how="horizontal")
    return (
        rows.join(reasons, on=parts, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            every_days=pl.when(pl.col("days") > 1).then(pl.col("every")),
            days_bought=pl.col("days").fill_null(0),
        )
        .select(NEXT_PRODUCTS.names)
        .cast(NEXT_PRODUCTS.polars_schema)  # type: ignore[arg-type]
        .sort(NEXT_PRODUCTS.key)
    )


def _reason(row: dict[str, Any]) -> Message:
    """Return why a product is named."""
    if row["days"] is None:
        return message("next.together", product=row["other"], lift=rounded(row["lift"], 1))
    if row["days"] == 1:
        return message("next.once", days=row["silent"], share=percent(row["share"], 0))
    return message("next.again", days=row["every"], silent=row["silent"])


def _of_clusters(chosen: pl.DataFrame, known: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Return the products that most customers of a cluster are named."""
    sizes = known.group_by("cluster").agg(size=pl.len())
    counted = chosen.group_by("cluster", "stock_code").agg(customers=pl.len().cast(pl.Int64))
    return (
        first_places(counted, "customers", "cluster")
        .join(sizes, on="cluster")
        .join(named, on="stock_code", how="left")
        .with_columns(
            pl.col("description").fill_null(""), share_of_customers=pl.col("customers") / pl.col("size")
        )
        .select(CLUSTER_NEXT_PRODUCTS.names)
        .cast(CLUSTER_NEXT_PRODUCTS.polars_schema)  # type: ignore[arg-type]
        .sort(CLUSTER_NEXT_PRODUCTS.key)
    )
