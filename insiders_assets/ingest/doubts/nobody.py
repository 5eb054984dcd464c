"""Customer ids that stand for nobody: placeholders, and one id under which a shop keeps all strangers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from heapq import nlargest
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.internal import internal_question, is_internal
from insiders_assets.ingest.doubts.statuses import spoken_for
from insiders_assets.ingest.parsing.ids import SCIENTIFIC
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

PLACEHOLDERS = [
    "guest", "guests", "gast", "gaste", "invite", "invitee", "invitado", "invitada", "invitados", "convidado",
    "convidada", "convidados", "ospite", "ospiti", "walk-in", "walkin", "walk_in", "anonymous", "anonym",
    "anonyme", "anonimo", "anonima", "anoniem", "unknown", "unbekannt", "inconnu", "desconhecido",
    "desconocido", "sconosciuto", "onbekend", "nobody", "none", "nil", "null", "na", "n/a", "n.a.", "undefined",
    "unregistered", "default", "dummy", "test", "cash", "counter", "retail", "laufkunde", "barverkauf",
    "barkunde", "kassenkunde", "comptoir", "passage", "mostrador", "balcao", "-", "--", "---", ".", "?", "x",
    "xx", "xxx", "*", "nan", "#n/a", "not set", "notset", "unset", "visitor", "passant", "passanten", "pos", "kassa",
    "kasse", "laufkundschaft", "gastkunde", "gastbestellung", "einmalkunde", "ladenkunde", "diverse", "divers",
    "varios", "vários", "particulier", "noname", "anon", "unidentified", "unassigned",
]  # fmt: skip
"""Words for nobody, in the languages whose exports are met; numbers of nothing but zeros or nines are, too."""
_PHRASES = (
    "walk in", "cash customer", "cash sale", "counter sale", "guest checkout", "guest user", "consumidor final",
    "cliente final", "cliente balcao", "cliente balcão", "cliente mostrador", "cliente generico", "cliente genérico",
    "publico general", "público en general", "client comptoir", "client passage", "client de passage", "client divers",
    "cliente occasionale", "no customer", "not available", "sin cliente", "sem cliente", "kein kunde", "balcão",
    "not set", "one time customer", "one-time customer", "unregistered customer", "guest customer", "guest buyer",
    "sem cadastro", "nao informado", "não informado", "nao identificado", "cpf nao informado", "cpf não informado",
    "cliente nao identificado", "cliente não identificado", "sem identificacao", "sem identificação", "cliente avulso",
    "cliente no registrado", "sin registrar", "no identificado", "cliente contado", "cliente de paso", "cliente varios",
    "clientes varios", "venta mostrador", "publico en general", "público general", "publico general", "sin nombre",
    "non renseigne", "non renseigné", "consommateur final", "client anonyme", "client non identifie", "sans compte",
    "ohne kundenkonto", "ohne kunde", "anonymer kunde", "nicht registriert", "cliente anonimo",
    "cliente non registrato", "consumatore finale", "niet geregistreerd", "losse klant", "anonieme klant", "no name",
    "no account", "anónimo", "anônimo", "gäste", "invité", "não identificado", "sin identificar", "non identifié",
)  # fmt: skip
WORDS = pl.Series([*PLACEHOLDERS, *_PHRASES], dtype=pl.String)
_WORD_SET = frozenset(WORDS)
_NUMBERS = "^(?:0+|9{5,}|-1|" + "|".join(f"{digit}{{9,}}" for digit in "12345678") + ")$"
_APART = r"[()<>\"'.\-/ ]"
"""What may stand between the digits of a document's number, and around a word."""
_CUSTOMER = r"\b(?:customer|client|cliente|kunde|klant|user|buyer|shopper|account|sale|order|purchase)\b"
"""Words that say no more beside one for nobody."""
_MAIL = (
    r"^(?:guest|gast|invitado|convidado|invite|ospite|no-?reply|no-?e?-?mail|none|nobody|anonymous|anonimo|unknown|"
    r"test|teste|tester|prueba|example|sin-?e?mail|sem-?e?mail|sans-?e?mail|walk-?in|pos|customer|cliente|kunde)\d*@"
)
"""E-mail addresses that a shop writes where it knows none."""

FEWEST_ORDERS, TIMES, SHARE = 12, 10, 0.05
"""One id is far ahead of any other with this many orders, so many times those of the next, and this share of all."""
TOGETHER = 3
"""Ids that may be far ahead of all others together."""
_DIGIT_OR_AT = re.compile(r"[\d@]")
FEWEST_OF_A_WORD, RARE = 3, 0.1
"""Orders from which an id without a digit is asked about, and the share of such ids up to which they are odd ones."""


def _is_nobody(ids: pl.Expr) -> pl.Expr:
    lower = ids.str.to_lowercase().str.strip_chars()
    bare = lower.str.strip_chars("()<>[]\"' ")
    digits = lower.str.replace_all(_APART, "")
    number = lower.str.contains(_NUMBERS) | (digits.str.len_chars() >= 8) & digits.str.contains(_NUMBERS)
    rest = bare.str.replace_all(_CUSTOMER, " ").str.replace_all(r"\s+", " ").str.strip_chars()
    named = pl.any_horizontal(each.is_in(WORDS.implode()) for each in (lower, bare, rest))
    return named | number | lower.str.contains(_MAIL)


def _watches(_: Header) -> tuple[int, ...]:
    return ()


def _marks(transactions: pl.DataFrame, starts: pl.Series) -> pl.Series:
    """Mark rows that differ in order or customer from the one before: an id is counted once for each order."""
    customer = transactions["customer_id"]
    return starts | customer.ne_missing(customer.shift())


def _suspects(transactions: pl.DataFrame, marked: pl.Series | None) -> bool:
    """Return whether an id among transactions may stand for nobody."""
    if marked is None or not transactions.height:
        return False
    people = transactions["customer_id"].filter(marked).to_list()
    if not marked[0]:  # read together with an export that ends with the same order
        people.append(transactions["customer_id"][0])
    orders = Counter(people)
    orders.pop(None, None)
    return any(map(_is_odd, orders)) or bool(_leaders(orders))


@lru_cache(maxsize=1 << 16)
def _is_odd(customer: str) -> bool:
    """Return whether an id stands for nobody or for the shop itself."""
    return _stands_for_nobody(customer) or is_internal(customer)


def _stands_for_nobody(customer: str) -> bool:
    """Return whether an id stands for nobody; see :func:`_is_nobody`."""
    if customer.isdecimal():
        return re.match(_NUMBERS, customer) is not None
    lower = customer.lower().strip()
    bare = lower.strip("()<>[]\"' ")
    if lower in _WORD_SET or bare in _WORD_SET or re.match(_NUMBERS, lower):
        return True
    if " " in bare and " ".join(re.sub(_CUSTOMER, " ", bare).split()) in _WORD_SET:
        return True
    if "@" in lower:
        return re.match(_MAIL, lower) is not None
    digits = re.sub(_APART, "", lower) if lower[:1].isdigit() else ""
    return len(digits) >= 8 and re.match(_NUMBERS, digits) is not None


def _leaders(orders: Mapping[str, int]) -> list[str]:
    """Return the ids that have far more orders than any other, or are words among numbers and come back.

    Args:
        orders: Orders by customer id.
    """
    if len(orders) < 3:
        return []
    most = max(orders.values())
    if most < FEWEST_OF_A_WORD:
        return []
    fewest = max(FEWEST_ORDERS, SHARE * sum(orders.values()))
    if most >= fewest:
        first = nlargest(TOGETHER + 1, orders.items(), key=lambda each: each[1])
        for together in range(1, len(first)):
            (_, most), (_, next_most) = first[together - 1 : together + 1]
            if most >= fewest and most >= TIMES * next_most and len(orders) >= together + 2:
                return [customer for customer, _ in first[:together]]
    often = [each for each, count in orders.items() if count >= FEWEST_OF_A_WORD and _is_word(each)]
    return often if often and sum(map(_is_word, orders)) <= RARE * len(orders) else []


def _is_word(customer: str) -> bool:
    return _DIGIT_OR_AT.search(customer) is None


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
    # What a rule leaves out needs no other answer.
    left_out = spoken_for(header.mapping, column)
    lines = lines.filter(~pl.col("id").str.to_lowercase().is_in(list(left_out)))
    if shop := internal_question(header, column, lines):
        yield shop
    lines = lines.filter(~pl.col("id").is_in([each for each in lines["id"].unique() if is_internal(each)]))
    words = lines.filter(_is_nobody(pl.col("id")))
    if words.height:
        yield _question("placeholder_ids", column, words)
        lines = lines.filter(~_is_nobody(pl.col("id")))
    orders_of = dict(lines.unique(["id", "order"]).group_by("id").len().iter_rows())
    if leaders := _leaders(orders_of):
        theirs = sum(orders_of[leader] for leader in leaders)
        facts = {"orders": theirs, "share": theirs / sum(orders_of.values())}
        yield _question("leading_id", column, lines.filter(pl.col("id").is_in(leaders)), facts)


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
