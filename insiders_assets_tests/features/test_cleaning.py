"""The cleaning rules."""

from __future__ import annotations

import pytest

from insiders_assets.aliases import Aliases
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.features.cleaning import CleaningRules, clean_purchases, returns
from insiders_assets.features.dropped import dropped
from insiders_assets.settings import load_settings
from insiders_assets_tests.make import transactions


def purchases(*rows, **rules):
    return clean_purchases(transactions(*rows).lazy(), CleaningRules(**rules)).collect()


def test_an_ordinary_line_is_a_purchase_and_keeps_its_contract():
    found = CLEAN_PURCHASES.validate(purchases({"quantity": 3, "unit_price": 1.5}))
    assert found["line_value"].to_list() == [4.5]
    assert found["is_identified"].to_list() == [True]


def test_a_negative_quantity_is_a_return_and_no_purchase():
    raw = transactions({"quantity": -2}, {"quantity": 2}, {"quantity": 0})
    assert RETURNS.validate(returns(raw.lazy(), CleaningRules()).collect())["quantity"].to_list() == [-2]
    assert clean_purchases(raw.lazy(), CleaningRules()).collect()["quantity"].to_list() == [2]


@pytest.mark.parametrize("code", ["POST", "m", "AMAZONFEE", "S"])
def test_a_stock_code_of_letters_only_is_dropped(code):
    assert purchases({"stock_code": code}).is_empty()
    assert purchases({"stock_code": code}, drop_letter_codes=False).height == 1


@pytest.mark.parametrize("code", ["85123A", "BANK CHARGES", "C2", "22423"])
def test_a_stock_code_with_anything_but_letters_is_kept(code):
    assert purchases({"stock_code": code}).height == 1


def test_a_price_must_exceed_the_floor():
    assert purchases({"unit_price": 0.04}).is_empty()
    assert purchases({"unit_price": 0.041}).height == 1
    assert purchases({"unit_price": 0.04}, price_floor=0.01).height == 1


def test_excluded_countries_and_customers_go_and_missing_ones_stay():
    rows = [
        {"country": "Unspecified"},
        {"country": None},
        {"customer_id": None, "invoice_no": "7"},
        {"customer_id": "9"},
    ]
    kept = purchases(*rows, excluded_customers=("9",))
    assert kept["customer_id"].to_list() == ["17850", "anonymous-7"]


def test_rules_of_several_mappings_each_drop_their_own_lines():
    settings = load_settings(price_floor=0)
    theirs = {
        name: {"price_floor": floor, "drop_letter_codes": False}
        for name, floor in (("a.csv", 1.0), ("b.csv", 2.0))
    }
    rules = CleaningRules.from_settings(settings, theirs)
    raw = transactions(
        *(
            {"source_file": name, "country": name, "unit_price": price}
            for name in ("a.csv", "b.csv")
            for price in (0.5, 1.5, 2.5)
        )
    )
    kept = clean_purchases(raw.lazy(), rules).collect()
    assert kept.select("country", "unit_price").rows() == [("a.csv", 1.5), ("a.csv", 2.5), ("b.csv", 2.5)]


def test_purchases_and_returns_of_all_ids_of_a_person_are_of_one():
    raw = transactions({"customer_id": "b"}, {"customer_id": "a"}, {"customer_id": "b", "quantity": -1})
    rules = CleaningRules.from_settings(load_settings(), aliases=Aliases({"b": "a"}))
    assert clean_purchases(raw.lazy(), rules).collect()["customer_id"].to_list() == ["a", "a"]
    assert returns(raw.lazy(), rules).collect()["customer_id"].to_list() == ["a"]


def test_the_share_of_a_rule_counts_lines_of_both_sides():
    raw = transactions(
        {"stock_code": "POST", "unit_price": 0.1}, {"stock_code": "POST", "quantity": -1, "unit_price": 0.1},
        {"unit_price": 90.0}, {"quantity": -1, "unit_price": 90.0},
    )  # fmt: skip
    (found,) = dropped(raw.lazy(), CleaningRules())
    assert found.share == 0.5


def test_who_is_left_out_is_so_under_every_id_and_a_country_under_its_own_name():
    aliases = Aliases({"b": "a", "Chile": "a"})
    settings = load_settings(excluded_customers=["b"], excluded_countries=["Chile"])
    rules = CleaningRules.from_settings(settings, aliases=aliases)
    assert rules.excluded_customers == ("Chile", "a", "b")
    assert rules.excluded_countries == ("Chile",)


def test_a_missing_customer_is_filled_per_invoice_and_not_identified():
    kept = purchases(*({"customer_id": None, "invoice_no": number} for number in ("7", "7", "8")))
    assert kept["customer_id"].to_list() == ["anonymous-7", "anonymous-7", "anonymous-8"]
    assert not kept["is_identified"].any()


def test_each_dropped_row_is_counted_once_under_the_first_rule_that_drops_it():
    raw = transactions(
        {"unit_price": 0.0, "stock_code": "POST"}, {"stock_code": "POST"}, {"country": "Unspecified"}, {}
    )
    assert [each.lines_in + each.lines_out for each in dropped(raw.lazy(), CleaningRules())] == [1, 1, 1]


def test_the_rules_of_a_mapping_hold_for_its_files_alone():
    settings = load_settings(price_floor=1)
    theirs = {"price_floor": 0.0, "drop_letter_codes": False, "excluded_countries": ["Chile"]}
    rules = CleaningRules.from_settings(settings, {"b.csv": theirs})
    raw = transactions(
        *({"source_file": file, "unit_price": 0.5} for file in ("a.csv", "b.csv")),
        *({"source_file": file, "stock_code": "POST"} for file in ("a.csv", "b.csv")),
        *({"source_file": file, "country": "Chile"} for file in ("a.csv", "b.csv")),
    ).lazy()
    found = clean_purchases(raw, rules).collect()
    assert found.select("unit_price", "stock_code", "country").rows() == [
        (0.5, "85123A", "United Kingdom"),
        (2.5, "POST", "United Kingdom"),
        (2.5, "85123A", "Chile"),
    ]
    assert sum(each.lines_in + each.lines_out for each in dropped(raw, rules)) == 3


@pytest.mark.parametrize("code", ["MUG", "TEA", "Coffee", "BREAD"])
def test_letters_that_are_a_product_stay_unless_all_are_to_go(code):
    assert purchases({"stock_code": code}).height == 1
    assert purchases({"stock_code": code}, drop_letter_codes=True).is_empty()


@pytest.mark.parametrize(("cheap", "floor"), [(0.0, 0.04), (0.00006, 0.04), (0.079, 0.0)])
def test_the_floor_gives_way_where_what_costs_less_is_worth_something(cheap, floor):
    assert CleaningRules.from_settings(load_settings(), cheap=cheap).price_floor == floor
    assert CleaningRules.from_settings(load_settings(price_floor=0.5), cheap=cheap).price_floor == 0.5


def test_each_rule_says_its_lines_customers_and_money_sold_and_returned():
    raw = transactions(
        {"stock_code": "POST", "quantity": 2, "unit_price": 3.0, "customer_id": "1"},
        {"stock_code": "POST", "quantity": 1, "unit_price": 3.0, "customer_id": "1"},
        {"stock_code": "DOT", "quantity": -1, "unit_price": 4.0, "customer_id": None},
        {"quantity": 0, "customer_id": "2"},
        {"quantity": 10, "unit_price": 9.1, "customer_id": "3"},
    )
    found = dropped(raw.lazy(), CleaningRules())
    assert [(each.rule, each.lines_in, each.lines_out, each.customers) for each in found] == [
        ("stock code of a service", 2, 1, 1), ("quantity of nothing", 1, 0, 1),
    ]  # fmt: skip
    assert (found[0].money_in, found[0].money_out) == (9.0, 4.0)
    precise = transactions({"stock_code": "POST", "quantity": 1, "unit_price": 0.126})
    assert dropped(precise.lazy(), CleaningRules())[0].money_in == 0.13
    assert found[0].share == 1.0  # all that was returned
    assert found[1].share == pytest.approx(1 / 5)
    assert dropped(raw.lazy(), CleaningRules(drop_letter_codes=False))[0].rule == "quantity of nothing"
