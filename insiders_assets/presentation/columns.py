"""What columns are called on the page and in the spreadsheet, and how their numbers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.language import Language, mark

if TYPE_CHECKING:
    from insiders_assets.contracts.table import Column

HEADINGS = {
    "customer_id": mark("Customer"),
    "reason": mark("Reason"),
    "cluster": mark("Cluster"),
    "cluster_name": mark("Cluster name"),
    "tier": mark("Tier"),
    "revenue": mark("Revenue"),
    "recency": mark("Days since last purchase"),
    "total_purchases": mark("Orders"),
    "total_products": mark("Units"),
    "distinct_stock_code": mark("Distinct products"),
    "basket_size": mark("Basket size"),
    "avg_ticket": mark("Revenue per order"),
    "returned": mark("Units returned"),
    "country": mark("Country"),
    "value": mark("Value"),
    "state": mark("State"),
    "headline": mark("Headline"),
    "next_step": mark("Next step"),
    "gap_amount": mark("Missing value"),
    "gap_orders": mark("Missing orders"),
    "offer_type": mark("Offer"),
    "member_since": mark("Member since"),
    "valid_until": mark("Valid until"),
    "member_tier": mark("Member tier"),
}

MONEY = ("revenue", "avg_ticket", "value", "gap_amount")
"""Features that are amounts of money."""


def heading(words: Language, name: str) -> str:
    """Return what a column is called; its own name if it has no better one."""
    return words.text(HEADINGS[name]) if name in HEADINGS else name


def meaning(words: Language, column: Column) -> str:
    """Return the contract's sentence on a column."""
    return words.text(column.meaning)


def write(words: Language, name: str, value: float | None, digits: int | None = None) -> str:
    """Return a feature's value as text: money as money, means with the decimals they deserve."""
    if name in MONEY:
        return words.money(value, digits)
    if name == "recency" and value == 0:
        return words.text("today")
    small = value is not None and abs(value) < 10 and value != int(value)
    return words.number(value, (1 if small else 0) if digits is None else digits)
