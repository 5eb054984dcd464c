"""The list of 90 days ago, settled by what the stores remember of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.aliases import aliases_of
from insiders_assets.contracts.scoreboard import SCOREBOARD
from insiders_assets.days import day_of
from insiders_assets.programme.scoreboard import scoreboard, settled

if TYPE_CHECKING:
    from insiders_assets.storage.stores import Stores


def scoreboard_table(stores: Stores) -> pl.DataFrame:
    """Return ``scoreboard`` of the refresh that lies in the lake; no row before a list is 90 days old."""
    row = stores.lake.read("refreshes").row(0, named=True)
    if stores.warehouse.latest_refresh() is None:
        return SCOREBOARD.empty()
    refreshes = stores.warehouse.read("refreshes")
    if settled(refreshes, row["as_of"]) is None:
        return SCOREBOARD.empty()
    purchases = stores.lake.scan("clean_purchases")
    newest = int(purchases.select(pl.col("invoice_day").max()).collect().item())
    known = min(row["as_of"], day_of(newest))  # an as-of date may be ahead of the data
    return scoreboard(
        (row["refresh_id"], row["as_of"]),
        refreshes,
        stores.warehouse.read("membership_changes"),
        purchases,
        known_until=known,
        window_days=stores.settings.window_days,
        main=aliases_of(stores.settings).main,
    )


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
