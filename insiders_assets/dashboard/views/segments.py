"""The segments: how many are in each, what they are worth, and how that went from refresh to refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.segments.catalogue import meaning_code
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

SHOWN = 6
"""Refreshes shown beside each other."""


def segments(view: View, words: Language) -> dict[str, Any]:
    """Return each segment of the latest refresh, with its customers and revenue at the refreshes before."""
    import sqlalchemy as sa

    if not view.has("segments"):
        return {"segments": [], "days": []}
    segment, refreshes = tables()["segments"].c, tables()["refreshes"].c
    latest = (
        sa.select(refreshes.refresh_id, refreshes.as_of).order_by(refreshes.published_at.desc()).limit(SHOWN)
    )
    shown = view.rows(latest)[::-1]
    found = view.rows(
        sa.select(*segment)
        .where(segment.refresh_id.in_([row["refresh_id"] for row in shown]))
        .order_by(segment.segment)
    )
    series = {(row["segment"], row["refresh_id"]): row for row in found}
    now = [row for row in found if row["refresh_id"] == view.refresh_id]
    return {
        "days": [row["as_of"] for row in shown],
        "segments": [
            row
            | {
                "description": words.said(
                    row | {"meaning_code": meaning_code(row["segment"], row["meaning"])}, "meaning"
                ),
                "series": [series.get((row["segment"], each["refresh_id"])) for each in shown],
            }
            for row in now
        ],
    }
