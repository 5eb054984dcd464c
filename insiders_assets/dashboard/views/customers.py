"""The list of customers: one page of it, in the order asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.report.columns import heading
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
    """One page of the customers chosen."""
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
    return {
        "customers": rows[:PAGE],
        "count": None if filters.search or filters.segment else _count(view, filters),
        "number": page,
        "pages": {"first": (page - 1) * PAGE + 1, "last": (page - 1) * PAGE + len(rows[:PAGE])},
        "more": len(rows) > PAGE and page < LAST_PAGE,
        "too_many": len(rows) > PAGE and page >= LAST_PAGE,
        "sort": by,
        "falling": falling,
        "columns": [(name, heading(words, name)) for name in SORTED_BY[:-1]],
    }


def _select(columns: list[Any], filters: Filters, view: View) -> sa.Select[Any]:
    import sqlalchemy as sa

    return sa.select(*columns).where(*filters.of_customers(view.as_of))


def _order(by: str, falling: bool) -> list[Any]:
    """The order asked for, made one of a kind by the customer's id."""
    columns = tables()["insiders"].c
    first = columns[by].desc() if falling else columns[by].asc()
    return [first] if by == "customer_id" else [first, columns.customer_id]


def _count(view: View, filters: Filters) -> int:
    """Customers chosen, counted from the summary."""
    import sqlalchemy as sa

    counted = view.row(
        sa.select(sa.func.sum(tables()["customer_summary"].c.customers).label("count")).where(
            *filters.of_summary()
        )
    )
    return int((counted or {}).get("count") or 0)


def _number(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 6 else 1
