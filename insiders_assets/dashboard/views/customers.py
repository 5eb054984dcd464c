"""The list of customers: one page of it, in the order asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.dashboard.views.compared import Compared, compared_with
from insiders_assets.presentation.columns import heading
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sqlalchemy as sa

    from insiders_assets.dashboard.filters import Filters
    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

PAGE = 50
LAST_PAGE = 200
"""Pages that can be leafed through; who wants more narrows the choice or downloads it."""

SORTED_BY = (
    "revenue",
    "recency",
    "total_purchases",
    "distinct_stock_code",
    "basket_size",
    "returned",
    "customer_id",
)
"""Columns the list can be sorted by, the first unless asked otherwise."""

SHOWN = ("customer_id", "tier", "is_member", "is_identified", "cluster", "country", *SORTED_BY[:-1])


def customers(view: View, words: Language, filters: Filters, query: Mapping[str, str]) -> dict[str, Any]:
    """Return one page of the customers chosen."""
    insiders = tables()["insiders"]
    by = query.get("sort", "") if query.get("sort") in SORTED_BY else SORTED_BY[0]
    falling = query.get("order") != "up" if by != "customer_id" else query.get("order") == "down"
    page = _number(query.get("page", ""))
    chosen = [insiders.c[name] for name in SHOWN]
    rows = view.rows(
        _select(chosen, filters, view)
        .order_by(*_order(by, falling))
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    compared = compared_with(view, query.get("compare", ""))
    was = _tiers_before(view, [row["customer_id"] for row in rows[:PAGE]], compared)
    moved = {
        row["customer_id"] for row in rows[:PAGE] if was.get(row["customer_id"], row["tier"]) != row["tier"]
    }
    return {
        "customers": rows[:PAGE],
        "before": {name: was[name] for name in moved},
        "days": compared.choices(words),
        "compared": str(compared.day or ""),
        "compared_day": compared.day,
        "compared_refresh": compared.refresh_id,
        "count": None if filters.search or filters.segment else _count(view, filters),
        "number": page,
        "pages": {"first": (page - 1) * PAGE + 1, "last": (page - 1) * PAGE + len(rows[:PAGE])},
        "more": len(rows) > PAGE and page < LAST_PAGE,
        "too_many": len(rows) > PAGE and page >= LAST_PAGE,
        "sort": by,
        "falling": falling,
        "columns": [(name, heading(words, name)) for name in SORTED_BY[:-1]],
    }


def _tiers_before(view: View, names: list[str], compared: Compared) -> dict[str, str | None]:
    """Return the tier, at the refresh compared with, of those who changed tier since; None of who was not yet seen."""
    import sqlalchemy as sa

    if compared.refresh_id is None or not names:
        return {}
    moves, refreshes = tables()["membership_changes"].c, tables()["refreshes"].c
    then = (
        sa.select(refreshes.published_at).where(refreshes.refresh_id == compared.refresh_id).scalar_subquery()
    )
    since = view.rows(
        sa.select(moves.customer_id, moves.tier_before)
        .join(refreshes.refresh_id.table, refreshes.refresh_id == moves.refresh_id)
        .where(moves.customer_id.in_(names), refreshes.published_at > then)
        .order_by(refreshes.published_at.desc(), moves.refresh_id.desc())
    )
    return {
        row["customer_id"]: row["tier_before"] for row in since
    }  # of several moves the first since then stays


def _select(columns: list[Any], filters: Filters, view: View) -> sa.Select[Any]:
    import sqlalchemy as sa

    return sa.select(*columns).where(*filters.of_customers(view.as_of))


def _order(by: str, falling: bool) -> list[Any]:
    """Return the order asked for, made one of a kind by the customer's id."""
    columns = tables()["insiders"].c
    first = columns[by].desc() if falling else columns[by].asc()
    return [first] if by == "customer_id" else [first, columns.customer_id]


def _count(view: View, filters: Filters) -> int:
    """Return customers chosen, counted from the summary."""
    import sqlalchemy as sa

    counted = view.row(
        sa.select(sa.func.sum(tables()["customer_summary"].c.customers).label("count")).where(
            *filters.of_summary()
        )
    )
    return int((counted or {}).get("count") or 0)


def _number(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1
