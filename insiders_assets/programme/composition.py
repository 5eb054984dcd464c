"""Several refreshes of one day as one: what changed from the list before the first of them to that of the last.

A refresh that is made again on the same day, for instance after a study, changes next to nothing. A reader asks what
changed since the day before, so the changes of all refreshes since are put together.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from insiders_assets.contracts.customers import NOT_SEEN, TIERS
from insiders_assets.contracts.programme import AMOUNTS, MEMBERSHIP_CHANGES, TIER_MIGRATION
from insiders_assets.money import MICRO, in_currency, micros

MOVED = ("bought", "aged_out", "returned", "corrected")
"""Amounts that add up over refreshes; the values before and after are those of the first and the last."""


def composed_changes(steps: list[pl.DataFrame], current: str) -> pl.DataFrame:
    """Return the changes of several refreshes as those of one.

    Args:
        steps: ``membership_changes`` of each refresh, in the order in which they happened.
        current: The name of the last refresh, which the changes belong to.

    Returns:
        A row per customer who is elsewhere than before, as the contract ``MEMBERSHIP_CHANGES`` says. Its cause is that
        of the customer's last change.
    """
    first = ("tier_before", "cluster_before", "was_member", "value_before")
    last = ("tier_after", "cluster_after", "is_member", "value_after", "cause", "as_of")
    rows = (
        pl.concat(steps, how="diagonal_relaxed")
        .group_by("customer_id", maintain_order=True)
        .agg(
            *(pl.col(name).first() for name in first),
            *(pl.col(name).last() for name in last),
            *(
                pl.when(pl.col(name).count() > 0).then(in_currency(micros(name).sum())).alias(name)
                for name in MOVED
            ),
        )
    )
    entered = pl.col("is_member") & ~pl.col("was_member")
    left = pl.col("was_member") & ~pl.col("is_member")
    moved = pl.col("tier_before").ne_missing(pl.col("tier_after"))
    change = (
        pl.when(entered)
        .then(pl.lit("entered"))
        .when(left)
        .then(pl.lit("left"))
        .when(moved)
        .then(pl.lit("moved"))
    )
    return (
        rows.with_columns(refresh_id=pl.lit(current), change=change)
        .filter(pl.col("change").is_not_null())
        .sort("customer_id")
        .select(MEMBERSHIP_CHANGES.names)
        .cast(MEMBERSHIP_CHANGES.polars_schema)  # type: ignore[arg-type]
    )


def composed_migration(
    insiders: pl.DataFrame, changes: pl.DataFrame, current: dict[str, Any]
) -> pl.DataFrame:
    """Return how many went from each tier to each, counted from the list of today and what changed.

    Args:
        insiders: The list of today.
        changes: As :func:`composed_changes` returns it.
        current: The row of ``refreshes`` of today.
    """
    now = insiders.filter("is_identified").select("customer_id", tier_after="tier")
    changed = changes.select("customer_id", "tier_before", gone="tier_after")
    both = now.join(changed, on="customer_id", how="full", coalesce=True)
    unchanged = ~pl.col("customer_id").is_in(changed["customer_id"].implode())
    pairs = both.select(
        tier_before=pl.when(unchanged).then("tier_after").otherwise("tier_before").fill_null(NOT_SEEN),
        tier_after=pl.coalesce("tier_after", "gone").fill_null(NOT_SEEN),
    )
    places = pl.DataFrame({"place": (*TIERS, NOT_SEEN)})
    every = places.rename({"place": "tier_before"}).join(places.rename({"place": "tier_after"}), how="cross")
    counted = pairs.group_by("tier_before", "tier_after").agg(pl.len().cast(pl.Int64).alias("customers"))
    return (
        every.join(counted, on=["tier_before", "tier_after"], how="left", maintain_order="left")
        .filter((pl.col("tier_before") != NOT_SEEN) | (pl.col("tier_after") != NOT_SEEN))
        .with_columns(
            refresh_id=pl.lit(current["refresh_id"]),
            as_of=pl.lit(current["as_of"]),
            customers=pl.col("customers").fill_null(0),
        )
        .select(TIER_MIGRATION.names)
    )


def composed_refresh(rows: list[dict[str, Any]], changes: pl.DataFrame) -> dict[str, Any]:
    """Return the last of several rows of ``refreshes``, its movement summed over all of them.

    Args:
        rows: The rows, in the order in which they happened.
        changes: As :func:`composed_changes` returns it.
    """
    known = all(row.get(column.name) is not None for row in rows for column in AMOUNTS)
    moved = {name: sum(round(row[name] * MICRO) for row in rows) / MICRO for name in MOVED} if known else {}
    return rows[-1] | {
        "members_entered": changes.filter(change="entered").height,
        "members_left": changes.filter(change="left").height,
        **(
            moved | {"value_before": rows[0]["value_before"]}
            if known
            else dict.fromkeys((*MOVED, "value_before"))
        ),
    }
