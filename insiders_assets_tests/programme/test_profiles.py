"""Profiles: what sets clusters apart, their names, and what to do about them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.kinds import AXES, MIXED, name_kinds, parted_at
from insiders_assets.programme.offers import LARGE_TICKET, MEASURED
from insiders_assets.programme.traits import standardised
from insiders_assets_tests import programme_shop as shop


@pytest.fixture(scope="module")
def given():
    return shop.inputs()


@pytest.fixture(scope="module")
def made(given):
    return run_programme(given)


def people(kinds: dict[int, list[tuple[float, float, float]]]) -> pl.DataFrame:
    """Customers by cluster, each with orders, revenue per order and revenue per line."""
    rows = [
        {"cluster": cluster, "is_identified": True, **dict(zip(["total_purchases", "avg_ticket", "avg_line_value"], row,
                                                               strict=True))}
        for cluster, members in kinds.items()
        for row in members
    ]  # fmt: skip
    return pl.DataFrame(rows)


def test_a_name_says_what_three_in_five_are_and_nothing_that_fewer_are():
    customers = people(
        {
            1: [(9.0, 90.0, 9.0)] * 6 + [(9.0, 1.0, 9.0)] * 4,
            2: [(1.0, 90.0, 1.0)] * 5 + [(1.0, 1.0, 1.0)] * 5,
            3: [(1.0, 1.0, 9.0), (9.0, 90.0, 1.0)] * 5,
        }
    )
    assert name_kinds(customers, [1, 2, 3]) == {1: "Often, big, dear", 2: "Seldom, cheap", 3: MIXED}
    # An axis that the model has not, because it does not vary or equals another, is not spoken of.
    assert name_kinds(customers, [1, 2, 3], ("how_often", "how_much"))[1] == "Often, big"


def test_names_are_unique_however_alike_clusters_are():
    alike = people({number: [(1.0, 1.0, 1.0), (2.0, 2.0, 2.0)] for number in range(1, 9)})
    names = name_kinds(alike, list(range(1, 9)))
    assert len(set(names.values())) == 8


def test_a_name_is_kept_while_it_is_true_or_a_setting_calls_the_cluster_by_it():
    often = {1: [(9.0, 9.0, 9.0)] * 10, 2: [(1.0, 1.0, 1.0)] * 10}
    before = {1: "Often, big, dear", 2: "Few lines, old name"}
    assert name_kinds(people(often), [1, 2], (), before) == {1: before[1], 2: "Seldom, small, cheap"}
    assert name_kinds(people(often), [1, 2], (), before, ["few lines, OLD name"])[2] == before[2]
    seldom = {1: often[2], 2: often[1]}
    assert name_kinds(people(seldom), [1, 2], (), before)[1] == "Seldom, small, cheap"


def test_every_name_of_a_shop_is_true_of_three_in_five(made):
    known = made.insiders.filter("is_identified")
    words = {axis.high: (axis.feature, True) for axis in AXES} | {
        axis.low: (axis.feature, False) for axis in AXES
    }
    checked = 0
    for row in made.tables["cluster_profiles"].to_dicts():
        own = known.filter(pl.col("cluster") == row["cluster"])
        for word in row["name"].casefold().split(", "):
            feature, high = words.get(word.removeprefix("very "), (None, None))
            if feature:
                above = own[feature] > parted_at(known[feature])
                assert (above if high else ~above).mean() >= 0.6, row["name"]
                checked += 1
    assert checked > 5


def test_standardised_differences_recompute(given):
    customers = given.features.join(given.assignments, on="customer_id").sort("customer_id")
    known = customers.filter("is_identified").with_columns(log=pl.col("revenue").log1p())
    table = standardised(customers)
    for row in table.to_dicts():
        mean = known.filter(pl.col("cluster") == row["cluster"])["log"].mean()
        assert row["revenue"] == pytest.approx((mean - known["log"].mean()) / known["log"].std())


def test_every_cluster_has_a_name_of_its_own_an_action_and_its_numbers(made):
    table = made.tables["cluster_profiles"]
    assert table["name"].n_unique() == table.height
    assert table["action"].str.len_chars().min() > 20
    assert table["action_reason"].str.contains(r"\d").all()
    assert table["mean_revenue"].to_list() == sorted(table["mean_revenue"].to_list(), reverse=True)


def test_means_medians_and_shares_of_a_profile_recompute(given, made):
    both = given.features.join(given.assignments, on="customer_id")
    known = both.filter("is_identified")
    for row in made.tables["cluster_profiles"].to_dicts():
        own = known.filter(pl.col("cluster") == row["cluster"])
        assert row["identified_customers"] == own.height
        assert row["mean_recency"] == pytest.approx(own["recency"].mean())
        assert row["median_revenue"] == pytest.approx(own["revenue"].median())
        assert row["share_of_revenue"] == pytest.approx(own["revenue"].sum() / known["revenue"].sum())
        everyone = both.filter(pl.col("cluster") == row["cluster"])
        assert row["share_of_revenue_of_all"] == pytest.approx(
            everyone["revenue"].sum() / both["revenue"].sum()
        )


def test_members_of_a_profile_are_counted_by_tier_and_state(made):
    known = made.insiders.filter("is_identified")
    for row in made.tables["cluster_profiles"].to_dicts():
        own = known.filter(pl.col("cluster") == row["cluster"])
        assert row["members"] == own["is_member"].sum()
        assert [row["insiders"], row["viability"], row["not_insiders"]] == [
            (own["tier"] == tier).sum() for tier in ("insider", "viability", "not_insider")
        ]
        assert [row[state] for state in ("active", "lapsing", "lost")] == [
            (own["state"] == state).sum() for state in ("active", "lapsing", "lost")
        ]
        if row["rule"]:
            assert row["rule_share_right"] >= 0.6


@pytest.mark.parametrize("rules", [ProgrammeRules(), ProgrammeRules(policy="coverage")])
def test_no_offer_is_made_to_somebody_whose_own_numbers_contradict_it(given, rules):
    known = run_programme(replace(given, rules=rules)).insiders.filter("is_identified")
    inside = known.filter(pl.col("tier") == "insider")
    assert known["offer_type"].n_unique() >= 5
    for offer, feature in MEASURED.items():
        asked = known.filter(pl.col("offer_type") == offer)
        assert (asked[feature] < inside[feature].median()).all(), offer
    for row in known.filter(pl.col("offer_type").is_in(["bundle", "better_version"])).to_dicts():
        own = known.filter(pl.col("cluster") == row["cluster"])["avg_ticket"]
        assert row["avg_ticket"] <= own.quantile(LARGE_TICKET, "higher")
    assert set(known.filter(pl.col("offer_type") == "welcome_back")["state"]) <= {"lost"}
    assert set(known.filter(pl.col("offer_type") == "reminder")["state"]) <= {"lapsing"}
    assert set(known.filter(pl.col("offer_type") == "reward")["tier"]) == {"insider"}
    care = known.filter(pl.col("offer_type") == "returns_care")
    assert (care["returned"] >= 0.2 * care["total_products"]).all()
    assert (known.filter(pl.col("suppressed_by").is_not_null())["offer_type"] == "none").all()


def test_what_is_at_stake_recomputes(made):
    known = made.insiders.filter("is_identified")
    checked = 0
    for row in made.tables["cluster_profiles"].to_dicts():
        own = known.filter(pl.col("cluster") == row["cluster"])
        if row["action"].startswith("Reminder"):
            late = own.filter(pl.col("offer_type") == "reminder")
            assert row["revenue_at_stake"] == pytest.approx(0.1 * late["value"].sum(), abs=0.01)
            assert row["action_reason"].startswith(f"{late.height} of {own.height} customers: silent for ")
            checked += 1
        if row["action"].startswith("Next order"):
            target = known.filter(pl.col("tier") == "insider")["total_purchases"].median()
            few = own.filter(pl.col("offer_type") == "next_order")
            stake = (0.1 * (target - few["total_purchases"]) * few["avg_ticket"]).sum()
            assert row["revenue_at_stake"] == pytest.approx(stake, abs=0.01)
            checked += 1
    assert checked


def test_somebody_is_late_by_their_own_rhythm_and_by_the_populations_with_few_orders():
    from insiders_assets.programme.rhythm import LAPSING_AFTER, LOST_AFTER, population_gap, with_states

    customers = pl.DataFrame(
        {
            "customer_id": ["weekly", "yearly", "once", "anonymous-1"],
            "recency": [40, 40, 40, 40],
            "tenure": [390, 390, 40, 40],
            "avg_recency_days": [7.0, 350.0, None, None],
            "is_identified": [True, True, True, False],
        }
    )
    found = with_states(customers)
    rows = {row["customer_id"]: row for row in found.to_dicts()}
    population = population_gap(customers)
    assert population == 178.5
    # 50 gaps of a week, and two of the population's beside them.
    assert rows["weekly"]["usual_gap_days"] == pytest.approx((350 + 2 * population) / 52, abs=0.06)
    assert rows["once"]["usual_gap_days"] == population
    assert rows["weekly"]["state"] == "lapsing"
    assert rows["yearly"]["state"] == rows["once"]["state"] == "active"
    assert rows["anonymous-1"]["state"] is None
    silent = with_states(customers.with_columns(recency=pl.lit(60), tenure=pl.lit(410)))
    assert silent["state"][0] == "lost"
    assert (LAPSING_AFTER, LOST_AFTER) == (2.0, 4.0)
