"""Reasons: every number in a sentence recomputes from the customer's features; rules are as good as they say."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from insiders_assets.programme import ProgrammeRules, run_programme
from insiders_assets.programme.conditions import CONDITIONS, matrix
from insiders_assets.programme.rule_tree import fidelity, fit_rules, round_between, which
from insiders_assets.programme.rules import Threshold
from insiders_assets_tests import programme_shop as shop
from insiders_assets_tests.reason_numbers import gap_of, numbers_that_recompute

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


def test_the_rule_told_to_a_customer_is_true_of_them_and_disagreement_is_said(given):
    result = run_programme(given)
    rules = {row["rule"]: row for row in result.tables["eligibility_rules"].to_dicts()}
    known = result.insiders.filter("is_identified")
    assert known["rule"].null_count() == 0
    for row in known.to_dicts():
        rule = rules[row["rule"]]
        assert row["rule_agrees"] == (rule["says_insider"] == (row["policy_tier"] == "insider"))
        if row["suppressed_by"] is None and not row["is_near_miss"]:
            assert rule["condition"] in row["reason"]
            assert ("says otherwise" in row["reason"]) == (not row["rule_agrees"])
    assert sum(rule["customers"] for rule in rules.values()) == known.height


@pytest.mark.parametrize("rules", [ProgrammeRules(), CUT, BAR])
def test_a_near_miss_that_does_what_the_reason_says_becomes_an_insider(given, rules):
    result = run_programme(replace(given, rules=rules))
    near = result.insiders.filter("is_near_miss")
    assert near.height > 3
    assert (near["tier"] != "insider").all()
    assert near["reason"].str.starts_with("Nearly: ").all()
    said = result.tables["eligibility_rules"].filter("says_insider")["rule"].to_list()
    known = result.insiders.filter("is_identified")
    leaves = fit_rules(matrix(known), (known["policy_tier"] == "insider").to_numpy())
    for row in near.to_dicts():
        feature, gap = gap_of(row)
        after = dict(row)
        after[feature] = after[feature] + gap
        if rules.policy == "coverage":
            rule = which(leaves, matrix(pl.DataFrame([after])))[0]
            assert rule in said, row["reason"]
            assert which(leaves, matrix(pl.DataFrame([row])))[0] not in said
        elif rules is CUT:
            least = result.tables["members"]["revenue"].min()
            assert after["revenue"] == pytest.approx(least, abs=0.0051)
        else:
            assert all(after[t.feature] >= t.value - 0.0051 for t in rules.insider_thresholds)
            assert any(row[t.feature] < t.value for t in rules.insider_thresholds)


def test_nobody_is_told_to_return_something_or_to_wait():
    assert {c.feature for c in CONDITIONS if c.more} == {
        "revenue", "total_purchases", "avg_ticket", "distinct_stock_code", "purchase_lines", "basket_size"
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
