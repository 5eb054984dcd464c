"""A special price that holds on some lines only, and is empty or 0 on the others, where the usual price was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.ingest.doubts.money_words import is_margin, money_of
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.questions.question import Answer, Question

if TYPE_CHECKING:
    from insiders_assets.ingest.doubts.detector import Header
    from insiders_assets.ingest.doubts.money_columns import Columns

FEW, MOST, FULL = 0.02, 0.98, 0.98
"""Share of the lines on which a special price stands, from and up to which it is one; and where the usual one does."""


def partial_price(columns: Columns, header: Header) -> Question | None:
    """Return the question whether a price that stands on some lines only was paid there; None if there is none.

    Args:
        columns: The columns of money.
        header: What is known of the export.
    """
    taken, survey = columns.taken, columns.survey
    if taken is None or survey.plan.columns.get("unit_price") != taken:
        return None
    prices = [
        at
        for at in sorted({taken, *header.free})
        if survey.has(at) and (at == taken or _is_price(header.names[at]))
    ]
    for special in prices:
        for usual in prices:
            if special == usual or taken not in (special, usual):
                continue
            asked = Question("partial_price", "money", (header.names[special], header.names[usual]), ())
            if asked.is_answered(header.mapping) or special in survey.plan.otherwise:
                continue
            if found := _asked(columns, header, special, usual):
                return found
    return None


def _is_price(name: str) -> bool:
    about = notions(name)[0]
    is_price = "price" in about and not {"total", "quantity"} & about
    return is_price and money_of(name) not in ("cost", "tax", "refund") and not is_margin(name)


def _asked(columns: Columns, header: Header, special: int, usual: int) -> Question | None:
    """Return the question about two prices of which the one is lower where it stands, and stands on some lines."""
    low, high = (columns.survey.numbers(at).abs() for at in (special, usual))
    here = (low > 0).fill_null(value=False)
    share = float(here.mean() or 0.0)  # type: ignore[arg-type]
    if not FEW <= share <= MOST or float((high > 0).fill_null(value=False).mean() or 0.0) < FULL:  # type: ignore[arg-type]
        return None
    if not bool((low.filter(here) <= high.filter(here)).fill_null(value=False).all()):
        return None
    names = (header.names[special], header.names[usual])
    key = Question("partial_price", "money", names, ()).key
    pieces = columns.pieces
    where, rest = (low * pieces).filter(here), (high * pieces).filter(~here)
    as_usual = float((high * pieces).sum())
    return Question(
        "partial_price", "money", names,
        (
            Answer("special", {"columns": {"unit_price": names[0]}, "otherwise": {names[0]: names[1]},
                               "answers": {key: "special"}}),
            Answer("usual", {"columns": {"unit_price": names[1]}, "answers": {key: "usual"}}),
        ),
        "special",
        arguments={"rows": int(here.sum()), "special": round(float(where.sum()) + float(rest.sum()), 2),
                   "usual": round(as_usual, 2)},
    )  # fmt: skip
