"""What the clusters were at the refreshes before, beside what they are now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.programme import CLUSTER_HISTORY
from insiders_assets.dashboard.views.compared import Compared, compared_with
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View


@dataclass(frozen=True)
class Before:
    """The clusters at the refresh that they are compared with.

    Attributes:
        compared: The refresh.
        rows: Each cluster as it was, by its number.
    """

    compared: Compared
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)


def clusters_before(view: View, compare: str) -> Before:
    """Return the clusters at the last refresh of another day: the one asked for, or else the day before.

    Args:
        view: The warehouse.
        compare: The day asked for, as an address writes it.
    """
    compared = compared_with(view, compare, CLUSTER_HISTORY)
    if compared.refresh_id is None:
        return Before(compared)
    kept = tables()[CLUSTER_HISTORY.name]
    rows = view.rows(kept.select().where(kept.c.refresh_id == compared.refresh_id))
    return Before(compared, {row["cluster"]: row for row in rows})


def since(words: Language, now: dict[str, Any], before: Before) -> list[str]:
    """Return what changed in a cluster, a few words each; nothing where there is nothing to compare with."""
    if before.compared.day is None:
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
