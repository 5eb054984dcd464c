"""Which customers moved revenue from one refresh to another: a table whose figures add up as they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insiders_assets.language import mark
from insiders_assets.money import MICRO

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.language import Language

MOVE_NAMES = {
    "new": mark("New customers"),
    "grew": mark("Customers who spent more"),
    "shrank": mark("Customers who spent less"),
    "lost": mark("Customers no longer seen"),
    "forgotten": mark("Customers forgotten on request"),
}
"""What the parts are called, in the order in which they are shown."""

SHORT_NAMES = {
    "new": mark("New"),
    "grew": mark("Spent more"),
    "shrank": mark("Spent less"),
    "lost": mark("No longer seen"),
    "forgotten": mark("Forgotten"),
}
"""The same in a word or two, below the bars of a chart."""

GROUP_NAMES = {
    "member": mark("Members"),
    "other": mark("Other customers"),
    "anonymous": mark("Anonymous"),
}

WHOLE_FROM = 1000.0
"""Revenue from which on amounts are shown without cents."""


@dataclass(frozen=True)
class RevenueMoves:
    """The bridge as it is shown.

    Attributes:
        before: Revenue at the refresh before.
        after: Revenue at this one.
        change: Their difference.
        groups: The groups that moved, as people call them.
        sums: What each of them moved in all.
        rows: ``label``, ``short``, ``total`` and ``cells`` for each part; a cell for each group has
            ``change`` and ``customers``.
        digits: Decimals of the amounts.
    """

    before: float
    after: float
    change: float
    groups: list[str]
    sums: list[float]
    rows: list[dict[str, Any]]
    digits: int


def revenue_moves(
    words: Language, table: pl.DataFrame | None, before: float | None, after: float
) -> RevenueMoves | None:
    """Return the bridge from one revenue to another.

    Args:
        words: The reader's language.
        table: ``revenue_bridge`` of the refresh, or of several as one; None of a version that had none.
        before: Revenue at the refresh before, None if there was none.
        after: Revenue at this one.

    Returns:
        Amounts rounded so that each row adds up to its total, and the totals to the difference; None where the table
        does not say what happened between the two.
    """
    if table is None or table.is_empty() or before is None:
        return None
    parts = {
        (row["group_name"], row["movement"]): (row["customers"], round(row["change"] * MICRO))
        for row in table.to_dicts()
    }
    if sum(change for _, change in parts.values()) != round(after * MICRO) - round(before * MICRO):
        return None
    shown = {key: part for key, part in parts.items() if key[1] in MOVE_NAMES}
    digits = 0 if max(before, after) >= WHOLE_FROM else 2
    amounts = {key: round(change / MICRO, digits) for key, (_, change) in shown.items()}
    first, last = round(before, digits), round(after, digits)
    if amounts:  # what rounding left over joins the largest, where it is least seen
        largest = max(amounts, key=lambda key: abs(amounts[key]))
        rest = last - first - sum(amounts.values())
        amounts[largest] = round(amounts[largest] + rest, digits)
    groups = [group for group in GROUP_NAMES if any(key[0] == group for key in shown)]
    rows = [
        {
            "label": words.text(name),
            "short": words.text(SHORT_NAMES[move]),
            "total": round(sum(amounts.get((group, move), 0.0) for group in groups), digits),
            "cells": [
                {"change": amounts.get((group, move), 0.0), "customers": shown.get((group, move), (0, 0))[0]}
                for group in groups
            ],
        }
        for move, name in MOVE_NAMES.items()
        if any(key[1] == move for key in shown)
    ]
    names = [words.text(GROUP_NAMES[group]) for group in groups]
    sums = [round(sum(row["cells"][place]["change"] for row in rows), digits) for place in range(len(groups))]
    return RevenueMoves(first, last, round(last - first, digits), names, sums, rows, digits)


def signed(words: Language, amount: float, digits: int) -> str:
    """Return an amount of money with its sign; nothing but a dot where nothing moved."""
    if not amount:
        return "·"
    return f"{'−' if amount < 0 else '+'}{words.money(abs(amount), digits)}"
