"""One customer: their numbers, tier, reason, history and purchases by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.customers import FEATURES
from insiders_assets.contracts.next_product import NEXT_PRODUCT_VERDICT, NEXT_PRODUCTS
from insiders_assets.contracts.outlook import FIGURES, OUTLOOK, OUTLOOK_FIGURES
from insiders_assets.contracts.summaries import CUSTOMER_PRODUCTS
from insiders_assets.dashboard import figures
from insiders_assets.dashboard.views.products import bought_more
from insiders_assets.language import mark
from insiders_assets.presentation.columns import HEADINGS, heading, write
from insiders_assets.report.sections.movement import CAUSE_NAMES, CHANGE_NAMES
from insiders_assets.report.sections.outlook import FIGURE_NAMES, cell, within
from insiders_assets.report.sections.products import named
from insiders_assets.storage.warehouse import tables

if TYPE_CHECKING:
    from datetime import date

    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

NAMES = {
    "purchase_lines": mark("Purchase lines"),
    "unique_basket_size": mark("Distinct products per order"),
    "avg_line_value": mark("Revenue per line"),
    "frequency": mark("Orders per day"),
    "avg_recency_days": mark("Days between purchases"),
    "tenure": mark("Days since first purchase"),
}
"""What features are called that only this page shows."""


def customer(view: View, words: Language, customer_id: str) -> dict[str, Any] | None:
    """Return what the page of one customer shows; None if no refresh knows such a customer."""
    if "\0" in customer_id:  # no text of PostgreSQL holds one
        return None
    insiders, profiles = tables()["insiders"], tables()["cluster_profiles"]
    row = view.row(view.select(insiders).where(insiders.c.customer_id == customer_id))
    history = _history(view, customer_id)
    if row is None and not history:
        return None
    months = _months(view, customer_id)
    return {
        "customer_id": customer_id,
        "customer": row,
        "profile": view.row(view.select(profiles).where(profiles.c.cluster == row["cluster"]))
        if row
        else None,
        "products": bought_more(view, row["cluster"]) if row else [],
        "numbers": _numbers(words, row) if row else [],
        "own_products": _own_products(view, customer_id),
        "product_name": named,
        "outlook": _outlook(view, words, customer_id),
        "next_products": _next_products(view, customer_id),
        "next_product_verdict": view.row(tables()[NEXT_PRODUCT_VERDICT.name].select())
        if view.has(NEXT_PRODUCT_VERDICT.name)
        else None,
        "rank": _rank(view, row["revenue"]) if row and row["is_identified"] else None,
        "history": history,
        "months": months,
        "change_names": CHANGE_NAMES,
        "cause_names": CAUSE_NAMES,
        "figures": {"customer-months": figures.customer_months(words, _without_gaps(months, view.as_of))}
        if months
        else {},
    }


def is_customer(view: View, customer_id: str) -> bool:
    """Return whether a customer is in the latest refresh."""
    insiders = tables()["insiders"]
    theirs = view.select(insiders, "customer_id").where(insiders.c.customer_id == customer_id)
    return "\0" not in customer_id and view.row(theirs) is not None


def _numbers(words: Language, row: dict[str, Any]) -> list[dict[str, str]]:
    """Return every feature with its meaning, those with a name people use first."""
    ordered = sorted(FEATURES, key=lambda column: column.name not in HEADINGS)
    return [
        {
            "name": words.text(NAMES[column.name]) if column.name in NAMES else heading(words, column.name),
            "value": _written(words, column.name, row[column.name]),
            "meaning": words.text(column.meaning),
        }
        for column in ordered
    ]


def _written(words: Language, name: str, value: float | None) -> str:
    if name == "avg_line_value":
        return words.money(value)
    return words.number(value, 3) if name == "frequency" else write(words, name, value)


def _rank(view: View, revenue: float) -> float | None:
    """Return the share of identified customers who spent at least as much, to the nearest point of the budget curve."""
    curve = tables()["budget_curve"]
    query = curve.select().where(curve.c.least_revenue <= revenue).order_by(curve.c.customers).limit(1)
    point = view.row(query)
    return float(point["share_of_customers"]) if point else None


def _history(view: View, customer_id: str) -> list[dict[str, Any]]:
    """Return what happened to the customer at each refresh, latest first."""
    import sqlalchemy as sa

    changes, refreshes = tables()["membership_changes"], tables()["refreshes"]
    query = (
        sa.select(changes, refreshes.c.published_at)
        .join(refreshes, refreshes.c.refresh_id == changes.c.refresh_id)
        .where(changes.c.customer_id == customer_id)
        .order_by(refreshes.c.published_at.desc())
    )
    return view.rows(query)


def _months(view: View, customer_id: str) -> list[dict[str, Any]]:
    if not view.has("purchases_by_month"):
        return []
    months = tables()["purchases_by_month"]
    return view.rows(months.select().where(months.c.customer_id == customer_id).order_by(months.c.month))


def _own_products(view: View, customer_id: str) -> list[dict[str, Any]] | None:
    """Return what the customer spent most on; None where an older version published without it."""
    if not view.has(CUSTOMER_PRODUCTS.name):
        return None
    products = tables()[CUSTOMER_PRODUCTS.name]
    return view.rows(
        products.select().where(products.c.customer_id == customer_id).order_by(products.c.place)
    )


def _outlook(view: View, words: Language, customer_id: str) -> list[dict[str, Any]]:
    """Return what the customer is expected to do, figure by figure with how right it was.

    None of an earlier version.
    """
    if not view.has(OUTLOOK.name) or not view.has(OUTLOOK_FIGURES.name):
        return []
    customers, figures = tables()[OUTLOOK.name], tables()[OUTLOOK_FIGURES.name]
    row = view.row(customers.select().where(customers.c.customer_id == customer_id))
    if row is None:
        return []
    by_figure = {each["figure"]: each for each in view.rows(figures.select())}
    return [
        {
            "name": words.text(FIGURE_NAMES[figure]),
            "value": cell(words, row, figure),
            "range": within(words, row, figure),
            "why": words.said(by_figure[figure], "reason"),
            "is_shown": bool(by_figure[figure]["is_shown"]),
        }
        for figure in FIGURES
        if figure in by_figure
    ]


def _next_products(view: View, customer_id: str) -> list[dict[str, Any]]:
    """Return what the customer is likely to buy next; nothing while it is withheld, or of an earlier version."""
    if not view.has(NEXT_PRODUCTS.name):
        return []
    found = tables()[NEXT_PRODUCTS.name]
    return view.rows(found.select().where(found.c.customer_id == customer_id).order_by(found.c.place))


def _without_gaps(months: list[dict[str, Any]], as_of: date) -> list[dict[str, Any]]:
    """Return the months up to the as-of date, those without a purchase as well: the chart's axis is time."""
    known = {row["month"]: row for row in months}
    month, found = months[0]["month"], []
    while month <= max(as_of, months[-1]["month"]):
        nothing = dict.fromkeys(("total_purchases", "total_products", "revenue", "returned"), 0)
        found.append(known.get(month, {"month": month, **nothing}))
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    return found
