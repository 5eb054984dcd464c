"""What is asked of the latest refresh beside rows: a customer, who came and went in a period, what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.api.problem import Problem
from insiders_assets.api.sources import sources
from insiders_assets.api.values import written
from insiders_assets.contracts.messages import without_facts
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from datetime import date

    from insiders_assets.api.sources import Source
    from insiders_assets.contracts.table import Column
    from insiders_assets.storage.warehouse.reading import View

OF_A_CUSTOMER = {
    "products": "customer_products",
    "months": "purchases_by_month",
    "changes": "membership_changes",
    "segments": "segment_customers",
}
"""What is answered of a customer beside their row of ``insiders``, by the table that it stands in."""
MOST_CHANGES = 1_000


def refresh(view: View) -> dict[str, Any]:
    """Return the latest refresh as its row of ``refreshes``."""
    return _written(view.refresh)


def listed(view: View) -> list[dict[str, Any]]:
    """Return every table and view that is published, by what its contract says."""
    return [summary(each) for each in sources().values() if view.has(each.name)]


def summary(source: Source) -> dict[str, Any]:
    """Return what a table is, without its columns."""
    return {
        "name": source.name,
        "meaning": source.contract.meaning,
        "kind": "view" if source.is_view else "table",
        "key": list(source.key),
        "keeps_history": source.keeps_history,
        "personal": source.contract.personal,
        "columns": len(source.contract.columns),
    }


def described(source: Source, *, personal: bool = True) -> dict[str, Any]:
    """Return what a table is, with its columns."""
    return summary(source) | {"fields": [_column(each) for each in source.columns(personal=personal)]}


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": column.dtype,
        "meaning": column.meaning,
        "unit": column.unit,
        "nullable": column.nullable,
        "personal": column.personal,
        "values": list(column.isin),
    }


def customer(view: View, customer_id: str) -> dict[str, Any]:
    """Return what the tables tell of a customer: their own row, products, months, changes and segments.

    Raises:
        Problem: There is no such customer, in the latest refresh or before.
    """
    nobody = Problem(404, f"there is no customer {customer_id[:80]!r}")
    if "\0" in customer_id or any("\ud800" <= sign <= "\udfff" for sign in customer_id):
        raise nobody  # no text of a database holds such a sign
    insiders = tables()["insiders"]
    names = without_facts(sources()["insiders"].contract.names)
    row = view.row(view.select(insiders, *names).where(insiders.c.customer_id == customer_id))
    found: dict[str, Any] = {"customer_id": customer_id, "customer": _written(row) if row else None}
    for place, name in OF_A_CUSTOMER.items():
        found[place] = []
        if view.has(name):
            table = tables()[name]
            query = view.select(table).where(table.c.customer_id == customer_id)
            keys = [table.c[key] for key in sources()[name].key]
            found[place] = [_written(each) for each in view.rows(query.order_by(*keys))]
    if row is None and not found["changes"]:
        raise nobody
    return found


def movement(view: View, first: date, last: date, change: str, *, personal: bool) -> dict[str, Any]:
    """Return who entered, left or changed tier at the refreshes of a period, counted by cause and one by one.

    Args:
        view: The refresh and the transaction.
        first: The first as-of day of the period.
        last: Its last.
        change: ``entered``, ``left`` or ``moved``.
        personal: Whether customers may be named.
    """
    import sqlalchemy as sa

    rows = tables()["membership_changes"]
    of_it = (rows.c.as_of >= first, rows.c.as_of <= last, rows.c.change == change)
    count = sa.func.count().label("customers")
    by_cause = (
        sa.select(rows.c.cause, count)
        .where(*of_it)
        .group_by(rows.c.cause)
        .order_by(count.desc(), rows.c.cause)
    )
    names = [column.name for column in sources()[rows.name].columns(personal=personal)]
    each = view.select(rows, *names).where(*of_it).order_by(rows.c.as_of, rows.c.customer_id)
    causes = view.rows(by_cause)
    return {
        "change": change,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "refreshes": [
            found["refresh_id"]
            for found in view.rows(
                sa.select(rows.c.refresh_id).where(*of_it[:2]).distinct().order_by(rows.c.refresh_id)
            )
        ],
        "customers": sum(found["customers"] for found in causes),
        "by_cause": causes,
        "rows": [_written(found) for found in view.rows(each.limit(MOST_CHANGES))],
    }


def segments(view: View) -> list[dict[str, Any]]:
    """Return the segments of the latest refresh with their rules and figures."""
    return _of_latest(view, "segments")


def changes(view: View) -> dict[str, Any]:
    """Return what the latest refresh changed: its figures, where revenue moved, and how many went from tier to tier."""
    return {
        "refresh": refresh(view),
        "tier_migration": _of_latest(view, "tier_migration"),
        "revenue_bridge": _of_latest(view, "revenue_bridge"),
    }


def business_answers(view: View) -> list[dict[str, Any]]:
    """Return the business questions with their answers."""
    if not view.has("business_answers"):
        return []
    answered = tables()["business_answers"]
    names = without_facts(sources()[answered.name].contract.names)
    return [_written(row) for row in view.rows(view.select(answered, *names).order_by(answered.c.number))]


def _of_latest(view: View, name: str) -> list[dict[str, Any]]:
    """Return the rows of the latest refresh in a table that keeps every refresh's."""
    if not view.has(name):
        return []
    table = tables()[name]
    query = view.select(table).where(table.c.refresh_id == view.refresh_id)
    return [
        _written(row) for row in view.rows(query.order_by(*(table.c[key] for key in sources()[name].key)))
    ]


def _written(row: dict[str, Any]) -> dict[str, Any]:
    return {name: written(value) for name, value in row.items()}
