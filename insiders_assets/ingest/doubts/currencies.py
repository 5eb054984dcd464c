"""Money in several currencies is never added up: one is chosen, or all are turned into one at given rates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.parsing.currency_signs import codes
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_WORDS = frozenset(
    [
        "currency",
        "ccy",
        "cur",
        "curr",
        "iso4217",
        "munteenheid",
        "wahrungscode",
        "moeda",
        "moneda",
        "divisa",
        "waehrung",
        "wahrung",
        "devise",
        "valuta",
        "monnaie",
        "munt",
    ]
)
_NAMES_ONE = r"^[A-Z]{3}$|\p{Sc}|\$"
_OFFERED = 3
"""Currencies of which one is offered as the only one that counts."""
_MOST = 40
"""Values above which a column holds no currencies."""


def _watches(header: Header) -> tuple[int, ...]:
    if header.plan.currency:
        return ()
    return tuple(at for at in header.free if names_a_currency(header.names[at]))


def names_a_currency(name: str) -> bool:
    """Return whether a column may say in which currency a line's money is."""
    return bool(_WORDS & set(normalise(name).split()))


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    for at in _watches(header):
        text = survey.text(at).str.to_uppercase()
        lines = (
            pl.DataFrame({"currency": text, "money": survey.money}).filter(survey.kept).drop_nulls("currency")
        )
        found = (
            lines.group_by("currency")
            .agg(rows=pl.len(), money=pl.col("money").sum())
            .sort(["rows", "currency"], descending=[True, False])
        )
        if not 1 < found.height <= _MOST or not found["currency"].str.contains(_NAMES_ONE).all():
            continue
        seen = tuple(Seen(value, rows, round(money, 2)) for value, rows, money in found.iter_rows())
        name, values = header.names[at], [each.value for each in seen]
        answers = tuple(
            Answer(
                f"only_{one}",
                {"exclude": [{"column": name, "values": [each for each in values if each != one]}]},
            )
            for one in values[:_OFFERED]
        )
        yield Question("currencies", "money", (name,), answers, None, seen)


def named(survey: Survey, header: Header) -> set[str]:
    """Return the currencies that lines of an export name, but for those that its mapping turns into one or leaves out.

    Args:
        survey: The export, with the columns that :data:`CURRENCIES` watches.
        header: Its header.
    """
    found: set[str] = set()
    for at in _watches(header):
        values = survey.text(at).filter(survey.kept).drop_nulls().unique().str.to_uppercase()
        if len(values) <= _MOST and values.str.contains(_NAMES_ONE).all():
            found |= codes(values)
    return found


CURRENCIES = Detector("currencies", _watches, _asks)
