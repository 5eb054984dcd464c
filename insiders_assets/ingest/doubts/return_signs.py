"""Lines that a column marks as returns, of which some are above and some below nothing: exchanges, corrections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.mapping.columns import FLAG
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

SOME = 0.1
"""Share of the lines marked that each sign has at least, for the marks to be doubtful."""


def _watches(header: Header) -> tuple[int, ...]:
    """Return the column of marks of a proposal: whoever wrote a mapping has said what is a return."""
    is_marked = (
        FLAG in header.plan.columns and header.mapping is not None and header.mapping.returns is not None
    )
    return (header.plan.columns[FLAG],) if header.proposed and is_marked else ()


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    mapping = header.mapping
    if not _watches(header) or mapping is None or mapping.returns is None:
        return
    name = header.names[header.plan.columns[FLAG]]
    marked = survey.marked & survey.kept & survey.units.is_not_null()
    below = marked & ((survey.units < 0) | (survey.money_as_written < 0)).fill_null(value=False)
    if not marked.any() or not SOME <= float(below.sum()) / float(marked.sum()) <= 1 - SOME:
        return
    above = marked & ~below
    seen = tuple(
        Seen(said, int(here.sum()), round(float(survey.money.filter(here).abs().sum()), 2))
        for said, here in (("below", below), ("above", above))
    )
    asked = Question("return_signs", "returns", (name,), ())
    values = list(mapping.returns.values)
    kept = {"keep": [{"column": name, "values": values}]} if values else {}
    by_sign = {"returns": None, "answers": {asked.key: "sign"}} | kept
    yield Question(
        "return_signs", "returns", (name,),
        (Answer("sign", by_sign), Answer("marked", {"answers": {asked.key: "marked"}})), "sign", seen,
    )  # fmt: skip


RETURN_SIGNS = Detector("signs of returns", _watches, _asks)
