"""What goods cost the shop: a column that says so, of a piece or of the line, recognized by its name and by arithmetic.

Only an inspection looks for it: it changes no price, and is read where a mapping names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import SURE, agreement, per_piece_odds
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_words import cost_of, is_margin
from insiders_assets.ingest.questions.question import Answer, Question, Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

Of = Literal["unit", "line"]
HALF = 0.5
"""Share of the lines that have to hold a number for a column to be one of costs."""


def _watches(header: Header) -> tuple[int, ...]:
    if header.plan.cost:
        return ()
    found = [at for at in header.free if cost_of(header.names[at])]
    margins = [at for at in header.free if is_margin(header.names[at])]
    return tuple(sorted([*found, *margins])) if found else ()


def _asks(survey: Survey, header: Header) -> Iterator[Question | Settled]:
    if "quantity" not in {*header.plan.columns, *header.plan.constants}:
        return
    found = [
        at
        for at in _watches(header)
        if survey.has(at) and cost_of(header.names[at]) and _is_filled(survey, at)
    ]
    bases = {at: _of(survey, header, at) for at in found}
    pieces = survey.quantity.abs()
    for at in found:  # the same, of a piece and of the line: that of a piece is it
        twins = [
            other for other in found
            if other != at and agreement(survey.numbers(at).abs() * pieces, survey.numbers(other).abs(), pieces).holds
        ]  # fmt: skip
        if twins:
            bases = {at: "unit"}
            break
    bases = {at: of for at, of in bases.items() if not _about(header, at).is_answered(header.mapping)}
    if not bases:
        return
    at, of = next(iter(bases.items()))
    if len(bases) == 1 and of:
        yield Settled(
            "cost", (header.names[at],), _writes(survey, header, at, of), _facts(survey, at) | {"of": of}
        )
        return
    for at, of in bases.items():
        asked = _about(header, at)
        answers = [Answer(each, _writes(survey, header, at, each)) for each in ("unit", "line")]
        leave = Answer("leave", {"answers": {asked.key: "leave"}})
        proposed = (of or "unit") if at == next(iter(bases)) else "leave"
        yield replace(asked, answers=(*answers, leave), proposed=proposed, arguments=_facts(survey, at))


def _about(header: Header, at: int) -> Question:
    """Return the question about a column, by which answers know it."""
    return Question("cost", "cost", (header.names[at],), ())


def _is_filled(survey: Survey, at: int) -> bool:
    numbers = survey.numbers(at)
    known = len(numbers) - numbers.null_count()
    return known >= HALF * max(len(numbers), 1) and bool((numbers.fill_null(0) != 0).any())


def _of(survey: Survey, header: Header, at: int) -> Of | None:
    """Return whether a cost is of a piece or of the line; None where the file does not tell."""
    cost, pieces = survey.numbers(at).abs(), survey.quantity.abs()
    name = cost_of(header.names[at])
    if not bool((pieces.fill_null(1) != 1).any()):
        return "line" if name == "line" else "unit"
    shown = _by_margin(survey, header, cost, pieces)
    if shown is None:
        odds = per_piece_odds(cost, pieces, survey.ours("stock_code"))
        shown = "unit" if odds >= SURE else "line" if odds <= -SURE else None
    if name in ("unit", "line"):
        return name if shown in (None, name) else None
    return shown


def _by_margin(survey: Survey, header: Header, cost: pl.Series, pieces: pl.Series) -> Of | None:
    """Return what a column of margins says: it is what was paid less the cost of the line."""
    for at in _watches(header):
        if not is_margin(header.names[at]) or not survey.has(at):
            continue
        margin, paid = survey.numbers(at).abs(), survey.paid.abs()
        if agreement((paid - cost).abs(), margin, pieces).holds:
            return "line"
        if agreement((paid - cost * pieces).abs(), margin, pieces).holds:
            return "unit"
    return None


def _writes(survey: Survey, header: Header, at: int, of: Of) -> dict[str, object]:
    """Return the keys of a mapping by which a column is what goods cost."""
    name, known = header.names[at], survey.numbers(at).drop_nulls()
    # Whole numbers beside a price in cents are cents, too.
    cents = survey.plan.worth(at) == 1 != survey.plan.price_worth and bool((known % 1 == 0).all())
    return {"columns": {f"{of}_cost": name}} | ({"cents": [name]} if cents else {})


def _facts(survey: Survey, at: int) -> dict[str, float | int]:
    """Return what the lines that were sold cost, as the one and as the other."""
    cost, pieces = survey.numbers(at).abs(), survey.quantity
    sold = (pieces > 0).fill_null(value=False)
    return {
        "unit": round(float((cost * pieces).filter(sold).sum()), 2),
        "line": round(float(cost.filter(sold).sum()), 2),
        "sold": round(float(survey.paid.filter(sold).sum()), 2),
        "rows": len(cost) - cost.null_count(),
        "lines": len(cost),
    }


COSTS = Detector("costs", _watches, _asks, is_inspected_only=True)
