"""What sets a cluster apart, and the name that is made from it.

A trait is how far a cluster's mean lies from the mean of all identified customers, in standard deviations of
the logarithm (every one of these features has a long tail). A name leads with the cluster's strongest trait
that no better cluster leads with, so that names differ; a name that a cluster already has is kept for as long
as it is still true.
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
        high: What a cluster far above the mean is called.
        low: What a cluster far below the mean is called.
        family: Traits of a family say nearly the same; a name takes one of each.
    """

    feature: str
    label: str
    high: str
    low: str
    family: str


TRAITS = (
    Trait("revenue", "revenue", "high revenue", "low revenue", "spending"),
    Trait("total_purchases", "orders", "frequent buyers", "occasional buyers", "rhythm"),
    Trait("recency", "days since the last purchase", "lapsed buyers", "recent buyers", "rhythm"),
    Trait("distinct_stock_code", "different products", "wide product variety", "low product variety", "variety"),
    Trait("basket_size", "units per order", "large baskets", "small baskets", "basket"),
    Trait("avg_line_value", "value per line", "high-value lines", "low-value lines", "price"),
    Trait("returned", "units returned", "many returns", "few returns", "returns"),
)  # fmt: skip

BEST = "highest revenue"
"""What the cluster with the highest mean revenue leads with."""

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


def name_clusters(
    distances: pl.DataFrame, order: list[int], names_before: Mapping[int, str] | None = None
) -> dict[int, str]:
    """A unique name for every cluster.

    Args:
        distances: As :func:`standardised` returns it.
        order: Clusters, highest mean revenue first.
        names_before: The names that clusters already have; one that still holds is kept.
    """
    rows = {row["cluster"]: row for row in distances.to_dicts()}
    if len(order) == 1:
        return {order[0]: "All customers"}
    names: dict[int, str] = {}
    led: set[str] = set()
    for place, cluster in enumerate(order):
        before = (names_before or {}).get(cluster, "")
        if before and before not in names.values() and _holds(before, rows[cluster], best=place == 0):
            names[cluster] = before
            led.add(before.split(", ")[0].casefold())
    for place, cluster in enumerate(order):
        if cluster not in names:
            name, lead = _name(rows[cluster], led, best=place == 0)
            led.add(lead)
            names[cluster] = name if name not in names.values() else f"{name} ({cluster})"
    return names


def _words(row: Mapping[str, float]) -> list[tuple[str, str]]:
    """What the cluster is known for with each word's family, strongest first."""
    ranked = sorted(TRAITS, key=lambda trait: (-abs(round(row[trait.feature], 6)), trait.feature))
    return [
        (trait.high if row[trait.feature] > 0 else trait.low, trait.family)
        for trait in ranked
        if abs(row[trait.feature]) >= NOTICEABLE
    ]


def _name(row: Mapping[str, float], led: set[str], *, best: bool) -> tuple[str, str]:
    words = _words(row)
    free = [word for word in words if word[0] not in led] or words
    lead = (BEST, "spending") if best else free[0] if free else ("average customers", "")
    second = [word for word, family in words if family != lead[1]][:1]
    name = ", ".join([lead[0], *second])
    return name[0].upper() + name[1:], lead[0]


def _holds(name: str, row: Mapping[str, float], *, best: bool) -> bool:
    """Whether every word of a name is still true of the cluster, if only half as much as a new word must be."""
    true = {trait.high if row[trait.feature] > 0 else trait.low for trait in TRAITS
            if abs(row[trait.feature]) >= NOTICEABLE / 2}  # fmt: skip
    words = {word.casefold() for word in name.split(", ")}
    if (BEST in words) is not best:
        return False
    return words - {BEST} <= true
