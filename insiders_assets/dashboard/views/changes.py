"""Two refreshes beside each other: their figures, who came and went between them, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.movement import CAUSES
from insiders_assets.contracts.over_time import REVENUE_BRIDGE
from insiders_assets.dashboard.views.movement import movement
from insiders_assets.presentation.members_over_time import members_over_time
from insiders_assets.programme.revenue_bridge import composed_bridge
from insiders_assets.report.charts.waterfall import waterfall
from insiders_assets.report.sections.movement import CAUSE_NAMES
from insiders_assets.report.sections.revenue_moves import RevenueMoves, revenue_moves
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

LISTED = 100
"""Customers listed at most who came, and as many who went."""

OFFERED = 400
"""Refreshes offered to choose from, the latest."""

COMPARED = (
    "customers",
    "identified_customers",
    "members",
    "revenue",
    "insider_share_of_customers",
    "insider_share_of_revenue",
    "rows_transactions",
    "rows_quarantined",
)


def changes(view: View, words: Language, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of changes shows, between two refreshes of the address or else the last of two days."""
    refreshes = tables()["refreshes"]
    history = view.rows(
        refreshes.select()
        .order_by(refreshes.c.published_at.desc(), refreshes.c.refresh_id.desc())
        .limit(OFFERED)
    )
    names = [row["refresh_id"] for row in history]
    later = names.index(query["to"]) if query.get("to") in names else 0
    earlier = names.index(query["from"]) if query.get("from") in names else _of_another_day(history, later)
    later, earlier = (
        min(later, earlier),
        max(later, earlier),
    )  # latest first, so the earlier has the higher place
    between = names[later:earlier]
    moves = _revenue_moves(view, words, history[earlier], history[later], between[::-1])
    drawn = {"history": members_over_time(words, history[::-1], 280)} if len(history) > 1 else {}
    if moves:
        days = (words.short_day(history[place]["as_of"]) for place in (earlier, later))
        drawn["moves"] = waterfall(words, moves, *_apart(*days))
    return {
        "history": history,
        "before": history[earlier],
        "after": history[later],
        "compared": _compared(words, history[earlier], history[later]),
        "causes": _causes(view, between) if between else [],
        "movement": movement(view, between, LISTED) if between else None,
        "listed": LISTED,
        "cause_names": CAUSE_NAMES,
        "moves": moves,
        "figures": drawn,
    }


def _revenue_moves(
    view: View, words: Language, before: dict[str, Any], after: dict[str, Any], steps: list[str]
) -> RevenueMoves | None:
    """Return which customers moved revenue in between; None if one of them is of a version that did not keep it."""
    import polars as pl

    if not steps or not view.has(REVENUE_BRIDGE.name):
        return None
    kept = tables()[REVENUE_BRIDGE.name]
    rows = view.rows(kept.select().where(kept.c.refresh_id.in_(steps)))
    if {row["refresh_id"] for row in rows} != set(steps):
        return None
    table = composed_bridge([pl.DataFrame(rows, schema=REVENUE_BRIDGE.polars_schema)], steps[-1])
    return revenue_moves(words, table, before["revenue"], after["revenue"])


def _apart(before: str, after: str) -> tuple[str, str]:
    """Return two names of bars that differ, as those of refreshes of one day do not."""
    return (before, after) if before != after else (before, f"{after} ")


def _of_another_day(history: list[dict[str, Any]], later: int) -> int:
    """Return the place of the newest refresh before ``later`` whose day is another.

    The one before it where there is none.
    """
    day = history[later]["as_of"]
    places = (place for place in range(later + 1, len(history)) if history[place]["as_of"] != day)
    return next(places, min(later + 1, len(history) - 1))


def _compared(words: Language, before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    names = {
        "customers": words.text("Customers, the anonymous included"),
        "identified_customers": words.text("Identified customers"),
        "members": words.text("Members"),
        "revenue": words.text("Revenue"),
        "insider_share_of_customers": words.text("Insiders' share of customers"),
        "insider_share_of_revenue": words.text("Insiders' share of revenue"),
        "rows_transactions": words.text("Transactions"),
        "rows_quarantined": words.text("Rows in quarantine"),
    }

    def written(name: str, value: float) -> str:
        if "share" in name:
            return words.percent(value)
        return words.money(value, 0) if name == "revenue" else words.number(value)

    def step(name: str, change: float) -> str:
        size = (
            words.text("%(points)s pts", points=words.number(abs(change) * 100, 1))
            if "share" in name
            else written(name, abs(change))
        )
        return words.text("unchanged") if not change else ("+" if change > 0 else "−") + size

    return [
        {
            "name": names[name],
            "before": written(name, before[name]),
            "after": written(name, after[name]),
            "change": step(name, after[name] - before[name]),
        }
        for name in COMPARED
    ]


def _causes(view: View, between: list[str]) -> list[dict[str, Any]]:
    """Return how often members came and went, by cause."""
    import sqlalchemy as sa

    rows = tables()["membership_changes"]
    counted = view.rows(
        sa.select(
            rows.c.cause,
            sa.func.sum(sa.case((rows.c.change == "entered", 1), else_=0)).label("entered"),
            sa.func.sum(sa.case((rows.c.change == "left", 1), else_=0)).label("left"),
            sa.func.sum(sa.case((rows.c.change == "moved", 1), else_=0)).label("moved"),
        )
        .where(rows.c.refresh_id.in_(between))
        .group_by(rows.c.cause)
    )
    return sorted(
        counted, key=lambda row: CAUSES.index(row["cause"]) if row["cause"] in CAUSES else len(CAUSES)
    )
