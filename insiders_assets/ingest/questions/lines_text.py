"""Sentences of the questions about lines: which were sold, which came back, which count once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from insiders_assets.ingest.questions.identity_text import values

if TYPE_CHECKING:
    from insiders_assets.ingest.questions.question import Question


def _status(question: Question) -> str:
    said, asked_ = _STATUS[question.arguments["group"]]
    return f"column {question.columns[0]} {said} ({values(question)}); {asked_}"


_STATUS = {
    "cancelled": ("tells of orders that did not come about", "do these lines count as sold?"),
    "pending": ("tells of orders that may not have come about", "do these lines count as sold?"),
    "refunded": (
        "tells of money given back",
        "were these lines sold and given back, or are they returns themselves?",
    ),
    "test": ("tells of tests", "do these lines count as sold?"),
    "internal": ("tells of goods that were moved or used, and not sold", "do these lines count as sold?"),
    "archived": ("tells of lines that were put away", "do these lines count as sold?"),
    "repeating": (
        "stands on lines that repeat what the same customer bought on another line",
        "were they sold once more, or did they come back?",
    ),
    "unknown": ("may tell of orders that did not come about", "do these lines count as sold?"),
}


def _cancelled_pieces(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} holds pieces that were cancelled ({args['rows']:,} lines with "
        f"{args['given']:,.0f} pieces); does the quantity still hold them?"
    )


def _two_quantities(question: Question) -> str:
    args, (one, other) = question.arguments, question.columns
    return (
        f"{one} and {other} are not the same ({args['rows']:,} lines differ; {args['one']:,.0f} pieces by the one, "
        f"{args['other']:,.0f} by the other); which of them was sold?"
    )


def _credit_notes(question: Question) -> str:
    return (
        f"column {question.columns[0]} has numbers like those of credit notes ({values(question)}), on "
        "lines that look sold; are these lines returns?"
    )


def _return_signs(question: Question) -> str:
    below, above = question.values
    return (
        f"column {question.columns[0]} marks lines as returns of which {below.rows:,} are below nothing "
        f"({below.money or 0:,.2f}) and {above.rows:,} are not ({above.money or 0:,.2f}), as those of exchanges; does "
        "the sign tell what came back, or did all of them?"
    )


def _levels(question: Question) -> str:
    column, rows = question.columns[0], question.arguments["rows"]
    if question.values:
        said = " and ".join(f"{each.value} on {each.rows:,}" for each in question.values)
        meaning = f"column {column} tells of lines that have no quantity ({said})"
    else:
        meaning = f"column {column} is empty on {rows:,} lines, which have no quantity either"
    return f"{meaning}, as those of whole orders, payments or totals; are they left out?"


def _repeats(question: Question) -> str:
    return (
        f"{question.arguments['rows']:,} lines stand in several kinds of documents, told apart by column "
        f"{question.columns[0]} ({values(question)}); which of them are the sales?"
    )


def _multiplied(question: Question) -> str:
    args = question.arguments
    apart = (
        f"differ in {args['columns']} alone" if args["columns"] else "do not differ in anything that is read"
    )
    return (
        f"{args['rows']:,} lines worth {args['money']:,.2f} are {args['lines']:,} lines that stand several times each "
        f"and {apart}, as a join with something else leaves them; does each count once?"
    )


def _file_name(question: Question) -> str:
    (seen,) = question.values
    if question.arguments["tells"] == "returns":
        said = "that its lines came back; are they returns?"
    else:
        said = "that its lines were not sold; do they count?"
    aside = "" if len(question.answers) > 1 else " (export that sheet as a file of its own to say so)"
    look = f"{seen.rows:,} lines worth {seen.money:,.2f} that look sold"
    return f"{seen.value} has {look}, and its name says {said}{aside}"


def _one_order(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} has the one number {args['order']} on all {args['lines']:,} lines, which are of "
        f"{args['customers']:,} customers; is it one order? (if not, map the column that numbers orders)"
    )


def _bundles(question: Question) -> str:
    args = question.arguments
    return (
        f"column {question.columns[0]} has sets beside what is in them, and both have prices in {args['orders']:,} "
        f"orders ({args['sets']:,.2f} for the sets, {args['parts']:,.2f} for the parts; {values(question)}); which of "
        "them count?"
    )


def _versions(question: Question) -> str:
    args = question.arguments
    return (
        f"{args['lines']:,} lines stand in several versions, told apart by column {question.columns[0]}; "
        f"{args['rows']:,} rows with {question.money:,.2f} are not the newest; which count?"
        + ("" if question.proposed else " (if only the newest do, export them alone)")
    )


def _service(question: Question) -> str:
    kind, share = question.arguments["kind"], question.arguments["share"]
    return (
        f"column {question.columns[0]} has lines that look like {_SERVICES[kind]} and no goods, {share:.1%} of "
        f"the money ({values(question)}); do they count?"
    )


_SERVICES = {
    "total": "totals of other lines", "tax": "tax", "deposit": "deposits", "rounding": "rounding",
    "gift card": "gift cards", "shipping": "shipping", "fee": "fees", "voucher": "vouchers", "tip": "tips or donations",
}  # fmt: skip
SENTENCES: dict[str, Callable[[Question], str]] = {
    **{f"status_{group}": _status for group in _STATUS},
    "cancelled_pieces": _cancelled_pieces,
    "two_quantities": _two_quantities,
    "credit_notes": _credit_notes,
    "levels": _levels,
    "return_signs": _return_signs,
    "repeats": _repeats,
    "multiplied": _multiplied,
    "file_name": _file_name,
    "one_order": _one_order,
    "bundles": _bundles,
    "versions": _versions,
    **{f"service_{kind.replace(' ', '_')}": _service for kind in _SERVICES},
}
