"""The bridge of revenue from one refresh to the next: who is new, who is lost, whose revenue grew or shrank.

:mod:`insiders_assets.programme.bridge` tells by which purchases a value moved; this tells by which customers. Both
count in whole millionths, so that the parts add up to the difference exactly.
"""

from __future__ import annotations

import polars as pl

from insiders_assets.contracts.over_time import REVENUE_BRIDGE
from insiders_assets.money import MICRO, in_currency, micros
from insiders_assets.programme.inputs import ProgrammeInputs


def revenue_bridge(inputs: ProgrammeInputs, insiders: pl.DataFrame) -> pl.DataFrame:
    """Return what led from the revenue of the refresh before to that of this one.

    Args:
        inputs: This refresh; ``previous`` is the list that the one before published.
        insiders: The list of today.

    Returns:
        As the contract ``REVENUE_BRIDGE`` says: no rows at the first refresh, and else rows whose changes add up to
        ``refreshes.revenue`` of this refresh less that of the one before.
    """
    if inputs.retried is not None:
        retried = inputs.retried.get("revenue_bridge", REVENUE_BRIDGE.empty())
        return retried.sort(REVENUE_BRIDGE.key)
    if inputs.previous is None:
        return REVENUE_BRIDGE.empty()
    moves = _moves(inputs.previous, insiders, inputs.previous_revenue)
    named = {"refresh_id": pl.lit(inputs.refresh_id), "as_of": pl.lit(inputs.as_of)}
    return (
        moves.with_columns(**named, change=in_currency(pl.col("micros")))
        .select(REVENUE_BRIDGE.names)
        .sort(REVENUE_BRIDGE.key)
    )


def _moves(previous: pl.DataFrame, insiders: pl.DataFrame, published: float | None) -> pl.DataFrame:
    """Return customers and change, in millionths, by group and movement."""
    kept = ("customer_id", "is_identified", "is_member")
    now = insiders.select(*kept, after=micros())
    if "is_member" not in previous.columns:  # a list of an older form
        previous = previous.with_columns(is_member=pl.lit(None, pl.Boolean))
    then = previous.select(*kept, before=micros())
    moves = (
        now.join(then, on="customer_id", how="full", coalesce=True, suffix="_then")
        .with_columns(
            change=pl.col("after").fill_null(0) - pl.col("before").fill_null(0),
            group_name=_group(),
            movement=_movement(),
        )
        .group_by("group_name", "movement")
        .agg(customers=pl.len().cast(pl.Int64), micros=pl.col("change").sum())
    )
    return pl.concat([moves, _forgotten(published, int(then["before"].sum()))])


def composed_bridge(steps: list[pl.DataFrame], refresh_id: str) -> pl.DataFrame:
    """Return the bridges of several refreshes, one after the other, as one of the last.

    Somebody who is new at one and grew at the next is counted as both; what they brought adds up all the same.

    Args:
        steps: ``revenue_bridge`` of each refresh, in the order in which they happened.
        refresh_id: The last refresh.
    """
    summed = pl.concat(steps).group_by("group_name", "movement")
    return (
        summed.agg(pl.col("as_of").max(), pl.col("customers").sum(), micros("change").sum())
        .with_columns(in_currency(pl.col("change")), refresh_id=pl.lit(refresh_id))
        .select(REVENUE_BRIDGE.names)
        .sort(REVENUE_BRIDGE.key)
    )


def _group() -> pl.Expr:
    member = pl.col("is_member").fill_null(False) | pl.col("is_member_then").fill_null(False)
    known = pl.coalesce("is_identified", "is_identified_then")
    return (
        pl.when(member)
        .then(pl.lit("member"))
        .when(known)
        .then(pl.lit("other"))
        .otherwise(pl.lit("anonymous"))
    )


def _movement() -> pl.Expr:
    before, after = pl.col("before"), pl.col("after")
    return (
        pl.when(before.is_null())
        .then(pl.lit("new"))
        .when(after.is_null())
        .then(pl.lit("lost"))
        .when(after > before)
        .then(pl.lit("grew"))
        .when(after < before)
        .then(pl.lit("shrank"))
        .otherwise(pl.lit("unchanged"))
    )


def _forgotten(revenue: float | None, listed: int) -> pl.DataFrame:
    """Return what the refresh before published beyond its list of today.

    Those who were forgotten since are on it no more.
    """
    published = listed if revenue is None else round(revenue * MICRO)
    rows = [] if published == listed else [("other", "forgotten", 0, listed - published)]
    schema = {"group_name": pl.String, "movement": pl.String, "customers": pl.Int64, "micros": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
