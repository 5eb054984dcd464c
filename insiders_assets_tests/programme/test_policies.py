"""Selection policies, suppression, grace and hysteresis."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules, read_ids
from insiders_assets.programme.thresholds import Threshold
from insiders_assets.settings import load_settings
from insiders_assets_tests import programme_shop as shop


@pytest.fixture(scope="module")
def given():
    return shop.inputs()


BY_CLUSTER = ProgrammeRules(policy="coverage", hysteresis=0.02)


def profiles(result) -> pl.DataFrame:
    return result.tables["cluster_profiles"].sort("mean_revenue", descending=True, nulls_last=True)


def test_clusters_are_insiders_until_the_coverage_is_reached(given):
    table = profiles(run_programme(replace(given, rules=BY_CLUSTER)))
    before = table["cumulative_share_of_revenue"].shift(1, fill_value=0.0)
    expected = ["insider" if b < 0.85 else "viability" if b < 0.97 else "not_insider" for b in before]
    assert table["tier"].to_list() == expected
    assert len(set(expected)) > 1


@pytest.mark.parametrize("word", ["2", "NAME"])
def test_named_clusters_are_insiders_by_number_or_name(given, word):
    names = dict(run_programme(given).tables["cluster_profiles"].select("cluster", "name").iter_rows())
    rules = ProgrammeRules(policy="clusters", insider_clusters=(names[2] if word == "NAME" else "2",))
    result = run_programme(replace(given, rules=rules))
    assert result.insiders.filter(pl.col("tier") == "insider")["cluster"].unique().to_list() == [2]


def test_a_cluster_that_there_is_not_is_said_with_those_there_are(given):
    rules = ProgrammeRules(policy="clusters", insider_clusters=("99",))
    with pytest.raises(UsageError, match=r"99.*INSIDERS_INSIDER_CLUSTERS|INSIDERS_INSIDER_CLUSTERS.*99"):
        run_programme(replace(given, rules=rules))


@pytest.mark.parametrize("count", [1, 17, 10_000])
def test_a_budget_takes_the_highest_revenue_and_never_more_than_it_may(given, count):
    result = run_programme(replace(given, rules=ProgrammeRules(policy="budget", budget_members=count)))
    eligible = result.insiders.filter(pl.col("is_identified"), pl.col("suppressed_by").is_null())
    expected = eligible.sort(["revenue", "customer_id"], descending=[True, False])["customer_id"].head(count)
    assert set(result.tables["members"]["customer_id"]) == set(expected)


def test_thresholds_are_kept_to_the_border(given):
    border = float(given.features["revenue"].sort()[-40])
    rules = ProgrammeRules(
        policy="threshold",
        insider_thresholds=(Threshold("revenue", True, border), Threshold("recency", False, 100.0)),
        viability_thresholds=(Threshold("revenue", True, border / 2),),
    )
    tiers = run_programme(replace(given, rules=rules)).insiders
    inside = (pl.col("revenue") >= border) & (pl.col("recency") <= 100)
    expected = pl.when(inside).then(pl.lit("insider")).when(pl.col("revenue") >= border / 2).then(
        pl.lit("viability")
    ).otherwise(pl.lit("not_insider"))  # fmt: skip
    assert tiers["tier"].equals(tiers.select(expected.alias("tier"))["tier"])
    assert tiers["tier"].n_unique() == 3


def test_what_each_suppression_rule_costs_is_the_revenue_of_the_insiders_it_hits(given):
    someone = run_programme(given).tables["members"]["customer_id"].head(3).to_list()
    rules = ProgrammeRules(
        opted_out=frozenset(someone), suppress=("wholesale", "mostly_returned"), wholesale_score=2.0
    )
    result = run_programme(replace(given, rules=rules))
    costs = {row["rule"]: row for row in result.tables["suppressions"].to_dicts()}
    revenue = given.features.filter(pl.col("customer_id").is_in(someone))["revenue"].sum()
    assert costs["opted_out"]["insiders"] == 3
    assert costs["opted_out"]["revenue"] == pytest.approx(revenue)
    assert not set(someone) & set(result.tables["members"]["customer_id"])
    assert costs["anonymous"]["customers"] == (~given.features["is_identified"]).sum()
    assert costs["wholesale"]["insiders"] > 0
    inside = result.tables["tier_summary"].filter(pl.col("tier") == "insider")
    kept_out = result.insiders.filter(
        pl.col("tier") == "insider", pl.col("is_identified"), ~pl.col("is_member")
    )
    assert inside["members"].item() == inside["identified_customers"].item() - kept_out.height


def test_the_wholesale_rule_finds_planted_bulk_accounts_and_few_others(given):
    ids = given.features.filter("is_identified")["customer_id"].sort().to_list()[:2]
    bulk = pl.col("customer_id").is_in(ids)
    features = given.features.with_columns(
        pl.when(bulk).then(40_000.0).otherwise("basket_size").alias("basket_size"),
        pl.when(bulk).then(40_000).otherwise("total_products").alias("total_products"),
    )
    rules = ProgrammeRules(suppress=("wholesale",))
    result = run_programme(replace(given, features=features, rules=rules))
    found = result.insiders.filter(pl.col("suppressed_by") == "wholesale")["customer_id"].to_list()
    assert set(ids) <= set(found)
    assert len(found) <= 2 + 0.02 * given.features.height


def test_a_rule_that_is_off_is_counted_but_keeps_nobody_out(given):
    rules = ProgrammeRules(suppress=(), wholesale_score=1.0)
    result = run_programme(replace(given, rules=rules))
    row = result.tables["suppressions"].filter(pl.col("rule") == "wholesale").to_dicts()[0]
    assert not row["is_on"]
    assert row["insiders_by_this_rule"] > 0
    assert result.insiders.filter(pl.col("suppressed_by") == "wholesale").is_empty()


def fall_out(given, first):
    """The refresh after ``first``, at which one member is worth next to nothing; the borders stay."""
    member = first.tables["members"].sort("revenue")["customer_id"][0]
    worth = pl.when(pl.col("customer_id") == member).then(0.01).otherwise("revenue")
    return member, replace(
        given,
        features=given.features.with_columns(revenue=worth),
        borders_before=shop.borders_of(first),
        previous=first.insiders,
        refresh_id="r2",
    )


@pytest.mark.parametrize("grace", [0, 1, 3])
def test_a_member_who_falls_out_stays_for_as_many_refreshes_as_grace_says(given, grace):
    rules = ProgrammeRules(grace_refreshes=grace)
    first = run_programme(replace(given, rules=rules))
    member, after = fall_out(replace(given, rules=rules), first)
    stayed = 0
    result = run_programme(after)
    while member in result.tables["members"]["customer_id"].to_list():
        row = result.insiders.filter(pl.col("customer_id") == member).to_dicts()[0]
        stayed += 1
        assert row["grace_refreshes"] == stayed
        assert row["tier"] == "insider" != row["policy_tier"]
        assert f"stays by grace, {stayed} of {grace}." in row["reason"]
        result = run_programme(replace(after, previous=result.insiders, refresh_id=f"r{stayed + 2}"))
    assert stayed == grace
    assert result.insiders.filter(pl.col("customer_id") == member)["tier"].item() != "insider"


def test_refreshes_of_one_day_use_up_one_refresh_of_grace(given):
    given = replace(given, rules=ProgrammeRules(grace_refreshes=1))
    member, after = fall_out(given, run_programme(given))
    result = run_programme(after)
    for number in range(3, 6):
        within = replace(after, previous=result.insiders, previous_as_of=given.as_of, refresh_id=f"r{number}")
        result = run_programme(within)
        row = result.insiders.filter(pl.col("customer_id") == member).to_dicts()[0]
        assert (row["tier"], row["grace_refreshes"]) == ("insider", 1)
    the_day_before = given.as_of - timedelta(days=1)
    result = run_programme(replace(within, previous=result.insiders, previous_as_of=the_day_before))
    assert result.insiders.filter(pl.col("customer_id") == member)["tier"].item() != "insider"


def test_grace_delays_neither_a_changed_policy_nor_an_opt_out(given):
    first = run_programme(given)
    member, after = fall_out(given, first)
    other_policy = replace(
        after, rules=ProgrammeRules(insider_coverage=0.84), previous_selection=given.rules.selection
    )
    assert member not in run_programme(other_policy).tables["members"]["customer_id"].to_list()
    opted_out = replace(after, rules=ProgrammeRules(opted_out=frozenset([member])))
    assert member not in run_programme(opted_out).tables["members"]["customer_id"].to_list()


def test_a_cluster_just_past_the_border_stays_in_if_it_was_in_and_stays_out_if_not(given):
    table = profiles(run_programme(replace(given, rules=BY_CLUSTER)))
    before = table["cumulative_share_of_revenue"].shift(1, fill_value=0.0).to_list()
    place = next(n for n in range(1, table.height) if table["tier"][n] != "insider")
    cluster, border = table["cluster"][place], before[place] - 0.01
    rules = replace(BY_CLUSTER, insider_coverage=border, viability_coverage=1.0, grace_refreshes=0)
    fresh = run_programme(replace(given, rules=rules))
    was_in = fresh.insiders.with_columns(
        policy_tier=pl.when(pl.col("cluster") == cluster).then(pl.lit("insider")).otherwise("policy_tier")
    )

    def tier(previous, hysteresis=0.02):
        result = run_programme(replace(given, rules=replace(rules, hysteresis=hysteresis), previous=previous))
        return result.tables["cluster_profiles"].filter(pl.col("cluster") == cluster)["tier"].item()

    assert tier(None) != "insider"
    assert tier(fresh.insiders) != "insider"
    assert tier(was_in) == "insider"
    assert tier(was_in, hysteresis=0.0) != "insider"


def test_hysteresis_under_a_budget_prefers_members_without_exceeding_it(given):
    rules = ProgrammeRules(policy="budget", budget_members=30, hysteresis=0.3)
    first = run_programme(replace(given, rules=rules))
    ranked = first.insiders.filter("is_identified").sort("revenue", descending=True)
    last_in, first_out = ranked["customer_id"][29], ranked["customer_id"][30]
    values = dict(ranked.select("customer_id", "revenue").iter_rows())
    swapped = given.features.with_columns(
        revenue=pl.col("revenue")
        + pl.when(pl.col("customer_id") == first_out)
        .then(values[last_in] - values[first_out] + 0.01)
        .otherwise(0.0)
    )
    after = replace(given, features=swapped, rules=rules)
    fresh = set(run_programme(after).tables["members"]["customer_id"])
    kept = set(run_programme(replace(after, previous=first.insiders)).tables["members"]["customer_id"])
    assert first_out in fresh
    assert last_in not in fresh
    assert last_in in kept
    assert first_out not in kept
    assert len(fresh) == len(kept) == 30


def test_settings_become_rules_and_their_faults_are_said():
    settings = load_settings(policy="budget", budget=1000.0, cost_per_member=30.0, suppress="wholesale")
    rules = ProgrammeRules.from_settings(settings)
    assert rules.budget_members == 33
    assert rules.suppress == ("wholesale",)
    faults = {
        "INSIDERS_POLICY": {"policy": "budget"},
        "INSIDERS_INSIDER_CLUSTERS": {"policy": "clusters"},
        "INSIDERS_INSIDER_THRESHOLDS": {"policy": "threshold", "insider_thresholds": "wealth>=3"},
        "INSIDERS_VIABILITY_THRESHOLDS": {
            "policy": "threshold",
            "insider_thresholds": "revenue>=9",
            "viability_thresholds": "total_purchases<=3",
        },
        "INSIDERS_SUPPRESS": {"suppress": "wholesalers"},
        "INSIDERS_VIABILITY_COVERAGE": {"insider_coverage": 0.9, "viability_coverage": 0.5},
        "INSIDERS_CAMPAIGN_END": {"campaign_start": "2026-02-01", "campaign_end": "2026-01-01"},
    }
    for name, given_settings in faults.items():
        with pytest.raises(UsageError, match=name):
            ProgrammeRules.from_settings(load_settings(**given_settings))


def test_the_list_of_opted_out_ids_is_read_or_the_refresh_stops(tmp_path):
    file = tmp_path / "opted_out.csv"
    file.write_text('\ufeff# asked by mail\n12345\n"12346",2026-01-01\n\n', encoding="utf-8")
    assert read_ids(str(file)) == {"12345", "12346"}
    with pytest.raises(InsidersError, match="INSIDERS_OPTED_OUT"):
        read_ids(str(tmp_path / "missing.txt"))


def test_a_changed_list_of_opted_out_ids_is_a_changed_setting(tmp_path):
    file = tmp_path / "opted_out.txt"
    file.write_text("1\n")
    before = load_settings(opted_out=str(file)).digest()
    file.write_text("1\n2\n")
    assert load_settings(opted_out=str(file)).digest() != before
