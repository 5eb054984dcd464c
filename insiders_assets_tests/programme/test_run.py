"""The programme as a whole: every table keeps its contract, on ordinary and on degenerate data."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest

from insiders_assets.contracts import programme as contracts
from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.table import Table
from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.inputs import Programme, ProgrammeInputs
from insiders_assets.programme.thresholds import Threshold
from insiders_assets_tests import programme_shop as shop

TABLES = {found.name: found for found in vars(contracts).values() if isinstance(found, Table)}
MADE = (
    "members",
    "cluster_profiles",
    "tier_summary",
    "business_answers",
    "hypotheses",
    "evidence",
    "membership_changes",
    "leaves_next",
    "refreshes",
    "eligibility_rules",
    "suppressions",
    "member_tiers",
    "tier_standing",
    "tier_migration",
    "uplift",
    "cohorts",
    "revenue_by_month",
    "product_affinity",
    "product_history",
    "revenue_bridge",
    "tier_history",
    "cluster_history",
)


@pytest.fixture(scope="module")
def given() -> ProgrammeInputs:
    return shop.inputs()


@pytest.fixture(scope="module")
def made(given) -> Programme:
    return run_programme(given)


def keeps_contracts(result: Programme) -> None:
    INSIDERS.validate(result.insiders)
    for name in MADE:
        TABLES[name].validate(result.tables[name])


def test_every_table_keeps_its_contract(made):
    assert set(made.tables) == set(MADE)
    keeps_contracts(made)


def test_the_result_does_not_depend_on_the_order_of_rows(given, made):
    shuffled = replace(
        given,
        features=given.features.sample(fraction=1.0, shuffle=True, seed=3),
        assignments=given.assignments.sample(fraction=1.0, shuffle=True, seed=4),
        purchases=given.purchases.collect().sample(fraction=1.0, shuffle=True, seed=5).lazy(),
        returns=given.returns.collect().sample(fraction=1.0, shuffle=True, seed=6).lazy(),
    )
    other = run_programme(shuffled)
    assert other.insiders.equals(made.insiders)
    for name in MADE:
        assert other.tables[name].equals(made.tables[name]), name


def _one_cluster(given: ProgrammeInputs) -> ProgrammeInputs:
    return replace(given, assignments=given.assignments.with_columns(cluster=pl.lit(1, pl.Int32)))


def _no_returns(given: ProgrammeInputs) -> ProgrammeInputs:
    returns = given.returns.filter(pl.lit(False))
    features = shop.features_at(given.purchases, returns)
    return replace(given, returns=returns, features=features)


def _only(given: ProgrammeInputs, wanted: pl.Expr) -> ProgrammeInputs:
    features = given.features.filter(wanted)
    ids = features["customer_id"].implode()
    kept = pl.col("customer_id").is_in(ids)
    return replace(
        given,
        features=features,
        assignments=given.assignments.filter(kept),
        purchases=given.purchases.filter(kept),
        returns=given.returns.filter(kept),
    )


def _one_customer(given: ProgrammeInputs) -> ProgrammeInputs:
    first = given.features.filter("is_identified")["customer_id"].min()
    return _only(given, pl.col("customer_id") == first)


def _nobody_identified(given: ProgrammeInputs) -> ProgrammeInputs:
    return _only(given, ~pl.col("is_identified"))


def _a_free_lunch(given: ProgrammeInputs) -> ProgrammeInputs:
    return replace(given, features=given.features.with_columns(revenue=pl.lit(0.0), avg_ticket=pl.lit(0.0)))


def _all_alike(given: ProgrammeInputs) -> ProgrammeInputs:
    twin = given.features.filter("is_identified").head(1).drop("customer_id", "is_identified")
    alike = (
        given.features.select("customer_id", "is_identified")
        .join(twin, how="cross")
        .select(given.features.columns)
    )
    return replace(given, features=alike)


def _five_customers(given: ProgrammeInputs) -> ProgrammeInputs:
    few = given.features.filter("is_identified")["customer_id"].sort().head(5)
    return _only(given, pl.col("customer_id").is_in(few.implode()))


DEGENERATE = [
    _one_cluster, _no_returns, _one_customer, _nobody_identified, _a_free_lunch, _all_alike, _five_customers
]  # fmt: skip
HARDEST = (_nobody_identified, _one_customer)
"""What every policy has to bear always; all else is tried with the default one, and with the others at length."""
POLICIES = {
    "value": ProgrammeRules(),
    "coverage": ProgrammeRules(policy="coverage", hysteresis=0.02),
    "clusters": ProgrammeRules(policy="clusters", insider_clusters=("1",)),
    "budget": ProgrammeRules(policy="budget", budget_members=20, suppress=("wholesale", "mostly_returned")),
    "threshold": ProgrammeRules(policy="threshold", insider_thresholds=(Threshold("revenue", True, 500.0),)),
    "holdout": ProgrammeRules(holdout_share=0.2),
}


@pytest.mark.parametrize(
    ("policy", "change"),
    [
        pytest.param(policy, change, marks=() if policy == "value" or change in HARDEST else pytest.mark.full)
        for policy in ("value", "coverage", "budget", "threshold", "holdout")
        for change in DEGENERATE
    ],
)
def test_degenerate_data_keep_the_contracts_and_answer_all_eight_questions(given, change, policy):
    result = run_programme(replace(change(given), rules=POLICIES[policy]))
    keeps_contracts(result)
    assert result.tables["business_answers"]["answer"].str.len_chars().min() > 10
    assert result.tables["refreshes"]["members"].item() == result.tables["members"].height
    told = " ".join(result.tables["business_answers"]["answer"]) + " ".join(result.insiders["reason"])
    assert "nan" not in told
    assert "None" not in told


def test_without_identified_customers_nobody_is_a_member_and_it_is_said(given):
    result = run_programme(_nobody_identified(given))
    assert result.tables["members"].is_empty()
    assert any("Nobody is a member" in warning for warning in result.warnings)


@pytest.mark.parametrize("policy", POLICIES)
def test_no_anonymous_customer_is_ever_a_member(given, policy):
    # Anonymous customers who spend more than anybody else, so that every policy wants them.
    rich = given.features.with_columns(
        revenue=pl.when("is_identified").then("revenue").otherwise(pl.col("revenue") * 1000 + 1e6)
    )
    result = run_programme(replace(given, features=rich, rules=POLICIES[policy]))
    members = set(result.tables["members"]["customer_id"])
    assert members
    assert not any(name.startswith("anonymous-") for name in members)
    flagged = result.insiders.filter("is_member")
    assert set(flagged["customer_id"]) == members
    assert flagged["is_identified"].all()
    assert set(flagged["tier"]) == {"insider"}
    assert flagged["suppressed_by"].null_count() == flagged.height


def test_coverage_shares_and_means_count_identified_customers(made):
    known = made.insiders.filter("is_identified")
    inside = known.filter(pl.col("tier") == "insider")
    row = made.tables["tier_summary"].filter(pl.col("tier") == "insider").to_dicts()[0]
    assert row["share_of_customers"] == pytest.approx(inside.height / known.height)
    assert row["share_of_revenue"] == pytest.approx(inside["revenue"].sum() / known["revenue"].sum())
    assert row["mean_basket_size"] == pytest.approx(inside["basket_size"].mean())
    everyone = made.insiders.filter(pl.col("tier") == "insider")
    assert row["share_of_customers_of_all"] == pytest.approx(everyone.height / made.insiders.height)
    assert row["share_of_revenue_of_all"] == pytest.approx(
        everyone["revenue"].sum() / made.insiders["revenue"].sum()
    )


def test_all_eight_answers_change_when_the_data_do(made):
    other = run_programme(shop.inputs(customers=220, seed=9))
    both = made.tables["business_answers"].join(
        other.tables["business_answers"], on="number", suffix="_other"
    )
    assert both.height == 8
    assert both["question"].to_list() == both["question_other"].to_list()
    assert (both["answer"] != both["answer_other"]).all()


def test_answers_tell_the_numbers_of_the_tables(made):
    answers = dict(made.tables["business_answers"].select("number", "answer").iter_rows())
    insider = made.tables["tier_summary"].filter(pl.col("tier") == "insider").to_dicts()[0]
    members = made.tables["members"]
    assert f"{members.height:,} member" in answers[2]
    assert f"{insider['share_of_revenue'] * 100:.1f} %" in answers[4]
    top = members.sort(["revenue", "customer_id"], descending=[True, False])["customer_id"][0]
    assert top in answers[1]
    for row in made.tables["cluster_profiles"].filter(pl.col("identified_customers") > 0).to_dicts():
        assert row["name"].lower() in answers[6]
    border = made.tables["refreshes"]["insider_border"].item()
    assert f"revenue within 396 days is {border:,.2f} or more" in answers[5]
    assert f"falls below {border * 0.95:,.2f}" in answers[7]
    told = made.tables["business_answers"].filter(pl.col("number") == 5)["answer_args"].item()
    assert {"eligible.hysteresis", "eligible.means"} <= set(re.findall(r"eligible\.\w+", told))


def test_under_a_policy_on_clusters_the_conditions_are_the_plain_rules(given):
    made = run_programme(replace(given, rules=POLICIES["coverage"]))
    answers = dict(made.tables["business_answers"].select("number", "answer").iter_rows())
    assert made.tables["eligibility_rules"].filter("says_insider")["condition"][0] in answers[5]


def test_the_plain_sort_is_the_best_a_list_of_that_size_can_do_in_sample(made):
    shares = dict(
        made.tables["evidence"]
        .filter(pl.col("measure") == "share_of_revenue")
        .select("subject", "value")
        .iter_rows()
    )
    assert shares["plain_sort"] >= shares["list"]
    assert shares["list_minus_plain_sort"] == pytest.approx(shares["list"] - shares["plain_sort"])
    notes = made.tables["evidence"].filter(pl.col("measure") == "share_of_revenue")["note"]
    assert notes.str.contains("In-sample").all()
