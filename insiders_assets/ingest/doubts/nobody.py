"""Customer ids that stand for nobody: placeholders, and one id under which a shop keeps all strangers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from heapq import nlargest
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.ids import SCIENTIFIC
from insiders_assets.ingest.questions import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.survey import Survey

PLACEHOLDERS = [
    "guest", "guests", "gast", "gaste", "invite", "invitee", "invitado", "invitada", "invitados", "convidado",
    "convidada", "convidados", "ospite", "ospiti", "walk-in", "walkin", "walk_in", "anonymous", "anonym",
    "anonyme", "anonimo", "anonima", "anoniem", "unknown", "unbekannt", "inconnu", "desconhecido",
    "desconocido", "sconosciuto", "onbekend", "nobody", "none", "nil", "null", "na", "n/a", "n.a.", "undefined",
    "unregistered", "default", "dummy", "test", "cash", "counter", "retail", "laufkunde", "barverkauf",
    "barkunde", "kassenkunde", "comptoir", "passage", "mostrador", "balcao", "-", "--", "---", ".", "?", "x",
    "xx", "xxx", "*",
]  # fmt: skip
"""Words for nobody, in the languages whose exports are met; numbers of nothing but zeros or nines are, too."""
_PHRASES = (
    "walk in", "cash customer", "cash sale", "counter sale", "guest checkout", "guest user", "consumidor final",
    "cliente final", "cliente balcao", "cliente balcão", "cliente mostrador", "cliente generico", "cliente genérico",
    "publico general", "público en general", "client comptoir", "client passage", "client de passage", "client divers",
    "cliente occasionale", "no customer", "not available", "sin cliente", "sem cliente", "kein kunde", "balcão",
    "anónimo", "anônimo", "gäste", "invité", "não identificado", "sin identificar", "non identifié",
)  # fmt: skip
WORDS = pl.Series([*PLACEHOLDERS, *_PHRASES], dtype=pl.String)
_WORD_SET = frozenset(WORDS)
_NUMBERS = r"^(?:0+|9{5,}|-1)$"

FEWEST_ORDERS, TIMES, SHARE = 20, 10, 0.05
"""One id is far ahead of any other with this many orders, so many times those of the next, and this share of all."""


def _is_nobody(ids: pl.Expr) -> pl.Expr:
    lower = ids.str.to_lowercase().str.strip_chars()
    return lower.is_in(WORDS.implode()) | lower.str.contains(_NUMBERS)


def _watches(_: Header) -> tuple[int, ...]:
    return ()


def _marks(transactions: pl.DataFrame) -> pl.Series:
    """Mark rows that differ in order or customer from the one before: an id is counted once for each order."""
    order, customer = pl.col("invoice_no"), pl.col("customer_id")
    return transactions.select(
        order.ne_missing(order.shift()) | customer.ne_missing(customer.shift())
    ).to_series()


def _suspects(transactions: pl.DataFrame, marked: pl.Series | None) -> bool:
    """Whether an id among transactions may stand for nobody."""
    if marked is None or not transactions.height:
        return False
    people = transactions["customer_id"].filter(marked).to_list()
    if not marked[0]:  # read together with an export that ends with the same order
        people.append(transactions["customer_id"][0])
    orders = Counter(people)
    orders.pop(None, None)
    return any(_stands_for_nobody(each) for each in orders) or _leader(orders) is not None


def _stands_for_nobody(customer: str) -> bool:
    """Whether an id stands for nobody; see :func:`_is_nobody`."""
    lower = customer.lower().strip()
    return lower in _WORD_SET or re.match(_NUMBERS, lower) is not None


def _leader(orders: Mapping[str, int]) -> str | None:
    """The id with far more orders than any other; None if there is none.

    Args:
        orders: Orders by customer id.
    """
    if len(orders) < 3:
        return None
    (first, most), (_, next_most) = nlargest(2, orders.items(), key=lambda each: each[1])
    far = most >= FEWEST_ORDERS and most >= TIMES * next_most and most >= SHARE * sum(orders.values())
    return first if far else None


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    people, orders = survey.ours("customer_id"), survey.ours("invoice_no")
    at = header.plan.columns.get("customer_id")
    if people is None or orders is None or at is None:
        return
    known = {value.casefold() for value in header.plan.nobody}
    lines = pl.DataFrame({"id": people, "order": orders, "money": survey.money}).drop_nulls("id")
    # An id that a spreadsheet rounded is refused, whoever it may have been.
    refused = pl.col("id").str.contains(SCIENTIFIC)
    lines = lines.filter(~pl.col("id").str.to_lowercase().is_in(list(known)) & ~refused)
    column = header.names[at]
    words = lines.filter(_is_nobody(pl.col("id")))
    if words.height:
        yield _question("placeholder_ids", column, words)
        lines = lines.filter(~_is_nobody(pl.col("id")))
    orders_of = dict(lines.unique(["id", "order"]).group_by("id").len().iter_rows())
    if leader := _leader(orders_of):
        facts = {"orders": orders_of[leader], "share": orders_of[leader] / sum(orders_of.values())}
        yield _question("leading_id", column, lines.filter(pl.col("id") == leader), facts)


def _question(code: str, column: str, lines: pl.DataFrame, facts: dict[str, float] | None = None) -> Question:
    found = (
        lines.group_by("id")
        .agg(rows=pl.len(), money=pl.col("money").sum())
        .sort(["rows", "id"], descending=[True, False])
    )
    seen = tuple(Seen(value, rows, round(money, 2)) for value, rows, money in found.iter_rows())
    question = Question(code, "identity", (column,), (), "anonymous", seen, facts or {})
    answers = (
        Answer("anonymous", {"anonymous_ids": [each.value for each in seen]}),
        Answer("customer", {"answers": {question.key: "customer"}}),
    )
    return Question(code, "identity", (column,), answers, "anonymous", seen, facts or {})


NOBODY = Detector("ids of nobody", _watches, _asks, _marks, _suspects)
