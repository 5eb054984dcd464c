"""Whose an order is, and what it is counted in: doubts are asked, and answers hold."""

from __future__ import annotations

import pytest

from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets_tests.ingest.exports import HEADER, csv, good, read, row

CURRENCY = HEADER + ",Currency"


def orders(count, **values):
    """One row each of many orders, every customer twice."""
    return [
        row(number, **({"customer_id": str(9000 + number // 2)} | values)) for number in range(10, 10 + count)
    ]


@pytest.mark.parametrize(
    "name", ["0", "00000", "guest", "Walk-in", "-", "CONSUMIDOR FINAL", "Gast", "99999", "unknown"]
)
def test_an_id_that_may_stand_for_nobody_is_a_question(tmp_path, name):
    content = csv(*orders(6), row(99, customer_id=name))
    asked = read(tmp_path, content).outcome.set_aside
    assert f"may stand for nobody ({name} on 1 line worth 15.30)" in asked
    answered = read(tmp_path, content, mapping=Mapping(anonymous_ids=name.upper()))
    assert answered.column("customer_id")[-1] is None
    assert answered.outcome.rows_transactions == 7
    kept = read(tmp_path, content, mapping=Mapping(answers={"placeholder_ids: CustomerID": "customer"}))
    assert kept.column("customer_id")[-1] == name
    passed = read(tmp_path, content, open_questions="pass")
    assert passed.column("customer_id")[-1] is None
    assert passed.outcome.notes


@pytest.mark.parametrize("name", ["N/A", "", "NULL"])
def test_a_value_that_programs_write_for_nothing_is_no_question(tmp_path, name):
    assert read(tmp_path, csv(*orders(6), row(99, customer_id=name))).column("customer_id")[-1] is None


@pytest.mark.parametrize("name", ["guesthouse-7", "1000", "9001", "Annie", "10"])
def test_an_id_that_only_looks_a_little_like_it_is_somebodys(tmp_path, name):
    assert read(tmp_path, csv(*orders(6), row(99, customer_id=name))).column("customer_id")[-1] == name


def test_one_id_far_ahead_of_all_others_is_a_question(tmp_path):
    strangers = [row(number, customer_id="5555") for number in range(100, 140)]
    asked = read(tmp_path, csv(*orders(20), *strangers)).outcome.set_aside
    assert "one id far ahead of any other (5555 with 40 orders, 67% of all)" in asked
    rounded = [row(number, customer_id="5.40E+12") for number in range(100, 140)]
    assert (
        "customer_id '5.40E+12' is a number that a spreadsheet rounded"
        in read(tmp_path, csv(*orders(20), *rounded)).outcome.set_aside
    )
    # A good customer, ahead of others but not out of sight, is none.
    assert not read(tmp_path, csv(*orders(20), *strangers[:18])).outcome.set_aside


def test_an_id_for_each_order_is_not_a_customers_if_another_column_knows_who_comes_back(tmp_path):
    header = HEADER + ",customer_unique_id"
    rows = [[*row(number, customer_id=f"c{number}"), f"u{number % 7}"] for number in range(10, 40)]
    asked = read(tmp_path, csv(*rows, header=header)).outcome.set_aside
    assert "30 ids for 30 orders" in asked
    assert "customer_unique_id knows 7 people" in asked
    people = read(
        tmp_path, csv(*rows, header=header), mapping=Mapping(columns={"customer_id": "customer_unique_id"})
    )
    assert people.rows["customer_id"].n_unique() == 7
    once = [[*row(number, customer_id=f"c{number}"), f"u{number}"] for number in range(10, 40)]
    assert not read(tmp_path, csv(*once, header=header)).outcome.set_aside


def test_amounts_in_several_currencies_are_never_added_up(tmp_path):
    signs = [row(number, unit_price=f"{sign}2.50") for number, sign in enumerate("€$€£")]
    assert "several currencies ($, £, €)" in read(tmp_path, csv(*signs)).outcome.set_aside
    named = [[*row(number), code] for number, code in enumerate(["EUR", "EUR", "USD", "usd"], 10)]
    asked = read(tmp_path, csv(*named, header=CURRENCY)).outcome.set_aside
    assert "EUR on 2 lines worth 30.60, USD on 2 lines worth 30.60" in asked
    rates = Mapping(currency={"column": "Currency", "rates": {"EUR": 1, "USD": 0.5}})
    assert read(tmp_path, csv(*named, header=CURRENCY), mapping=rates).column("unit_price") == [
        2.55,
        2.55,
        1.275,
        1.275,
    ]
    half = Mapping(currency={"column": "Currency", "rates": {"EUR": 1}})
    lacking = read(tmp_path, csv(*named, header=CURRENCY), mapping=half)
    assert lacking.outcome.rows_quarantined == 2
    assert "is in a currency without a rate" in lacking.reasons
    only = Mapping(exclude=[{"column": "Currency", "values": ["USD"]}])
    assert read(tmp_path, csv(*named, header=CURRENCY), mapping=only).outcome.rows_transactions == 2
    one = [[*row(number), "EUR"] for number in range(3)]
    assert read(tmp_path, csv(*one, header=CURRENCY)).outcome.rows_transactions == 3


def test_doubts_of_the_same_kind_cost_a_file_without_them_nothing(tmp_path):
    assert read(tmp_path, csv(*good(5))).outcome.rows_transactions == 5


def test_no_export_reaches_the_ids_of_the_anonymous(tmp_path):
    found = read(tmp_path, csv(*orders(6), row(99, customer_id="anonymous-536311")))
    assert found.outcome.rows_quarantined == 1
    assert "begins with anonymous-" in found.reasons
