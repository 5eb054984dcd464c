"""What sets a cluster apart.

A trait is how far a cluster's mean is from the mean of all identified customers, in standard deviations of
the logarithm (every one of these features has a long tail).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from insiders_assets.language.message import Message, message, rounded

TRAITS = (
    "revenue", "total_purchases", "recency", "distinct_stock_code", "basket_size", "avg_line_value", "returned",
)  # fmt: skip
"""The features that a cluster can be known for."""

NOTICEABLE = 0.25
"""Standard deviations from which a trait is worth a word."""


def standardised(customers: pl.DataFrame) -> pl.DataFrame:
    """Per cluster, each trait's distance from all customers in standard deviations of its logarithm.

    Args:
        customers: Customers with features and ``cluster``; the identified ones are measured, or all if none is.

    Returns:
        ``cluster`` and one column per trait, sorted by cluster; clusters without identified customers
        have 0.
    """
    known = customers.filter("is_identified") if customers["is_identified"].any() else customers
    clusters = customers.select(pl.col("cluster").unique().sort())
    logs = known.select("cluster", *(pl.col(trait).cast(pl.Float64).log1p() for trait in TRAITS))
    means = logs.group_by("cluster", maintain_order=True).agg(pl.all().mean())
    shifted = []
    for trait in TRAITS:
        spread = logs[trait].std() or 0.0
        centre = logs[trait].mean() or 0.0
        shifted.append((pl.col(trait) - centre) / spread if spread else pl.lit(0.0).alias(trait))
    return clusters.join(means.with_columns(shifted), on="cluster", how="left").fill_null(0.0).sort("cluster")


def sets_apart(row: Mapping[str, float], most: int = 3) -> Message:
    """Return the strongest traits, such as ``orders +1.8, revenue +1.6``."""
    ranked = sorted(TRAITS, key=lambda trait: (-abs(round(row[trait], 6)), trait))
    traits = [
        message(f"trait.{trait}", deviations=rounded(row[trait], 1))
        for trait in ranked
        if abs(row[trait]) >= NOTICEABLE
    ]
    return message("traits", traits=traits[:most]) if traits else message("traits.none")
