"""The budget: how many customers to take, what they bring, and what the list of today brings beside that."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.summaries import BUDGET_HISTORY
from insiders_assets.dashboard import figures
from insiders_assets.dashboard.views.compared import compared_with
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)
"""Sizes listed in the table."""

MOST_COST = 1e9


def budget(view: View, words: Language, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of the budget shows. The page's script moves the slider; without it the address does."""
    curve = tables()["budget_curve"]
    points = view.rows(curve.select().order_by(curve.c.customers))
    members = int(view.refresh["members"])
    size = points[-1]["customers"] if points else 0
    compared = compared_with(view, query.get("compare", ""), BUDGET_HISTORY)
    before = _sizes(view, compared.refresh_id) if compared.refresh_id else {}
    taken = min(_whole(query.get("customers", ""), members), size)
    ours = _list_revenue(view)
    return {
        "size": size,
        "members": members,
        "taken": taken,
        "cost": _cost(query.get("cost", "")),
        "now": at(points, taken) if points else None,
        "ours": ours | {"share_of_customers": members / size} if size else None,
        "sizes": [
            at(points, round(share * size)) | {"share": share, "then": _then(before, share)}
            for share in SHARES
        ]
        if points
        else [],
        "ours_then": next(iter(before.get("programme", [])), None),
        "days": compared.choices(words),
        "compared": str(compared.day or ""),
        "then": words.short_day(compared.day) if compared.day else "",
        "curve": [
            [row["customers"], row["revenue"], row["share_of_revenue"], row["least_revenue"]]
            for row in points
        ],
        "figures": {"capture": figures.capture(words, points, members, ours["share_of_revenue"], taken)}
        if points
        else {},
    }


def at(points: list[dict[str, Any]], customers: int) -> dict[str, Any]:
    """Return a size between two points of the curve, by a straight line; the curve is concave, so never too high."""
    place = bisect_left([point["customers"] for point in points], customers)
    if place == 0 or points[min(place, len(points) - 1)]["customers"] == customers:
        return points[min(place, len(points) - 1)]
    if place == len(points):
        return points[-1]
    low, high = points[place - 1], points[place]
    share = (customers - low["customers"]) / (high["customers"] - low["customers"])
    between = {
        name: low[name] + (high[name] - low[name]) * share
        for name in ("share_of_customers", "revenue", "share_of_revenue")
    }
    return between | {"customers": customers, "least_revenue": high["least_revenue"]}


def _sizes(view: View, refresh_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return what lists of other sizes and that of the members brought at a refresh, by how they are ranked."""
    kept = tables()[BUDGET_HISTORY.name]
    rows = view.rows(kept.select().where(kept.c.refresh_id == refresh_id).order_by(kept.c.customers))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["ranked_by"], []).append(row)
    return found


def _then(before: dict[str, list[dict[str, Any]]], share: float) -> dict[str, Any] | None:
    """Return the list of the same share of customers at the refresh compared with."""
    rows = [row | {"least_revenue": None} for row in before.get("past_revenue", [])]
    return at(rows, round(share * rows[-1]["customers"])) if rows else None


def _list_revenue(view: View) -> dict[str, Any]:
    """Return what the members of today bring."""
    import sqlalchemy as sa

    summary = tables()["customer_summary"]
    total = sa.func.sum(summary.c.sum_revenue)
    found = view.row(
        sa.select(
            total.label("whole"),
            sa.func.sum(sa.case((summary.c.is_member, summary.c.sum_revenue), else_=0.0)).label("revenue"),
        ).where(summary.c.is_identified)
    ) or {"whole": 0, "revenue": 0}
    revenue, whole = found["revenue"] or 0.0, found["whole"] or 0.0
    return {"revenue": revenue, "share_of_revenue": revenue / whole if whole else 0.0}


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else otherwise


def _cost(text: str) -> float:
    try:
        cost = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return cost if 0 <= cost <= MOST_COST else 0.0
