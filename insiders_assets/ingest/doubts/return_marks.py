"""Marks of lines that came back: flags, dates of return and numbers of credit notes beside lines that look sold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.refunds import NO_MARKS, gives
from insiders_assets.ingest.doubts.status_names import kind_of, names_what_is_reversed
from insiders_assets.ingest.doubts.status_words import NO, YES, words_of
from insiders_assets.ingest.doubts.statuses import (
    is_stated_elsewhere,
    seen_values,
    spoken_for,
    status_question,
)
from insiders_assets.ingest.doubts.twins import are_of_other_orders
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.questions.question import Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_SPOKEN_OF = NO_MARKS - words_of("id no number date at on reason motivo grund raison code")
"""Words of columns that speak of returns without a return."""
_OF_AN_EARLIER = words_of(
    "original originale orig originating ursprung ursprungs ursprungliche origine corrected"
)
_DOCUMENT = words_of(
    "invoice order rechnung bestellung factura fatura facture pedido commande ordine fattura"
)
_HAPPENED_TO = words_of(
    "returned refunded devolvido devolvida devuelto devuelta rembourse remboursee retourne retournee retourniert "
    "erstattet zurueckgegeben zuruckgegeben rimborsato rimborsata reso restituito geretourneerd terugbetaald "
    "reembolsado reembolsada estornado returns retouren retours devoluciones devolucoes resi"
)
"""Participles: the line was sold, and came back."""


def is_a_mark(name: str) -> bool:
    """Return whether a column's name speaks of lines that came back, or of the invoice that one is against."""
    words = set(normalise(name).split())
    if names_what_is_reversed(name):
        return True
    if kind_of(name) or gives(name) == "pieces":
        return False
    if words & _OF_AN_EARLIER and words & _DOCUMENT:
        return True
    if "credit" in words and not words & words_of("note memo is nota flag"):
        return False
    if "rma" in words:
        return True
    return "return" in notions(name)[0] and not words & _SPOKEN_OF and not words & {"card", "score", "limit"}


def _watches(header: Header) -> tuple[int, ...]:
    return tuple(at for at in header.free if is_a_mark(header.names[at]))


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    for at in _watches(header):
        name = header.names[at]
        seen, known = seen_values(survey, at), spoken_for(header.mapping, name)
        if not seen or "*" in known or known & {each.value.casefold() for each in seen}:
            continue
        of_line = not _HAPPENED_TO & set(normalise(name).split())
        marked = [each for each in seen if normalise(each.value) not in NO]
        if all(normalise(each.value) in YES | NO for each in seen):
            if marked and not is_stated_elsewhere(survey, at, marked):
                here = survey.text(at).is_in([each.value for each in marked])
                of_line = of_line or are_of_other_orders(survey, here)
                yield status_question(name, "refunded", marked, of_line=of_line)
            continue
        filled = _on_some(survey, at, marked) if gives(name) not in ("pieces", "amount") else None
        if filled and not is_stated_elsewhere(survey, at, marked):
            theirs = are_of_other_orders(survey, survey.text(at).is_in([each.value for each in marked]))
            yield status_question(name, "refunded", [filled], rule="filled", of_line=theirs)


def _on_some(survey: Survey, at: int, marked: list[Seen]) -> Seen | None:
    """Return what stands on some lines and is empty on all others.

    None if it is on each, as a last day of return is.
    """
    text = survey.text(at)
    if not marked or len(marked) < text.drop_nulls().n_unique() or not text.null_count():
        return None
    return Seen(marked[0].value, sum(e.rows for e in marked), sum(e.money or 0.0 for e in marked))


RETURN_MARKS = Detector("mark of returns", _watches, _asks)
