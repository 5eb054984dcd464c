"""What a group of customers is like: counts, shares and means, the same for clusters and tiers.

Coverage, shares and means count identified customers, who alone can be members; the shares that count everybody
stand beside them as ``…_of_all``.
"""

from __future__ import annotations

import polars as pl

from insiders_assets.contracts.programme import PROFILED
from insiders_assets.money import MICRO, in_currency, micros


def gather(features: pl.DataFrame, assignments: pl.DataFrame) -> pl.DataFrame:
    """Return one row per customer with features and assignment, sorted by ``customer_id``."""
    return features.join(assignments, on="customer_id", how="inner", validate="1:1").sort("customer_id")


def total(customers: pl.DataFrame, column: str = "revenue") -> float:
    """Return the exact sum of an amount; 0 for nobody."""
    return int(customers.select(micros(column).sum()).item() or 0) / MICRO


def share(part: float, whole: float) -> float:
    """``part / whole`` between 0 and 1; 0 where there is nothing to share."""
    return min(max(part / whole, 0.0), 1.0) if whole else 0.0


def describe(customers: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return one row per value of ``key`` with every figure that the contracts of tiers and clusters share.

    Args:
        customers: Customers with features, ``is_identified`` and ``key``, sorted by id.
        key: The column that names the group.

    Returns:
        ``key``, ``customers``, ``identified_customers``, shares, ``revenue``, ``mean_*`` and ``median_*``; in
        order of first appearance.
    """
    known = pl.col("is_identified")
    everyone = max(customers.height, 1)
    identified = max(int(customers["is_identified"].sum()), 1)
    all_micros = int(customers.select(micros().sum()).item() or 0)
    known_micros = int(customers.filter("is_identified").select(micros().sum()).item() or 0)

    def mean(name: str) -> pl.Expr:
        return in_currency(micros(name).filter(known).sum()) / known.sum()

    def of(part: pl.Expr, whole: int) -> pl.Expr:
        return part / whole if whole else pl.lit(0.0)

    return (
        customers.group_by(key, maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("customers"),
            known.sum().cast(pl.Int64).alias("identified_customers"),
            of(known.sum(), identified).alias("share_of_customers"),
            in_currency(micros().filter(known).sum()).alias("revenue"),
            of(micros().filter(known).sum(), known_micros).alias("share_of_revenue"),
            of(pl.len(), everyone).alias("share_of_customers_of_all"),
            of(micros().sum(), all_micros).alias("share_of_revenue_of_all"),
            *(mean(name).alias(f"mean_{name}") for name in PROFILED),
            *(pl.col(name).filter(known).median().alias(f"median_{name}") for name in PROFILED),
        )
        .with_columns(pl.col("^(mean|median)_.*$").fill_nan(None))
    )
