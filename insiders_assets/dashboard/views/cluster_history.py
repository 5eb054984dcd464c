"""What the clusters were at the refreshes before, beside what they are now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.programme import CLUSTER_HISTORY
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from datetime import date

    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

OFFERED = 60
"""Days offered to compare with, the newest."""


@dataclass(frozen=True)
class Before:
    """The refresh that the clusters are compared with.

    Attributes:
        days: Days that can be compared with, the newest first.
        day: The one chosen; None where there is none.
        rows: Each cluster as it was, by its number.
    """

    days: list[date] = field(default_factory=list)
    day: date | None = None
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)


def clusters_before(view: View, compare: str) -> Before:
    """Return the clusters at the last refresh of another day: the one asked for, or else the day before.

    Args:
        view: The warehouse.
        compare: The day asked for, as an address writes it.
    """
    import sqlalchemy as sa

    if not view.has(CLUSTER_HISTORY.name):
        return Before()
    kept, refreshes = tables()[CLUSTER_HISTORY.name], tables()["refreshes"]
    named = (
        sa.select(refreshes.c.refresh_id, refreshes.c.as_of)
        .where(refreshes.c.published_at <= view.refresh["published_at"], refreshes.c.as_of < view.as_of)
        .where(refreshes.c.refresh_id.in_(sa.select(kept.c.refresh_id)))
        .order_by(refreshes.c.published_at, refreshes.c.refresh_id)
    )
    last = {row["as_of"]: row["refresh_id"] for row in view.rows(named)}
    days = sorted(last, reverse=True)[:OFFERED]
    if not days:
        return Before()
    day = next((each for each in days if str(each) == compare), days[0])
    rows = view.rows(kept.select().where(kept.c.refresh_id == last[day]))
    return Before(days, day, {row["cluster"]: row for row in rows})


def since(words: Language, now: dict[str, Any], before: Before) -> list[str]:
    """Return what changed in a cluster, a few words each; nothing where there is nothing to compare with."""
    if before.day is None:
        return []
    was = before.rows.get(now["cluster"])
    if was is None:
        return [words.text("new")]

    def signed(change: float, size: str, nothing: str) -> str | None:
        return None if size == nothing else ("−" if change < 0 else "+") + size

    customers = now["identified_customers"] - was["identified_customers"]
    revenue, members = now["revenue"] - was["revenue"], now["members"] - was["members"]
    counted = signed(customers, words.number(abs(customers)), words.number(0))
    earned = signed(revenue, words.short_money(abs(revenue)), words.short_money(0.0))
    listed = signed(members, words.number(abs(members)), words.number(0))
    found = [
        words.text("customers %(change)s", change=counted) if counted else "",
        words.text("members %(change)s", change=listed) if listed else "",
        words.text("revenue %(change)s", change=earned) if earned else "",
    ]
    return [each for each in found if each] or [words.text("unchanged")]
