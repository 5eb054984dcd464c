"""Whatever the programme writes can be told in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

from insiders_assets.contracts.customers import ASSIGNMENTS
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.language import Language
from insiders_assets.language.sentences import Sentences
from insiders_assets.programme import Programme, ProgrammeInputs, ProgrammeRules, run_programme
from insiders_assets.programme.amounts import p_value
from insiders_assets.report import ReportInputs
from insiders_assets.report.page import render, render_evidence
from insiders_assets.settings import Settings
from insiders_assets_tests.catalogue import read_catalogue
from insiders_assets_tests.report_tables import AS_OF, customers, insiders, refresh

TOLD = {
    "insiders": ("reason", "details", "headline", "next_step"),
    "members": ("reason", "cluster_name"),
    "leaves_next": ("sentence",),
    "business_answers": ("question", "answer"),
    "cluster_profiles": ("name", "sets_apart", "action", "action_reason", "rule"),
    "hypotheses": ("statement", "finding", "test"),
    "evidence": ("note",),
    "suppressions": ("meaning",),
    "eligibility_rules": ("condition",),
    "uplift": ("note",),
}
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


def _texts(result: Programme) -> list[str]:
    tables = result.tables | {"insiders": result.insiders}
    return [
        text for name, columns in TOLD.items() for column in columns for text in tables[name][column] if text
    ]


@cache
def _first(policy: str) -> Programme:
    """A first refresh, run once for all tests."""
    return _run(policy)


@cache
def _untranslated() -> dict[str, list[str]]:
    """Sentences of any refresh that Portuguese has no words for, by what was refreshed."""
    first = _first("coverage")
    written = {policy: _texts(_first(policy)) for policy in POLICIES}
    written["budget, then"] = _texts(_run("budget", extra=True, before=first.insiders))
    written["threshold, then"] = _texts(_run("threshold", extra=True, before=first.insiders))
    assert all(len(texts) > 400 for texts in written.values())
    words = Language("pt_BR", "BRL")
    found = {
        policy: list(dict.fromkeys(sentence for text in texts for sentence in words.untold(text)))
        for policy, texts in written.items()
    }
    return {policy: sentences for policy, sentences in found.items() if sentences}


def test_everything_the_programme_writes_has_a_translation() -> None:
    assert _untranslated() == {}, "write them in insiders_assets/language/catalogues/sentences.pt_BR.po"


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
    listed = [
        sentence for sentences in _untranslated().values() for sentence in sentences
    ]  # by the test above
    english = {text for text in shown if ENGLISH.search(text)}
    assert sorted(text for text in english if not any(sentence in text for sentence in listed)) == []


def test_what_is_said_better_on_an_english_page_keeps_its_figures() -> None:
    slots = re.compile(r"%\(\w+\)s|%%")
    better, known = (
        {message.id: message.string for message in read_catalogue(name) if message.id}
        for name in ("sentences.en", "sentences.pt_BR")
    )
    assert better.keys() <= known.keys()
    for english, said in better.items():
        assert sorted(slots.findall(english)) == sorted(slots.findall(said)), english


def test_english_sentences_only_gain_the_currency_and_the_dates() -> None:
    words = Language("en", "GBP")
    assert words.told("Bought for 4,310.00 in 7 orders, the last 2 days ago.") == (
        "Bought for £4,310 in 7 orders, the last 2 days ago."
    )
    assert Language("en").told("Bought for 4,310.00 in 1 order, the last 1 day ago.") == (
        "Bought for 4,310 in 1 order, the last 1 day ago."
    )


def test_a_reason_is_told_with_its_own_numbers() -> None:
    told = Language("pt_BR", "BRL").told(
        "Bought for 4,310.00 in 7 orders, the last 2 days ago. In cluster 1 (highest revenue, frequent buyers), an "
        "Insider cluster; the rule: 33 to 66 purchase lines and more than 231.5 units per order (they: 1,182 lines, "
        "103 products, 351.1 units per order, 1 unit returned)."
    )
    assert told == (
        "Comprou R$\xa04.310 em 7 pedidos, o último há 2 dias. No cluster 1 (maior receita, compradores frequentes), "
        "um cluster Insider; a regra: 33 a 66 linhas de compra e mais de 231,5 unidades por pedido (o cliente: 1.182 "
        "linhas, 103 produtos, 351,1 unidades por pedido, 1 unidade devolvida)."
    )


@pytest.mark.parametrize("last", ["48 purchase lines at most", "33 to 66 purchase lines"])
def test_money_in_a_rule_of_two_conditions_has_its_currency(last: str) -> None:
    rule = f"more than 453.47 revenue per order and {last}"
    assert Language("en", "GBP").told(rule) == rule.replace("453.47", "£453.47")
    assert "R$\xa0453,47 de receita por pedido" in Language("pt_BR", "BRL").told(rule)


@pytest.mark.parametrize(
    ("p", "english", "told"),
    [
        (0.0, "p < 0.0001", "p < 0,0001"),
        (5e-324, "p < 0.0001", "p < 0,0001"),
        (0.0123, "p = 0.012", "p = 0,012"),
    ],
)
def test_a_tiny_p_value_is_never_written_as_nothing(p: float, english: str, told: str) -> None:
    assert p_value(p) == english
    sentence = f"Chance that an Insider spends more than another customer; Mann-Whitney, {english}."
    assert told in Language("pt_BR").told(sentence)
    assert Language("pt_BR").untold(sentence) == []


def test_what_is_not_recognised_stays_as_it_is_and_is_named() -> None:
    words = Language("pt_BR")
    assert words.told("Never written before. 7 orders.") == "Never written before. 7 pedidos."
    assert words.untold("Never written before. 7 orders.") == ["Never written before."]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2 of many (a, b and c)", "muitos 2: A, B e C"),
        ("2 of many (a, d)", "2 of many (a, d)"),  # one part is unknown, so nothing is half translated
        ("A", "A"),
        ("paid 1,234.5", "pagou R$\xa01.234"),
        ("paid 12.5", "pagou R$\xa012,50"),
        ("on 2017-12-07", "em 7 de dezembro de 2017"),
        ("12.5 %", "12,5%"),
        ("-1,000", "-1.000"),
    ],
)
def test_slots_say_how_their_text_is_written(text: str, told: str) -> None:
    messages = {
        "%(n1)s of many (%(l1)s)": "muitos %(n1)s: %(l1)s", "a": "A", "b": "B", "c": "C",
        "paid %(m1)s": "pagou %(m1)s", "on %(d1)s": "em %(d1)s",
    }  # fmt: skip
    assert Sentences(Language("pt_BR", "BRL"), messages.items()).write(text) == told
