"""The tables of the segments: who is in each, and how many they are at a refresh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.segments import SEGMENT_CUSTOMERS, SEGMENTS
from insiders_assets.money import MICRO
from insiders_assets.segments.people import people, within

if TYPE_CHECKING:
    from insiders_assets.segments.segment import Segment


def counted(segment: Segment, rows: pl.DataFrame, everybody: pl.DataFrame) -> dict[str, Any]:
    """Return what is said of a segment beside its list.

    Args:
        segment: The segment.
        rows: Who is in it, as :func:`within` returns them.
        everybody: Who may be in one.
    """
    value, whole = _sum(rows, "value"), _sum(everybody, "value")
    return {
        "segment": segment.name,
        "meaning": segment.meaning,
        "rules": [str(rule) for rule in segment.rules],
        "customers": rows.height,
        "members": int(rows["is_member"].sum()),
        "value": value / MICRO,
        "revenue": _sum(rows, "revenue") / MICRO,
        "share_of_value": min(max(value / whole, 0.0), 1.0) if whole else 0.0,
    }


def segment_tables(
    segments: Iterable[Segment], tables: Mapping[str, pl.DataFrame], refresh: Mapping[str, Any]
) -> dict[str, pl.DataFrame]:
    """Return ``segments`` and ``segment_customers`` of a refresh.

    Args:
        segments: The segments that there are.
        tables: ``insiders``, ``membership_changes`` and ``leaves_next`` of the refresh.
        refresh: Its ``refresh_id`` and ``as_of``.
    """
    everybody = people(tables["insiders"], tables["membership_changes"], tables["leaves_next"])
    rows, lists = [], [pl.DataFrame(schema=SEGMENT_CUSTOMERS.polars_schema)]
    for segment in segments:
        inside = within(everybody, segment)
        said = counted(segment, inside, everybody)
        rows.append(
            said
            | {
                "rules": ", ".join(said["rules"]),
                "refresh_id": refresh["refresh_id"],
                "as_of": refresh["as_of"],
            }
        )
        lists.append(
            inside.with_columns(segment=pl.lit(segment.name))
            .select(SEGMENT_CUSTOMERS.names)
            .cast(SEGMENT_CUSTOMERS.polars_schema)  # type: ignore[arg-type]
        )
    return {
        SEGMENTS.name: pl.DataFrame(rows, schema=SEGMENTS.polars_schema).sort("segment"),
        SEGMENT_CUSTOMERS.name: pl.concat(lists).sort("segment", "customer_id"),
    }


def _sum(rows: pl.DataFrame, column: str) -> int:
    """Return the exact sum of an amount, in whole millionths."""
    return int(rows.select((pl.col(column) * MICRO).round(0).cast(pl.Int64).sum()).item() or 0)
