"""The list of 90 days ago, settled by what the stores remember of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.aliases import aliases_of
from insiders_assets.contracts.outlook import OUTLOOK_HISTORY, REVENUE_AHEAD
from insiders_assets.contracts.scoreboard import SCOREBOARD
from insiders_assets.days import day_of
from insiders_assets.programme.scoreboard import scoreboard, settled

if TYPE_CHECKING:
    from insiders_assets.storage.stores import Stores


def scoreboard_table(stores: Stores) -> pl.DataFrame:
    """Return ``scoreboard`` of the refresh that is in the lake; no row before a list is 90 days old."""
    row = stores.lake.read("refreshes").row(0, named=True)
    if stores.warehouse.latest_refresh() is None:
        return SCOREBOARD.empty()
    refreshes = stores.warehouse.read("refreshes")
    purchases = stores.lake.scan("clean_purchases")
    newest = int(purchases.select(pl.col("invoice_day").max()).collect().item())
    known = min(row["as_of"], day_of(newest))  # an as-of date may be ahead of the data
    found = settled(refreshes, known)
    if found is None:
        return SCOREBOARD.empty()
    return scoreboard(
        (row["refresh_id"], row["as_of"]),
        refreshes,
        stores.warehouse.read("membership_changes"),
        purchases,
        known_until=known,
        window_days=stores.settings.window_days,
        main=aliases_of(stores.settings).main,
        expected=_expected(stores, found[0][-1]),
    )


def _expected(stores: Stores, refresh_id: str) -> dict[str, Any] | None:
    """Return what the outlook of a refresh expected its members to bring, as it was kept.

    None where it was withheld.
    """
    if OUTLOOK_HISTORY.name not in stores.warehouse.tables():
        return None
    kept = stores.warehouse.read(OUTLOOK_HISTORY.name).filter(
        pl.col("is_shown"),
        pl.col("members_expected").is_not_null(),
        refresh_id=refresh_id,
        figure=REVENUE_AHEAD,
    )
    return None if kept.is_empty() else kept.row(0, named=True)


def scoreboard_so_far(stores: Stores, own: pl.DataFrame) -> pl.DataFrame:
    """Return what refreshes have settled, each list once as it was settled last, the earliest first.

    Args:
        stores: Where the rows of earlier refreshes lie.
        own: The row of the refresh at hand, or none.
    """
    there = stores.warehouse.exists() and SCOREBOARD.name in stores.warehouse.tables()
    before = stores.warehouse.read(SCOREBOARD.name) if there else SCOREBOARD.empty()
    others = before.filter(~pl.col("refresh_id").is_in(own["refresh_id"].to_list())).sort(
        "as_of", "refresh_id"
    )
    return (
        pl.concat([others, own])
        .unique("settled_as_of", keep="last", maintain_order=True)
        .sort("settled_as_of")
    )
