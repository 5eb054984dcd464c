"""Whose an order is, and what it is counted in: doubts are asked, and answers hold."""

from __future__ import annotations

import pytest

from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.questions.question import chosen
from insiders_assets.ingest.rules import FileRules
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
    assert "one id far ahead of any other, or unlike them (5555 with 40 orders, 67% of all)" in asked
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


def test_some_ids_far_ahead_of_all_others_and_words_among_numbers_are_a_question(tmp_path):
    strangers = [row(number, customer_id=str(5555 + number % 2)) for number in range(100, 140)]
    asked = read(tmp_path, csv(*orders(20), *strangers)).outcome.set_aside
    assert "ids far ahead of any other, or unlike them (5555, 5556 with 40 orders, 67% of all)" in asked
    word = [row(number, customer_id="ZAFNA") for number in range(100, 103)]
    assert "(ZAFNA with 3 orders, 13% of all)" in read(tmp_path, csv(*orders(20), *word)).outcome.set_aside
    named = [
        row(number, customer_id=["Mary Ann", "Jo Hill", "A. Lu"][number % 3]) for number in range(10, 30)
    ]
    assert not read(tmp_path, csv(*named)).outcome.set_aside
    mails = [row(number, customer_id=f"{'abcd'[number % 4]}@shop.example") for number in range(10, 40)]
    assert not read(tmp_path, csv(*mails)).outcome.set_aside


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("'9005", "9005"),
        ("’9005", "9005"),
        ("9,005", "9005"),
        ("9.005", "9005"),
        ("9 005", "9005"),
        ("#9005", "9005"),
        ("9005,00", "9005"),
        ("'ab-7", "ab-7"),
    ],
)
def test_marks_that_programs_leave_in_ids_are_no_part_of_them(tmp_path, written, meant):
    content = csv(*orders(12), [*row(99, customer_id="x")[:6], f'"{written}"', "Peru"])
    found = read(tmp_path, content)
    assert found.column("customer_id")[-1] == meant
    assert sum(found.outcome.unified.values()) == 1
    assert found.outcome.form["settled"][0]["code"].startswith("ids_")


def test_points_in_an_id_are_part_of_it_unless_the_file_has_it_without(tmp_path):
    found = read(tmp_path, csv(*orders(12), row(99, customer_id="10.005")))
    assert found.column("customer_id")[-1] == "10.005"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("AB12", "ab12", "ab12"),
        ("Mary Smith", "mary smith", "mary smith"),
        ("C-1001", "C1001", "c1001"),
        ("K 17", "K17", "k17"),
        ("CUST-9007", "9007", "9007"),
        ("+44 20 7946 0001", "00442079460001", "442079460001"),
        ("+442079460001", "442079460001", "442079460001"),
        ("(555) 123-4567", "555-123-4567", "5551234567"),
    ],
)
def test_ids_that_may_be_one_customers_are_a_question(tmp_path, one, other, same):
    content = csv(*orders(12), row(98, customer_id=one), row(99, customer_id=other))
    asked = read(tmp_path, content).outcome.set_aside
    assert f"{one} on 1 line" in asked
    assert f"{other} on 1 line" in asked
    path = tmp_path / "export.csv"
    for answer, people in (("same", 1), ("different", 2)):
        found = inspect(
            path, path.name, FileRules(), path.name, lambda asked, a=answer: chosen(asked, {1: a})
        )
        ids = read(tmp_path, content, mapping=found.mapping).column("customer_id")[-2:]
        assert (found.questions, len(set(ids))) == ([], people)
        assert (ids[0] == same) == (answer == "same")


def test_letters_in_front_tell_customers_apart_where_they_differ(tmp_path):
    content = csv(*orders(12), *(row(90 + n, customer_id=f"{'AB'[n]}-9007") for n in range(2)))
    assert read(tmp_path, content).rows["customer_id"].n_unique() == 8


@pytest.mark.parametrize(
    "written", ["A. Lu <A.Lu@shop.example>", "a.lu @shop.example", "mailto:a.lu@shop.example"]
)
def test_an_address_is_the_same_however_it_is_written(tmp_path, written):
    content = csv(row(1, customer_id="a.lu@shop.example"), row(2, customer_id=written))
    assert set(read(tmp_path, content).column("customer_id")) == {"a.lu@shop.example"}


def test_several_addresses_in_one_cell_are_a_question(tmp_path):
    content = csv(
        *(row(number, customer_id=f"m{number // 2}@shop.example") for number in range(10, 30)),
        row(99, customer_id="m5@shop.example; other@shop.example"),
    )
    assert "holds several e-mail addresses at once" in read(tmp_path, content).outcome.set_aside
    first = read(tmp_path, content, mapping=Mapping(unify_ids="first_address"))
    assert first.column("customer_id")[-1] == "m5@shop.example"


def test_an_id_for_each_order_is_found_where_few_come_back_and_strangers_buy(tmp_path):
    header = HEADER + ",customer_unique_id,customer_city"
    # As in Olist's orders: 97 people for 100 orders.
    rows = [[*row(n, customer_id=f"c{n}"), f"u{n % 97}", f"city {n % 5}"] for n in range(100, 200)]
    rows += [[*row(n, customer_id=""), "", ""] for n in range(300, 320)]
    asked = read(tmp_path, csv(*rows, header=header)).outcome.set_aside
    assert "100 ids for 100 orders, and column customer_unique_id knows 97 people" in asked
    # A day on which nobody comes twice says nothing, whatever else people have in common.
    header = HEADER + ",customer_city,customer_group,country_code"
    day = [[*row(n, customer_id=f"c{n}"), f"city {n % 5}", f"g{n % 3}", "DE"] for n in range(100, 140)]
    assert not read(tmp_path, csv(*day, header=header)).outcome.set_aside


def test_the_currencies_that_an_export_names_are_known(tmp_path):
    def known(content, mapping=None):
        return read(tmp_path, content, mapping=mapping).outcome.form.get("currencies")

    assert known(csv(*orders(6))) is None
    assert known(csv(*orders(6), row(98, unit_price="£2.55"))) == ["GBP"]
    named = [[*row(number), "EUR" if number < 14 else "eur"] for number in range(10, 16)]
    assert known(csv(*named, header=CURRENCY)) == ["EUR"]
    both = csv(*named, [*row(17), "USD"], header=CURRENCY)
    assert known(both, Mapping(exclude=[{"column": "Currency", "values": ["USD"]}])) == ["EUR"]
    assert known(both, Mapping(currency={"column": "Currency", "rates": {"EUR": 1, "USD": 0.5}})) is None
    words = [[*row(number), "pounds sterling"] for number in range(10, 16)]
    assert known(csv(*words, header=CURRENCY)) is None


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
