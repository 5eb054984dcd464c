"""The refresh that a page compares with: the one asked for, or the last of the day before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from datetime import date

    from insiders_assets.contracts.table import Table
    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

OFFERED = 60
"""Days offered to compare with, the newest."""


@dataclass(frozen=True)
class Compared:
    """The refresh that a page compares with.

    Attributes:
        days: Days that can be compared with, the newest first.
        day: The one chosen; None where there is none.
        refresh_id: Its last refresh.
    """

    days: list[date] = field(default_factory=list)
    day: date | None = None
    refresh_id: str | None = None

    def choices(self, words: Language) -> list[tuple[str, str]]:
        """Return the days as an address writes them and as a reader does."""
        return [(str(day), words.day(day)) for day in self.days]


def compared_with(view: View, compare: str, kept: Table | None = None) -> Compared:
    """Return the refresh to compare with.

    Args:
        view: The warehouse.
        compare: The day asked for, as an address writes it; the day before unless it is one that can be compared with.
        kept: The table of history that the page needs; only refreshes that have rows in it are offered.
    """
    import sqlalchemy as sa

    refreshes = tables()["refreshes"]
    earlier = (refreshes.c.published_at <= view.refresh["published_at"], refreshes.c.as_of < view.as_of)
    named = (
        sa.select(refreshes.c.refresh_id, refreshes.c.as_of)
        .where(*earlier)
        .order_by(refreshes.c.published_at, refreshes.c.refresh_id)
    )
    if kept is not None:
        if not view.has(kept.name):
            return Compared()
        named = named.where(refreshes.c.refresh_id.in_(sa.select(tables()[kept.name].c.refresh_id)))
    last = {row["as_of"]: row["refresh_id"] for row in view.rows(named)}
    days = sorted(last, reverse=True)[:OFFERED]
    if not days:
        return Compared()
    day = next((each for each in days if str(each) == compare), days[0])
    return Compared(days, day, last[day])
