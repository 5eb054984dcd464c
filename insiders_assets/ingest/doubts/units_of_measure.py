"""Quantities in several units of measure, such as grams and kilograms: one price for both, or a price for each?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_columns import AMOUNTS, money_beside
from insiders_assets.ingest.doubts.money_words import money_of
from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.doubts.statuses import seen_values
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.schema import DERIVED
from insiders_assets.ingest.questions.question import Answer, Question

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_NAMES = words_of(
    "uom unit units unitofmeasure measure einheit mengeneinheit me meins unidade unidad unite unita eenheid um medida"
)
_BESIDE = words_of(
    "of sales sale order qty quantity the de di da sales base menge medida measure venda venta"
)
_KINDS = (
    words_of(
        "g gr gram grams gramm grammes gramas gramos kg kilo kilos kilogram kilogramm mg t ton tons oz lb lbs"
    ),
    words_of("l lt ltr liter litre liters litres litro litros ml cl dl milliliter gal"),
    words_of("m meter metre meters metres metro metros cm mm km centimeter"),
)
"""Units that one and the same thing can be measured in."""


def _is_of_units(name: str) -> bool:
    words = set(normalise(name).split())
    return bool(words & _NAMES) and words <= _NAMES | _BESIDE


def _watches(header: Header) -> tuple[int, ...]:
    if DERIVED in header.plan.columns or "unit_price" not in header.plan.columns:
        return ()
    if any(money_of(header.names[at]) in AMOUNTS for at in money_beside(header)):
        return ()  # a total tells
    return tuple(at for at in header.free if _is_of_units(header.names[at]))


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    for at in _watches(header):
        name = header.names[at]
        seen = seen_values(survey, at)
        for kind in _KINDS:
            several = tuple(each for each in seen if normalise(each.value) in kind)
            if len(several) < 2:
                continue
            same = Answer("same", {"answers": {f"measures: {name}": "same"}})
            asked = Question("measures", "money", (name,), (same,), None, several)
            if not asked.is_answered(header.mapping):
                yield asked
                return


MEASURES = Detector("units of measure", _watches, _asks)
