"""The holdout: eligible customers who are not invited, so that what the programme brings can be measured.

Groups are drawn once per customer, when they first become eligible, and never change while the holdout is on: a
customer invited once can no longer show what happens without an invitation. The draw is stratified by cluster
and by revenue within the cluster (systematic sampling from a seeded order), so that both groups are alike from
the start.
"""

from __future__ import annotations

import hashlib
from datetime import date

import polars as pl

from insiders_assets.contracts.customers import EXPERIMENT_GROUPS
from insiders_assets.programme.config import ProgrammeRules

INVITED, HOLDOUT = EXPERIMENT_GROUPS

BANDS = 3
"""Bands of revenue within a cluster."""


def with_groups(customers: pl.DataFrame, rules: ProgrammeRules, as_of: date) -> pl.DataFrame:
    """Add ``experiment_group`` and ``experiment_since``.

    Both are empty for who was never eligible, and for everybody while nobody is held out.

    Args:
        customers: Customers with ``tier``, ``is_eligible``, ``cluster``, ``revenue``, ``group_before`` and
            ``group_since_before``, sorted by id.
        rules: The share held out, and the seed.
        as_of: The day of the refresh.
    """
    if rules.holdout_share == 0:
        return customers.with_columns(
            experiment_group=pl.lit(None, pl.String), experiment_since=pl.lit(None, pl.Date)
        )
    new = customers.filter(
        pl.col("is_eligible"), pl.col("tier") == "insider", pl.col("group_before").is_null()
    )
    drawn = draw(new, rules.holdout_share, rules.seed)
    return (
        customers.join(drawn, on="customer_id", how="left", maintain_order="left")
        .with_columns(
            experiment_group=pl.coalesce("group_before", "drawn"),
            experiment_since=pl.when(pl.col("group_before").is_not_null())
            .then("group_since_before")
            .when(pl.col("drawn").is_not_null())
            .then(pl.lit(as_of)),
        )
        .drop("drawn")
    )


def draw(eligible: pl.DataFrame, holdout_share: float, seed: int) -> pl.DataFrame:
    """Draw the holdout among ``eligible``.

    Args:
        eligible: ``customer_id, cluster, revenue``.
        holdout_share: The share to hold out.
        seed: Another seed is another draw.

    Returns:
        ``customer_id, drawn``: ``invited`` or ``holdout``. Every stratum's share is met to within one customer.
    """
    ranked = eligible.sort("cluster", "revenue", "customer_id")
    ordered = ranked.select(
        "customer_id",
        "cluster",
        band=pl.int_range(pl.len()).over("cluster") * BANDS // pl.len().over("cluster"),
        lot=pl.Series([_lot(name, seed) for name in ranked["customer_id"]], dtype=pl.String),
    ).sort("cluster", "band", "lot", "customer_id")
    # A customer is taken where the running number of customers owed passes a whole number.
    number = pl.int_range(pl.len(), dtype=pl.Int64)
    owed = (number + 1) * holdout_share + 0.5
    taken = owed.floor() > (number * holdout_share + 0.5).floor()
    return ordered.select(
        "customer_id", drawn=pl.when(taken).then(pl.lit(HOLDOUT)).otherwise(pl.lit(INVITED))
    )


def _lot(customer_id: str, seed: int) -> str:
    return hashlib.blake2b(f"{seed}:{customer_id}".encode(), digest_size=8).hexdigest()
