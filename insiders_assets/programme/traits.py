"""What sets a cluster apart.

A trait is how far a cluster's mean lies from the mean of all identified customers, in standard deviations of
the logarithm (every one of these features has a long tail).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Trait:
    """One thing a cluster can be known for.

    Attributes:
        feature: The feature it is measured by.
        label: The feature in plain words.
    """

    feature: str
    label: str


TRAITS = (
    Trait("revenue", "revenue"),
    Trait("total_purchases", "orders"),
    Trait("recency", "days since the last purchase"),
    Trait("distinct_stock_code", "different products"),
    Trait("basket_size", "units per order"),
    Trait("avg_line_value", "value per line"),
    Trait("returned", "units returned"),
)

NOTICEABLE = 0.25
"""Standard deviations from which a trait is worth a word."""


def standardised(customers: pl.DataFrame) -> pl.DataFrame:
    """Per cluster, each trait's distance from all customers in standard deviations of its logarithm.

    Args:
        customers: Customers with features and ``cluster``; the identified ones are measured, or all if none is.

    Returns:
        ``cluster`` and one column per trait's feature, sorted by cluster; clusters without identified customers
        have 0.
    """
    known = customers.filter("is_identified") if customers["is_identified"].any() else customers
    clusters = customers.select(pl.col("cluster").unique().sort())
    logs = known.select("cluster", *(pl.col(trait.feature).cast(pl.Float64).log1p() for trait in TRAITS))
    means = logs.group_by("cluster", maintain_order=True).agg(pl.all().mean())
    shifted = []
    for trait in TRAITS:
        spread = logs[trait.feature].std() or 0.0
        centre = logs[trait.feature].mean() or 0.0
        shifted.append(
            (pl.col(trait.feature) - centre) / spread if spread else pl.lit(0.0).alias(trait.feature)
        )
    return clusters.join(means.with_columns(shifted), on="cluster", how="left").fill_null(0.0).sort("cluster")


def sets_apart(row: Mapping[str, float], most: int = 3) -> str:
    """The strongest traits in words, such as ``orders +1.8, revenue +1.6``."""
    ranked = sorted(TRAITS, key=lambda trait: (-abs(round(row[trait.feature], 6)), trait.feature))
    told = [
        f"{trait.label} {row[trait.feature]:+.1f}"
        for trait in ranked
        if abs(row[trait.feature]) >= NOTICEABLE
    ]
    return ", ".join(told[:most]) or "close to all customers in everything measured"
