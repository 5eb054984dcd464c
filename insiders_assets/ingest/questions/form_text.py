"""Sentences of the questions about how an export is written: dates, decimals, units, its shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from insiders_assets.ingest.questions.identity_text import values

if TYPE_CHECKING:
    from insiders_assets.ingest.questions.question import Question


def _date_order(question: Question) -> str:
    return (
        f"dates of column {question.columns[0]} make sense day first and month first, such as "
        f"{question.arguments['example']}; which?"
    )


def _swapped_dates(question: Question) -> str:
    args = question.arguments
    return (
        f"dates of column {question.columns[0]} were half swapped by a spreadsheet: those up to the twelfth stand as "
        f"dates, such as {args['early']}, and the others as text, such as {args['late']}; is that to be undone?"
    )


def _decimal(question: Question) -> str:
    return (
        f"numbers of column {question.columns[0]} make sense with a decimal point and with a decimal comma, such as "
        f"{question.arguments['example']}; which?"
    )


def _decimal_quantities(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} has decimal quantities on {args['rows']:,} of {args['of']:,} lines, such as "
        f"{args['example']:g}; are goods sold by weight? (if not, these lines are rejected)"
    )


def _measures(question: Question) -> str:
    return (
        f"column {question.columns[0]} has quantities in several units of measure ({values(question)}) at one price "
        "for a piece; are prices those of the unit on their line? (else export a total of each line)"
    )


def _wide_items(question: Question) -> str:
    return (
        f"rows hold several items of an order, each in columns of its own ({question.arguments['columns']} more "
        f"columns, from {question.columns[0]} on), and only one item of each row would count; "
        "export one row for each item, or does the first alone count?"
    )


SENTENCES: dict[str, Callable[[Question], str]] = {
    "date_order": _date_order,
    "swapped_dates": _swapped_dates,
    "decimal": _decimal,
    "decimal_quantities": _decimal_quantities,
    "measures": _measures,
    "wide_items": _wide_items,
}
