"""What a report compares a refresh with: the newest refresh of another day, however often this day's is made again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.programme.composition import (
    composed_changes,
    composed_migration,
    composed_refresh,
)
from insiders_assets.programme.revenue_bridge import composed_bridge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.storage.stores import Stores


@dataclass(frozen=True)
class Compared:
    """A refresh beside the one of another day.

    Attributes:
        tables: The refresh's tables, its movement counted since that other refresh.
        before: That refresh's row of ``refreshes``, or None if there was none.
    """

    tables: Mapping[str, pl.DataFrame]
    before: dict[str, Any] | None


def since_another_day(
    stores: Stores, tables: Mapping[str, pl.DataFrame], history: pl.DataFrame | None
) -> Compared:
    """Return a refresh's tables with the movement since the newest refresh of another day.

    Args:
        stores: Where the movement of earlier refreshes is.
        tables: The refresh's tables, ``refreshes`` with one row among them.
        history: ``refreshes`` as it was published so far, or None before the first.
    """
    current = tables["refreshes"].to_dicts()[0]
    if history is None:
        return Compared(tables, None)
    earlier = history.filter(pl.col("refresh_id") != current["refresh_id"]).sort("published_at").to_dicts()
    same_day: list[dict[str, Any]] = []
    while earlier and earlier[-1]["as_of"] == current["as_of"]:
        same_day.insert(0, earlier.pop())
    before = earlier[-1] if earlier else None
    if before is None or not same_day:
        return Compared(tables, before)
    kept = stores.warehouse.read("membership_changes")
    steps = [kept.filter(pl.col("refresh_id") == row["refresh_id"]) for row in same_day]
    own = tables["membership_changes"].filter(pl.col("refresh_id") == current["refresh_id"])
    changes = composed_changes([*steps, own], current["refresh_id"])
    row = composed_refresh([*same_day, current], changes)
    return Compared(
        {
            **tables,
            "membership_changes": changes,
            **_bridge(stores, tables, [row["refresh_id"] for row in same_day]),
            "tier_migration": composed_migration(tables["insiders"], changes, row),
            "refreshes": pl.DataFrame([row], schema=tables["refreshes"].schema),
        },
        before,
    )


def _bridge(
    stores: Stores, tables: Mapping[str, pl.DataFrame], same_day: list[str]
) -> dict[str, pl.DataFrame]:
    """``revenue_bridge`` since the other day, or no rows: what a refresh of an older version moved is not known."""
    current = tables["refreshes"].item(0, "refresh_id")
    there = "revenue_bridge" in stores.warehouse.tables()
    kept = stores.warehouse.read("revenue_bridge") if there else tables["revenue_bridge"].clear()
    steps = [kept.filter(pl.col("refresh_id") == name) for name in same_day]
    if any(step.is_empty() for step in steps):
        return {"revenue_bridge": tables["revenue_bridge"].clear()}
    own = tables["revenue_bridge"].filter(pl.col("refresh_id") == current)
    return {"revenue_bridge": composed_bridge([*steps, own], current)}
