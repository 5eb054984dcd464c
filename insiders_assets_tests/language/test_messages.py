"""What tables say: codes and arguments, the English that they make, and what pages tell of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from insiders_assets.contracts.customers import ASSIGNMENTS
from insiders_assets.contracts.messages import message_columns
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.language import LANGUAGES, Language
from insiders_assets.language.message import Message, message
from insiders_assets.language.pages import PageWriter
from insiders_assets.language.slots import PLACE, Kind, Slot, text
from insiders_assets.language.texts import TEXTS
from insiders_assets.language.texts.nouns import ORDERS
from insiders_assets.language.writer import PLAIN
from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.inputs import Programme, ProgrammeInputs
from insiders_assets.programme.statistics import p_value_message
from insiders_assets.report import ReportInputs
from insiders_assets.report.page import render, render_evidence
from insiders_assets.settings import Settings
from insiders_assets_tests.catalogue import read_catalogue, untranslated
from insiders_assets_tests.report_tables import AS_OF, customers, insiders, refresh

EXTRA = {
    "payment_method": ["credit card", "cash"],
    "marital_status": ["single", "married"],
    "age": ["31", "60"],
    "delivery_distance_km": ["10", "80"],
    "annual_income": ["120000", "20000"],
    "education": ["high school", "none"],
    "weight": ["0.4", "2.5"],
}
POLICIES: dict[str, dict[str, Any]] = {
    "value": {"suppress": ("wholesale", "mostly_returned"), "holdout_share": 0.1, "campaign_start": AS_OF},
    "coverage": {
        "policy": "coverage",
        "suppress": ("wholesale",),
        "holdout_share": 0.1,
        "campaign_start": AS_OF,
    },
    "clusters": {"policy": "clusters", "insider_clusters": ("1", "2"), "viability_clusters": ("3",)},
    "budget": {"policy": "budget", "budget_members": 40},
    "threshold": {"policy": "threshold", "insider_thresholds": ("revenue>=900", "recency<=90")},
    "net": {"value": "net", "insider_coverage": 0.8},
    "nobody": {"policy": "threshold", "insider_thresholds": ("revenue>=1000000000",)},
}

THEN = ("budget", "threshold")
"""Policies that a refresh after the first is made with, too."""


def _lines(features: pl.DataFrame, *, returned: bool) -> pl.LazyFrame:
    """A few lines for each customer."""
    draw = np.random.default_rng(4)
    rows = []
    table = CLEAN_PURCHASES if not returned else RETURNS
    for customer, units, recency, known in features.select(
        "customer_id", "returned" if returned else "total_products", "recency", "is_identified"
    ).iter_rows():
        if returned and not units:
            continue
        for line in range(2):
            day = AS_OF - timedelta(days=int(recency) + line * 40)
            product = int(draw.integers(0, 40))
            rows.append(
                {
                    "invoice_no": f"{customer}-{line}", "stock_code": f"P{product}",
                    "description": f"PACK OF {product} CANDLES", "quantity": -int(units) if returned else int(units),
                    "invoice_date": datetime.combine(day, datetime.min.time()),
                    "invoice_day": (day - date(1970, 1, 1)).days, "unit_price": float(product + 1),
                    "customer_id": customer, "country": "France", "is_identified": known, "line_value": 1.0,
                }
            )  # fmt: skip
    return pl.DataFrame(rows, schema=table.polars_schema).lazy()


def _run(policy: str, *, extra: bool = False, before: pl.DataFrame | None = None) -> Programme:
    features = customers(400)
    purchases = _lines(features, returned=False)
    if extra:
        place = pl.int_range(pl.len()) % 2
        purchases = purchases.with_columns(
            place.replace_strict([0, 1], values, return_dtype=pl.String).alias(name)
            for name, values in EXTRA.items()
        )
    return run_programme(
        ProgrammeInputs(
            features=features,
            assignments=insiders(400).select(ASSIGNMENTS.names),
            purchases=purchases,
            returns=_lines(features, returned=True),
            rules=ProgrammeRules.from_settings(Settings(**POLICIES[policy])),
            previous=before,
            as_of=AS_OF,
            refresh_id="2025-11-30-aa",
            model_version="m",
            previous_model_version=None if before is None else "m",
            silhouette={"embedding": 0.5, "features": 0.1, "leaves": 0.0},
            rows={"read": 9, "transactions": 9, "quarantined": 0, "purchases": 8, "returns": 1},
        )
    )


@cache
def _first(policy: str) -> Programme:
    """A first refresh, run once for all tests."""
    return _run(policy)


@cache
def _said() -> list[tuple[str, str, str | None, str | None]]:
    """Whatever refreshes of every policy say, once each: column, English, code and arguments."""
    first = _first("coverage")
    results = [*map(_first, POLICIES), *(_run(name, extra=True, before=first.insiders) for name in THEN)]
    found: dict[tuple[str, str, str | None, str | None], None] = {}
    for result in results:
        for table in (result.insiders, *result.tables.values()):
            for name in message_columns(table.columns):
                said = table.select(name, f"{name}_code", f"{name}_args").unique(maintain_order=True)
                found |= dict.fromkeys((name, *row) for row in said.iter_rows() if row[0] is not None)
    assert len(found) > 2000
    return list(found)


def test_the_english_of_every_table_is_what_its_code_and_arguments_say() -> None:
    for name, english, code, args in _said():
        assert code, f"{name}: {english}"
        message = Message.read(code, args)
        assert PLAIN.write(message) == english
        assert message.arguments == args, "the same facts have one form"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_told_in_every_language(language: str) -> None:
    words = Language(language, "BRL")
    for name, english, code, args in _said():
        row = {name: "not told", f"{name}_code": code, f"{name}_args": args}
        assert "not told" not in words.said(row, name), english


ENGLISH = re.compile(
    r"\b(?:the|of|and|with|their|they|which|was|were|from|are|is|by|an|for|this|that|to)\b", re.IGNORECASE
)
"""Words that no Portuguese sentence has."""


@pytest.mark.parametrize("page", [render, render_evidence], ids=["report", "evidence"])
def test_no_sentence_of_a_page_is_english_for_a_reader_of_portuguese(
    page: Callable[[ReportInputs], str],
) -> None:
    result = _first("value")
    tables = {name: table for name, table in result.tables.items() if name != "insiders"}
    products = tables["product_affinity"].with_columns(description=pl.lit("CANECA AZUL"))
    tables |= {"product_affinity": products}  # what the shop calls its products is no text of ours
    inputs = refresh(
        400,
        language="pt_BR",
        currency="BRL",
        insiders=result.insiders,
        tables=tables,
        refresh_id="2025-11-30-aa",
    )
    body = page(inputs).split("</style>")[2].split('id="figures"')[0]
    shown = {" ".join(text.split()) for text in re.findall(r">([^<>]+)<", body)}
    assert len(shown) > 300
    missing = {  # told by the one test of what is not translated
        part
        for message in untranslated("pt_BR")
        for part in PLACE.split(message.id[0] if isinstance(message.id, tuple) else message.id)[::2]
        if ENGLISH.search(part)
    }
    english = {text for text in shown if ENGLISH.search(text)}
    assert sorted(text for text in english if not any(part in text for part in missing)) == []


def test_what_english_pages_say_better_is_said_by_messages() -> None:
    ours = {text.english for text in TEXTS.values()}
    assert {message.id for message in read_catalogue("en") if message.id} <= ours


ROW = {
    "reason": "4,310.00 in 7 orders, last 2 days ago; Insiders start at 1,050.",
    "reason_code": "reason.gross",
    "reason_args": '{"days":2,"orders":7,"value":4310.00,"why":{"code":"why.start","border":1050}}',
}


def test_a_reason_is_told_with_its_own_numbers() -> None:
    assert Language("pt_BR", "BRL").said(ROW, "reason") == (
        "R$\xa04.310 em 7 pedidos, o último há 2 dias; Insiders começam em R$\xa01.050."
    )
    assert Language("en", "GBP").said(ROW, "reason") == (
        "£4,310 in 7 orders, last 2 days ago; Insiders start at £1,050."
    )


@pytest.mark.parametrize(
    "other",
    [
        {"reason_code": None, "reason_args": None},
        {"reason_code": "reason.of_tomorrow"},
        {"reason_args": '{"days":2}'},
        {"reason_args": "{"},
        {"reason_args": '{"days":2,"orders":7,"value":"much","why":null}'},
        {"reason_args": "[1]"},
    ],
    ids=["older", "newer", "lacking", "damaged", "mistaken", "no object"],
)
def test_what_cannot_be_told_stays_english(other: dict[str, str | None]) -> None:
    for language in LANGUAGES:
        words = Language(language, "BRL")
        assert words.said(ROW | other, "reason") == ROW["reason"]
        assert words.said({"reason": ROW["reason"]}, "reason") == ROW["reason"]
        assert words.said_first(ROW | other, "reason") == ROW["reason"].rstrip(".")
        assert words.said({"reason": None}, "reason") == ""


def test_amounts_that_only_cents_tell_apart_keep_them() -> None:
    def told(value: str, border: str) -> str:
        args = f'{{"days":1,"orders":1,"value":{value},"why":{{"code":"why.start","border":{border}}}}}'
        return Language("en", "GBP").said(ROW | {"reason_args": args}, "reason")

    assert told("1050.37", "1050.50") == "£1,050.37 in 1 order, last 1 day ago; Insiders start at £1,050.50."
    assert told("8438.21", "1050.75") == "£8,438 in 1 order, last 1 day ago; Insiders start at £1,051."


@pytest.mark.parametrize(
    ("kind", "value", "plain", "portuguese"),
    [
        (Kind.NUMBER, Decimal("1234.50"), "1,234.50", "1.234"),
        (Kind.NUMBER, 12345, "12,345", "12.345"),
        (Kind.NUMBER, None, "–", "–"),
        (Kind.PLAIN, Decimal("1234.5"), "1234.5", "1.234"),
        (Kind.SIGNED, Decimal("1.8"), "+1.8", "+1,8"),
        (Kind.SIGNED, Decimal("-0.3"), "-0.3", "−0,3"),
        (Kind.MONEY, Decimal("4310.25"), "4,310.25", "R$\xa04.310"),
        (Kind.MONEY, Decimal("12.5"), "12.5", "R$\xa012,50"),
        (Kind.MONEY, Decimal("999.99"), "999.99", "R$\xa0999,99"),
        (Kind.PERCENT, Decimal("0.125"), "12.5 %", "12,5%"),
        (Kind.TIGHT, Decimal("0.10"), "10%", "10%"),
        (Kind.CHANGE, Decimal("0.031"), "+3.1 %", "+3,1%"),
        (Kind.DAY, date(2017, 12, 7), "2017-12-07", "7 de dezembro de 2017"),
        (Kind.NAME, "SHOP, 7.5", "SHOP, 7.5", "SHOP, 7.5"),
        (Kind.TEXT, message("name.mixed"), "In between", "Intermediários"),
        (Kind.LOWER, message("name.mixed"), "in between", "intermediários"),
        (Kind.CAPITAL, message("word.often"), "Often", "Frequentes"),
        (Kind.SMALL, message("name.all"), "all customers", "todos os clientes"),
        (Kind.LISTED, ["a", "b", "c"], "a, b and c", "a, b e c"),
        (Kind.LISTED, ["a"], "a", "a"),
        (Kind.COMMAS, ["a", "b"], "a, b", "a, b"),
        (Kind.EITHER, ["a", "b", "c"], "a; or b; or c", "a; ou b; ou c"),
        (
            Kind.NAMED,
            [message("word.big"), message("word.dear")],
            "Big, dear",
            "Pedidos grandes, itens caros",
        ),
        (ORDERS, 1, "1 order", "1 pedido"),
        (ORDERS, 2910, "2,910 orders", "2.910 pedidos"),
    ],
)
def test_a_slot_says_how_its_argument_is_written(
    monkeypatch: pytest.MonkeyPatch, kind: Slot, value: Any, plain: str, portuguese: str
) -> None:
    monkeypatch.setitem(TEXTS, "test", text("%(it)s", it=kind))
    told = Message.read("test", message("test", it=value).arguments)
    assert PLAIN.write(told) == plain
    assert PageWriter(Language("pt_BR", "BRL")).write(told) == portuguese


def test_a_message_has_one_form_whatever_the_order_of_its_arguments() -> None:
    inner = message("why.grace", used=1, allowed=2)
    one = message("reason.gross", why=inner, days=2, orders=7, value=Decimal("5.10"))
    other = message("reason.gross", value=Decimal("5.10"), orders=7, days=2, why=inner)
    form = '{"days":2,"orders":7,"value":5.10,"why":{"code":"why.grace","allowed":2,"used":1}}'
    assert one.arguments == other.arguments == form
    assert Message.read("reason.gross", form).arguments == form


def test_a_text_and_its_slots_belong_together() -> None:
    with pytest.raises(ValueError, match=r"slots \['days'\] are not those of 'in %\(orders\)s'"):
        text("in %(orders)s", days=Kind.NUMBER)


@pytest.mark.parametrize(
    ("p", "english", "told"),
    [
        (0.0, "p < 0.0001", "p < 0,0001"),
        (5e-324, "p < 0.0001", "p < 0,0001"),
        (0.0123, "p = 0.012", "p = 0,012"),
    ],
)
def test_a_tiny_p_value_is_never_written_as_nothing(p: float, english: str, told: str) -> None:
    assert PLAIN.write(p_value_message(p)) == english
    assert PageWriter(Language("pt_BR")).write(p_value_message(p)) == told
