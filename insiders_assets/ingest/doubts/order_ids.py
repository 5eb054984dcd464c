"""An id that is new with every order is not a customer's, if another column knows people who come back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.questions.question import Answer, Question

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

FEWEST_ORDERS = 10
"""Orders from which a habit can be seen."""
_PERSONAL = words_of(
    "phone mobile telephone telefon telefone telefono telefoon handy celular whatsapp loyalty cpf dni nif"
)
"""Words of what one person has, beside those of customers."""
_OF_AN_ORDER = words_of(
    "billing bill shipping ship recipient receiver destinatario empfaenger empfanger contact"
)
"""Words beside which a name is a person's, and no product's."""
ONCE = 0.98
"""Ids for each order from which one is used once."""
FEWEST, SHARE = 3, 0.01
"""Orders, and their share, by which people have to be fewer than orders to be known to come back."""
MANY = 0.3
"""People for each order from which a column called after customers tells who they are, whatever it is called."""


def _watches(header: Header) -> tuple[int, ...]:
    if "customer_id" not in header.plan.columns:
        return ()
    return tuple(at for at in header.free if _is_of_a_person(header.names[at]))


def _is_of_a_person(name: str) -> bool:
    about, words = notions(name)[0], set(normalise(name).split())
    if _PERSONAL & words:
        return True
    if {"other", "kind", "date", "country", "quantity", "price", "total"} & about:
        return "mail" in about
    return bool({"customer", "mail"} & about) or ("name" in about and bool(_OF_AN_ORDER & words))


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    orders, at = survey.ours("invoice_no"), header.plan.columns.get("customer_id")
    if orders is None or at is None:
        return
    known = orders.filter(survey.text(at).is_not_null())
    count, ids = known.n_unique(), survey.text(at).drop_nulls().n_unique()
    if count < FEWEST_ORDERS or ids < ONCE * count:
        return
    others = [(other, *_people(survey, other, orders)) for other in _watches(header)]
    fewer = max(FEWEST, SHARE * count)
    coming_back = [
        (other, people)
        for other, people, theirs in others
        if 1 < people <= theirs - fewer and (people >= MANY * theirs or _names_people(header.names[other]))
    ]
    if not coming_back:
        return
    best, people = max(coming_back, key=lambda each: (_is_number(header.names[each[0]]), each[1]))
    columns = (header.names[at], header.names[best])
    question = Question("id_per_order", "identity", columns, (), columns[1])
    answers = (
        Answer(columns[1], {"columns": {"customer_id": columns[1]}}),
        Answer("keep", {"answers": {question.key: "keep"}}),
    )
    facts = {"orders": count, "ids": ids, "people": people}
    yield Question("id_per_order", "identity", columns, answers, columns[1], arguments=facts)


def _is_number(name: str) -> bool:
    return bool({"id", "mail"} & notions(name)[0])


def _names_people(name: str) -> bool:
    """Return whether a column's name says that it tells one person from another, as ``customer group`` does not."""
    about, words = notions(name)[0], set(normalise(name).split())
    return bool({"id", "mail", "name"} & about or _PERSONAL & words)


def _people(survey: Survey, at: int, orders: pl.Series) -> tuple[int, int]:
    """Return how many people a column knows, and of how many orders.

    0 if it is empty on much, or not of whole orders.
    """
    frame = pl.DataFrame({"order": orders, "person": survey.text(at)}).drop_nulls()
    if frame.height < 0.5 * len(orders) or frame.unique().height > 1.02 * frame["order"].n_unique():
        return 0, 0
    return frame["person"].n_unique(), frame["order"].n_unique()


ORDER_IDS = Detector("ids of orders", _watches, _asks)
