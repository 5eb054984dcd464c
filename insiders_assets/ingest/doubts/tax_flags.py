"""Prices of which some are with tax and some without, as a column beside them says: they cannot be added up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_words import TAX
from insiders_assets.ingest.doubts.status_words import NO, YES, words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_INCLUDED = words_of(
    "included includes include including inclusive incl inkl inklusive enthalten incluido incluida incluidos incluso "
    "inclusos inclusa incluse compris comprise inclus inbegrepen exclusive excluded excl exkl"
)
_WITHOUT = words_of(
    "netto net neto ht excl exkl exclusive excluded ex without sem sin sans ohne zonder senza"
)
_WITH = words_of("brutto gross bruto ttc incl inkl inclusive included with com con avec mit met")


def _is_a_flag(name: str) -> bool:
    words = set(normalise(name).split())
    return bool(words & TAX and words & _INCLUDED)


def _watches(header: Header) -> tuple[int, ...]:
    return tuple(at for at in header.free if _is_a_flag(header.names[at]))


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    for at in _watches(header):
        name = header.names[at]
        key = f"tax_mixed: {name}"
        said = header.mapping.answers.get(key) if header.mapping else None
        frame = pl.DataFrame({"value": survey.text(at), "money": survey.money}).filter(survey.kept)
        found = (
            frame.drop_nulls()
            .group_by("value")
            .agg(rows=pl.len(), money=pl.col("money").fill_nan(0).sum())
            .sort(["rows", "value"], descending=[True, False])
        )
        sides = {_side(value) for value in found["value"]}
        if said == "same" or None in sides or len(sides) < 2:
            continue
        seen = tuple(Seen(value, rows, round(money, 2)) for value, rows, money in found.iter_rows())
        yield Question(
            "tax_mixed", "money", (name,), (Answer("same", {"answers": {key: "same"}}),), None, seen
        )
        return


def _side(value: str) -> bool | None:
    """Return whether a value says that tax is in the price, or is not; None if it does not say."""
    spelled = normalise(value)
    words = set(spelled.split())
    if spelled in YES or spelled in NO:
        return spelled in YES
    return False if words & _WITHOUT else True if words & _WITH else None


TAX_FLAGS = Detector("tax in prices", _watches, _asks)
