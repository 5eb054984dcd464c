"""Quantities in several units of measure, such as grams and kilograms: one price for both, or a price for each?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_columns import AMOUNTS, money_beside
from insiders_assets.ingest.doubts.money_words import money_of
from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.schema import DERIVED
from insiders_assets.ingest.questions.question import Answer, Question, Seen

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
        key = f"measures: {name}"
        if header.mapping and key in header.mapping.answers:
            continue
        frame = pl.DataFrame({"value": survey.text(at), "money": survey.money, "kept": survey.kept})
        found = (
            frame.filter("kept")
            .drop_nulls("value")
            .group_by("value")
            .agg(rows=pl.len(), money=pl.col("money").fill_nan(0).sum())
            .sort(["rows", "value"], descending=[True, False])
        )
        for kind in _KINDS:
            several = found.filter(
                pl.col("value").map_elements(normalise, return_dtype=pl.String).is_in(sorted(kind))
            )
            if several.height > 1:
                seen = tuple(Seen(value, rows, round(money, 2)) for value, rows, money in several.iter_rows())
                yield Question(
                    "measures", "money", (name,), (Answer("same", {"answers": {key: "same"}}),), None, seen
                )
                return


MEASURES = Detector("units of measure", _watches, _asks)
