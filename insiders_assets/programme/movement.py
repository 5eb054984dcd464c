"""Movement: who entered, who left, who changed tier since the refresh before, and why.

Nothing is ever overwritten: the changes of all refreshes together tell every list there has been
(:func:`members_after`).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.programme import MEMBERSHIP_CHANGES, TIER_MIGRATION

NOT_SEEN = "not_seen"


def compare(
    insiders: pl.DataFrame,
    memory: pl.DataFrame,
    *,
    cluster_tiers_before: dict[int, str] | None,
    same_model: bool,
    same_selection: bool,
) -> pl.DataFrame:
    """Every identified customer of either refresh, before and after, with the cause of a change.

    The cause of a change of tier is said in this order: the customer was not seen before, or is no longer; a
    suppression rule decides membership; a new model put them in another cluster; under the policy of before
    they would stand elsewhere; else behaviour, their own or that of the customers who moved the border.

    Args:
        insiders: The list of today.
        memory: As :func:`insiders_assets.programme.memory.remember` returns it.
        cluster_tiers_before: Tier by cluster under the policy of before, or None if it did not choose by
            cluster.
        same_model: Whether the same model assigned both.
        same_selection: Whether the same policy with the same parameters chose both.

    Returns:
        ``customer_id``, tiers, clusters and memberships before and after, ``change`` (empty if none) and
        ``cause``.
    """
    now = insiders.filter("is_identified").select(
        "customer_id",
        "suppressed_by",
        tier_after="tier",
        cluster_after="cluster",
        is_member="is_member",
    )
    both = now.join(memory, on="customer_id", how="full", coalesce=True).with_columns(
        pl.col("is_member", "was_member").fill_null(False),
        tier_before=pl.col("tier_shown_before"),
    )
    new, gone = pl.col("tier_before").is_null(), pl.col("tier_after").is_null()
    entered, left = (
        pl.col("is_member") & ~pl.col("was_member"),
        pl.col("was_member") & ~pl.col("is_member"),
    )
    moved = pl.col("tier_before").ne_missing(pl.col("tier_after"))
    newly_suppressed = pl.col("suppressed_by").is_not_null() & pl.col("suppressed_before").is_null()
    suppression = (left & newly_suppressed) | ((entered | left) & ~moved)
    by_model = pl.col("cluster_after").ne_missing(pl.col("cluster_before")) & (not same_model)
    by_policy = pl.lit(False)
    if not same_selection:
        then = (
            pl.col("cluster_after").replace_strict(cluster_tiers_before, default=None, return_dtype=pl.String)
            if cluster_tiers_before
            else pl.lit(None, pl.String)
        )
        by_policy = then.ne_missing(pl.col("tier_after"))
    return both.select(
        "customer_id",
        change=pl.when(entered)
        .then(pl.lit("entered"))
        .when(left)
        .then(pl.lit("left"))
        .when(moved)
        .then(pl.lit("moved")),
        cause=pl.when(new)
        .then(pl.lit("first_seen"))
        .when(gone)
        .then(pl.lit("out_of_window"))
        .when(suppression)
        .then(pl.lit("suppression"))
        .when(by_model)
        .then(pl.lit("model"))
        .when(by_policy)
        .then(pl.lit("policy"))
        .otherwise(pl.lit("behaviour")),
        tier_before="tier_before",
        tier_after="tier_after",
        cluster_before="cluster_before",
        cluster_after="cluster_after",
        was_member="was_member",
        is_member="is_member",
    ).sort("customer_id")


def membership_changes(compared: pl.DataFrame, refresh_id: str, as_of: date) -> pl.DataFrame:
    """The changes, one row per customer, as the contract ``MEMBERSHIP_CHANGES`` says."""
    return (
        compared.filter(pl.col("change").is_not_null())
        .with_columns(refresh_id=pl.lit(refresh_id), as_of=pl.lit(as_of))
        .select(MEMBERSHIP_CHANGES.names)
    )


def tier_migration(compared: pl.DataFrame, refresh_id: str, as_of: date) -> pl.DataFrame:
    """How many went from each tier to each, as the contract ``TIER_MIGRATION`` says; every pair has a row."""
    places = (*TIERS, NOT_SEEN)
    pairs = pl.DataFrame({"tier_before": places}).join(pl.DataFrame({"tier_after": places}), how="cross")
    seen = compared.select(pl.col("tier_before", "tier_after").fill_null(NOT_SEEN))
    counted = seen.group_by("tier_before", "tier_after").agg(pl.len().cast(pl.Int64).alias("customers"))
    return (
        pairs.join(counted, on=["tier_before", "tier_after"], how="left", maintain_order="left")
        .filter((pl.col("tier_before") != NOT_SEEN) | (pl.col("tier_after") != NOT_SEEN))
        .with_columns(
            refresh_id=pl.lit(refresh_id), as_of=pl.lit(as_of), customers=pl.col("customers").fill_null(0)
        )
        .select(TIER_MIGRATION.names)
    )


def members_after(changes: pl.DataFrame, refresh_ids: list[str]) -> list[str]:
    """The member list as it was after the last of ``refresh_ids``, told from the changes alone.

    Args:
        changes: ``membership_changes`` of many refreshes.
        refresh_ids: Refreshes in the order in which they happened, up to the one that is asked for.

    Returns:
        Customer ids, sorted.
    """
    place = {name: number for number, name in enumerate(refresh_ids)}
    last = (
        changes.filter(pl.col("refresh_id").is_in(refresh_ids))
        .with_columns(place=pl.col("refresh_id").replace_strict(place, return_dtype=pl.Int64))
        .sort("place")
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col("is_member").last())
    )
    return sorted(last.filter("is_member")["customer_id"].to_list())
