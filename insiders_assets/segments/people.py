"""Who may be in a segment, with all that a rule can be about, and who of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.segments.rule import all_kept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.segments.segment import Segment

MEMBERS = "members"
"""The audience of all members, beside those of segments."""

COLUMNS = (
    "customer_id", "value", "revenue", "total_purchases", "recency", "tier", "state", "cluster", "is_member",
    "headline", "next_step", "offer_type", "country",
)  # fmt: skip
"""What a segment's list says of each customer."""


def people(insiders: pl.DataFrame, changes: pl.DataFrame, leaving: pl.DataFrame) -> pl.DataFrame:
    """Return everybody who may be written to, with all that a rule can be about.

    Nobody who is anonymous or suppressed is among them: a list that leaves the house never names them.

    Args:
        insiders: The table ``insiders``.
        changes: The rows of ``membership_changes`` of the same refresh.
        leaving: The table ``leaves_next``.
    """
    return identified(insiders, changes, leaving).filter(pl.col("suppressed_by").is_null())


def identified(insiders: pl.DataFrame, changes: pl.DataFrame, leaving: pl.DataFrame) -> pl.DataFrame:
    """Return the suppressed as well, who must never be listed: whoever accounts for an audience counts them.

    Args:
        insiders: The table ``insiders``.
        changes: The rows of ``membership_changes`` of the same refresh.
        leaving: The table ``leaves_next``.
    """
    moved = changes.select("customer_id", "change", "cause")
    next_out = leaving.select("customer_id", leaves_next=pl.lit(value=True))
    return (
        insiders.filter("is_identified")
        .join(moved, on="customer_id", how="left")
        .join(next_out, on="customer_id", how="left")
        .with_columns(pl.col("leaves_next").fill_null(value=False))
    )


def in_audience(name: str, segments: Mapping[str, Segment]) -> pl.Expr:
    """Return whether somebody is in an audience: that of all members, or a segment's.

    Args:
        name: :data:`MEMBERS`, or the name of a segment.
        segments: The segments by name.
    """
    return pl.col("is_member") if name == MEMBERS else all_kept(segments[name].rules)


def within(everybody: pl.DataFrame, segment: Segment) -> pl.DataFrame:
    """Return who of ``everybody`` is in a segment: :data:`COLUMNS`, highest value first, then by id."""
    found = everybody.filter(all_kept(segment.rules)).select(COLUMNS)
    return found.sort(["value", "customer_id"], descending=[True, False])
