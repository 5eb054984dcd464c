"""Reasons: every number in a sentence recomputes from the customer's features; rules are as good as they say."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.conditions import CONDITIONS, matrix
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.rule_tree import fidelity, fit_rules, round_between, which
from insiders_assets.programme.thresholds import Threshold
from insiders_assets_tests import programme_shop as shop
from insiders_assets_tests.reason_numbers import gap_of, numbers_that_recompute

BY_CLUSTER = ProgrammeRules(policy="coverage", hysteresis=0.02)
CUT = ProgrammeRules(policy="budget", budget_members=60)
BAR = ProgrammeRules(
    policy="threshold",
    insider_thresholds=(Threshold("revenue", True, 900.0), Threshold("total_purchases", True, 3.0)),
)


@pytest.fixture(scope="module")
def given():
    return shop.inputs(500)


@pytest.fixture(scope="module")
def listed(given) -> pl.DataFrame:
    return run_programme(given).insiders


def test_every_number_in_every_reason_recomputes_from_the_features(listed):
    assert numbers_that_recompute(listed) > 100


def test_every_customer_has_a_reason_and_every_member_the_one_of_the_list(given):
    result = run_programme(given)
    assert result.insiders["reason"].str.len_chars().min() > 20
    both = result.tables["members"].join(result.insiders, on="customer_id", suffix="_listed")
    assert (both["reason"] == both["reason_listed"]).all()


@pytest.mark.parametrize("rules", [BY_CLUSTER, ProgrammeRules()])
def test_the_rule_told_to_a_customer_is_true_of_them_or_not_told(given, rules):
    result = run_programme(replace(given, rules=rules))
    told = {row["rule"]: row for row in result.tables["eligibility_rules"].to_dicts()}
    known = result.insiders.filter("is_identified")
    assert known["rule"].null_count() == 0
    for row in known.to_dicts():
        rule = told[row["rule"]]
        assert row["rule_agrees"] == (rule["says_insider"] == (row["policy_tier"] == "insider"))
        assert (f"; {rule['condition']}. " in row["details"]) == row["rule_agrees"]
    assert sum(rule["customers"] for rule in told.values()) == known.height
    if rules.policy == "value":
        assert known["rule_agrees"].all()
        assert {rule["share_right"] for rule in told.values()} == {1.0}


@pytest.mark.parametrize("rules", [ProgrammeRules(), BY_CLUSTER, CUT, BAR])
def test_a_near_miss_that_does_what_is_said_becomes_an_insider(given, rules):
    result = run_programme(replace(given, rules=rules))
    near = result.insiders.filter("is_near_miss")
    assert near.height > 3
    assert (near["tier"] != "insider").all()
    said = result.tables["eligibility_rules"].filter("says_insider")["rule"].to_list()
    known = result.insiders.filter("is_identified")
    leaves = fit_rules(matrix(known), (known["policy_tier"] == "insider").to_numpy())
    for row in near.to_dicts():
        feature, gap = gap_of(row)
        after = dict(row)
        after[feature] = after[feature] + gap
        if rules.policy == "coverage":
            rule = which(leaves, matrix(pl.DataFrame([after])))[0]
            assert rule in said, row["details"]
            assert which(leaves, matrix(pl.DataFrame([row])))[0] not in said
        elif rules is BAR:
            after["revenue"] = after["value"]
            assert all(after[t.feature] >= t.value - 0.0051 for t in rules.insider_thresholds)
            assert any(row[t.feature] < t.value for t in rules.insider_thresholds)
        else:
            least = result.insiders.filter("is_member")["value"].min()
            assert after["value"] >= (least if rules is CUT else shop.borders_of(result).insider) - 0.0051
            assert row["gap_amount"] == pytest.approx(gap, abs=0.0101)


@pytest.mark.parametrize("rules", [ProgrammeRules(), CUT])
def test_the_gap_is_exactly_what_is_missing(given, rules):
    result = run_programme(replace(given, rules=rules))
    outside = result.insiders.filter(pl.col("gap_amount").is_not_null())
    assert outside.height > 50
    cut = (
        shop.borders_of(result).insider
        if rules.policy == "value"
        else result.tables["members"]["value"].min()
    )
    enough = outside["value"] + outside["gap_amount"]
    assert ((enough >= cut - 1e-6) & (enough < cut + 0.011)).all()
    per_order = outside["value"] / outside["total_purchases"]
    assert (outside["gap_orders"] * per_order >= outside["gap_amount"] - 1e-6).all()
    assert ((outside["gap_orders"] - 1) * per_order < outside["gap_amount"]).all()
    assert result.insiders.filter("is_member")["gap_amount"].null_count() == result.tables["members"].height


@pytest.mark.parametrize("rules", [ProgrammeRules(suppress=("wholesale", "mostly_returned"), wholesale_score=1.0),
                                   BY_CLUSTER, CUT, BAR])  # fmt: skip
def test_reasons_and_next_steps_are_short_under_every_policy(given, rules):
    assert numbers_that_recompute(run_programme(replace(given, rules=rules)).insiders) > 100


def test_an_amount_beside_the_border_shows_the_cents_that_decide(given):
    first = run_programme(given)
    borders = shop.borders_of(first)
    ids = first.insiders.filter("is_identified")["customer_id"].head(2).to_list()
    beside = pl.when(pl.col("customer_id") == ids[0]).then(borders.insider - 0.01).when(
        pl.col("customer_id") == ids[1]
    ).then(borders.insider).otherwise("revenue")  # fmt: skip
    changed = replace(
        given, features=given.features.with_columns(revenue=beside), previous=first.insiders.filter(
            ~pl.col("customer_id").is_in(ids)), previous_selection=given.rules.selection, borders_before=borders,
    )  # fmt: skip
    rows = {row["customer_id"]: row for row in run_programme(changed).insiders.to_dicts()}
    assert rows[ids[0]]["tier"] != "insider" == rows[ids[1]]["tier"]
    for name, amount in zip(ids, (borders.insider - 0.01, borders.insider), strict=True):
        assert rows[name]["reason"].startswith(f"{amount:,.2f} in ")
        assert rows[name]["reason"].endswith(f"Insiders start at {borders.insider:,.2f}.")


def test_nobody_is_told_to_return_something_or_to_wait():
    assert {c.feature for c in CONDITIONS if c.more} == {
        "value", "total_purchases", "avg_ticket", "distinct_stock_code", "purchase_lines", "basket_size"
    }  # fmt: skip


def test_the_rules_split_as_well_as_those_of_a_library():
    from sklearn.tree import DecisionTreeClassifier

    draw = np.random.default_rng(1)
    values = draw.lognormal(1, 1, (2000, 5))
    inside = (values[:, 0] > 3) & (values[:, 1] < 4) | (values[:, 2] > 9)
    leaves = fit_rules(values, inside, depth=3)
    said = np.array([False] + [leaf.says_insider for leaf in leaves])[which(leaves, values)]
    theirs = DecisionTreeClassifier(max_depth=3, min_samples_leaf=20, random_state=0).fit(values, inside)
    assert (said == inside).mean() == pytest.approx((theirs.predict(values) == inside).mean(), abs=0.002)
    assert (said == inside).mean() > 0.95
    assert sum(leaf.customers for leaf in leaves) == 2000
    assert np.all(which(leaves, values) > 0)


def test_fidelity_is_that_of_customers_the_rules_have_not_seen():
    draw = np.random.default_rng(2)
    values = draw.normal(size=(1000, 3))
    assert fidelity(values, values[:, 0] > 0.2) > 0.97
    coin = draw.random(1000) < 0.5
    assert 0.4 < fidelity(values, coin) < 0.6
    assert math.isnan(fidelity(values[:5], coin[:5]))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(31.0, 34.0, 32.0), (481.5, 493.2, 490.0), (0.0, 1.0, 0.0), (5.0, 5.0, 5.0)],
)
def test_borders_are_round_numbers_between_the_values(low, high, expected):
    assert round_between(low, high) == expected
