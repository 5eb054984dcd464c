"""Dates, numbers and quantities that may be read in two ways: what the reading itself refuses, as questions.

Only a person who inspects an export is asked: a run sets the file aside with the same doubt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from insiders_assets.errors import ExportError
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.mapping.schema import DERIVED
from insiders_assets.ingest.parsing.dates import DateEvidence, iso
from insiders_assets.ingest.parsing.numbers import NumberEvidence
from insiders_assets.ingest.questions.question import Answer, Question

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey


def _watches(_: Header) -> tuple[int, ...]:
    return ()


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    yield from _dates(survey, header)
    yield from _numbers(survey, header)
    yield from _quantities(survey, header)


def _dates(survey: Survey, header: Header) -> Iterator[Question]:
    at, rules = header.plan.columns.get("invoice_date"), survey.rules
    if at is None or (header.mapping and header.mapping.date_format):
        return
    text = survey.text(at).drop_nulls()
    known, evidence = iso(text), DateEvidence()
    evidence.add_iso(known)
    if known.null_count():
        evidence.add(text.filter(known.is_null()).unique(maintain_order=True))
    said = header.mapping.swapped_dates if header.mapping else None
    columns = (header.names[at],)
    if evidence.half_swapped and not said:
        answers = tuple(Answer(each, {"swapped_dates": each}) for each in ("undo", "keep"))
        shown = {"early": evidence.early_example, "late": evidence.example}
        yield Question("swapped_dates", "date", columns, answers, "undo", arguments=shown)
    elif rules.date_order == "auto" and evidence.day_first and evidence.day_first == evidence.month_first:
        answers = tuple(Answer(each, {"date_order": each}) for each in ("day_first", "month_first"))
        yield Question("date_order", "date", columns, answers, None, arguments={"example": evidence.example})


def _numbers(survey: Survey, header: Header) -> Iterator[Question]:
    places = [
        header.plan.columns[name]
        for name in ("unit_price", DERIVED, "quantity")
        if name in header.plan.columns
    ]
    if survey.rules.decimal != "auto" or not places:
        return
    evidence = NumberEvidence()
    for at in places:
        evidence.add(survey.text(at).drop_nulls().unique(maintain_order=True))
    try:
        evidence.mark("auto")
    except ExportError:
        if len(evidence.currencies) > 1:  # no reading of the numbers would make one currency of them
            return
        answers = tuple(Answer(each, {"decimal": each}) for each in ("point", "comma"))
        shown = {"example": evidence.example}
        yield Question("decimal", "number", (header.names[places[0]],), answers, None, arguments=shown)


def _quantities(survey: Survey, header: Header) -> Iterator[Question]:
    at = header.plan.columns.get("quantity")
    if at is None or survey.rules.decimal_quantities:
        return
    units = survey.numbers(at).drop_nulls()
    broken = units.filter(units != units.floor())
    if not len(broken):
        return
    name = header.names[at]
    facts = {"rows": len(broken), "of": survey.rows, "example": float(broken[0])}
    keep = Answer("pieces", {"answers": {f"decimal_quantities: {name}": "pieces"}})
    answers = (Answer("weights", {"decimal_quantities": True}), keep)
    yield Question("decimal_quantities", "number", (name,), answers, None, arguments=facts)


FORMATS = Detector("formats", _watches, _asks)
