"""Movement: who entered, who left, who changed tier since the refresh before, and why.

Nothing is ever overwritten: the changes of all refreshes together tell every list there has been
(:func:`members_after`).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from insiders_assets.contracts.customers import NOT_SEEN, TIERS
from insiders_assets.contracts.programme import AMOUNTS, MEMBERSHIP_CHANGES, TIER_MIGRATION
from insiders_assets.money import in_currency
from insiders_assets.programme.causes import Circumstances, with_causes


def compare(
    insiders: pl.DataFrame, memory: pl.DataFrame, moves: pl.DataFrame, given: Circumstances
) -> pl.DataFrame:
    """Return every identified customer of either refresh, before and after, with what moved their value and their tier.

    Args:
        insiders: The list of today.
        memory: As :func:`insiders_assets.programme.previous_state.remember` returns it.
        moves: As :func:`insiders_assets.programme.bridge.value_moves` returns it.
        given: What was the same at both refreshes.

    Returns:
        ``customer_id``, tiers, clusters and memberships before and after, ``change`` (empty if none), ``cause``, and
        the amounts that lead from one value to the other.
    """
    now = insiders.filter("is_identified").select(
        "customer_id",
        "suppressed_by",
        tier_after="tier",
        policy_tier_after="policy_tier",
        cluster_after="cluster",
        is_member="is_member",
    )
    both = (
        now.join(memory, on="customer_id", how="full", coalesce=True)
        .join(moves, on="customer_id", how="left")
        .rename({"tier_before": "policy_tier_before"})
        .with_columns(
            pl.col("is_member", "was_member").fill_null(False), is_eligible=pl.col("suppressed_by").is_null()
        )
    )
    both = with_causes(both, given).rename({"tier_shown_before": "tier_before"})
    entered = pl.col("is_member") & ~pl.col("was_member")
    left = pl.col("was_member") & ~pl.col("is_member")
    moved = pl.col("tier_before").ne_missing(pl.col("tier_after"))
    return both.with_columns(
        in_currency(pl.col(column.name)) for column in AMOUNTS
    ).with_columns(
        change=pl.when(entered)
        .then(pl.lit("entered"))
        .when(left)
        .then(pl.lit("left"))
        .when(moved)
        .then(pl.lit("moved")),
    ).sort("customer_id")  # fmt: skip


def membership_changes(compared: pl.DataFrame, refresh_id: str, as_of: date) -> pl.DataFrame:
    """Return the changes, one row per customer, as the contract ``MEMBERSHIP_CHANGES`` says."""
    return (
        compared.filter(pl.col("change").is_not_null())
        .with_columns(refresh_id=pl.lit(refresh_id), as_of=pl.lit(as_of))
        .select(MEMBERSHIP_CHANGES.names)
    )


def tier_migration(compared: pl.DataFrame, refresh_id: str, as_of: date) -> pl.DataFrame:
    """Return how many went from each tier to each, as the contract ``TIER_MIGRATION`` says; every pair has a row."""
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
    """Return the member list as it was after the last of ``refresh_ids``, rebuilt from the changes alone.

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
