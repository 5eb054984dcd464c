"""What earlier lists have brought since, as pages tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.language import Language
    from insiders_assets.report.report_inputs import ReportInputs

SHOWN = 24
"""Settled lists that are shown, the newest."""


def scoreboard(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the lists that are settled, the earliest first; none before one is 90 days old."""
    found = inputs.tables.get("scoreboard")
    return [] if found is None else found.sort("settled_as_of").tail(SHOWN).to_dicts()


def settled_line(words: Language, rows: list[dict[str, Any]]) -> str:
    """Return what the newest of them brought, in a sentence; nothing where there is none."""
    if not rows:
        return ""
    row = rows[-1]
    amounts = {
        "day": words.day(row["settled_as_of"]),
        "revenue": words.money(row["revenue"], 0),
        "days": words.number(row["days"]),
        "sort": words.money(row["sort_revenue"], 0),
        "expected": words.money(row["expected"], 0),
    }
    if is_foretold(row):
        return words.text(
            "The members of %(day)s brought %(revenue)s in the %(days)s days since; as many customers by past revenue "
            "alone brought %(sort)s, and the outlook of then expected %(expected)s (%(low)s to %(high)s).",
            **amounts,
            low=words.money(row["expected_low"], 0),
            high=words.money(row["expected_high"], 0),
        )
    return words.text(
        "The members of %(day)s brought %(revenue)s in the %(days)s days since; as many customers by past revenue "
        "alone brought %(sort)s, and at the pace of before it would have been %(expected)s.",
        **amounts,
    )


def is_foretold(row: Mapping[str, Any]) -> bool:
    """Return whether the outlook of then says what to expect of a list; older versions settled all by their pace."""
    return row.get("expected_by") == "outlook"
