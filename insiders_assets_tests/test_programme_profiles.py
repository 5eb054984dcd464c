"""Profiles: what sets clusters apart, their names, and what to do about them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from insiders_assets.programme import run_programme
from insiders_assets.programme.actions import RULES, SILENT_DAYS, Facts, cluster_facts, recommend
from insiders_assets.programme.traits import TRAITS, name_clusters, standardised
from insiders_assets_tests import programme_shop as shop

EVEN = Facts(
    customers=100,
    orders=5.0,
    products=40.0,
    basket=100.0,
    unit_price=2.0,
    revenue_per_product=25.0,
    returned_share=0.02,
    returned_value=400.0,
    silent_share=0.3,
    silent_revenue=9_000.0,
    overdue=10,
    overdue_revenue=5_000.0,
)


@pytest.fixture(scope="module")
def given():
    return shop.inputs()


@pytest.fixture(scope="module")
def made(given):
    return run_programme(given)


def apart(**values: float) -> dict[str, float]:
    return {trait.feature: 0.0 for trait in TRAITS} | values


def names_of(rows: dict[int, dict[str, float]], before: dict[int, str] | None = None) -> dict[int, str]:
    table = pl.DataFrame([{"cluster": cluster, **row} for cluster, row in rows.items()])
    return name_clusters(table, list(rows), before)


def test_names_say_what_sets_a_cluster_apart():
    names = names_of(
        {
            1: apart(revenue=1.6, total_purchases=1.8),
            2: apart(distinct_stock_code=-1.2, revenue=0.3),
            3: apart(total_purchases=-1.0, recency=0.9, basket_size=-0.5),
            4: apart(revenue=0.01),
        }
    )
    assert names == {
        1: "Highest revenue, frequent buyers",
        2: "Low product variety, high revenue",
        3: "Occasional buyers, small baskets",
        4: "Average customers",
    }


def test_names_are_unique_however_alike_clusters_are():
    names = names_of({number: apart(revenue=-0.5) for number in range(1, 9)})
    assert len(set(names.values())) == 8


def test_a_name_is_kept_while_it_is_true_and_no_longer():
    rows = {1: apart(revenue=2.0), 2: apart(returned=0.9, basket_size=0.8), 3: apart(revenue=-1.0)}
    names = names_of(rows)
    assert names[2].startswith("Many returns")
    shifted = rows | {2: apart(returned=0.2, basket_size=0.8)}
    assert names_of(shifted, names)[2] == names[2]
    assert not names_of(shifted)[2].startswith("Many returns")
    assert names_of(rows | {2: apart(returned=-0.9)}, names)[2] != names[2]


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


@pytest.mark.parametrize(
    ("own", "first_word"),
    [
        ({"products": 10.0}, "Cross-sell"),
        ({"basket": 30.0}, "Bundles"),
        ({"orders": 1.5}, "Next order"),
        ({"unit_price": 0.8}, "Price tier"),
        ({"silent_share": 0.9}, "Win back"),
        ({"returned_share": 0.2}, "Returns prevention"),
        ({}, "Keep"),
    ],
)
def test_each_shortcoming_gets_its_action(own, first_word):
    first = recommend(replace(EVEN, **own), EVEN, EVEN)[0]
    assert first.text.startswith(first_word)
    assert first.stake > 0


def test_no_rule_applies_to_a_cluster_like_its_better():
    assert [action.text[:4] for action in recommend(EVEN, EVEN, EVEN)] == ["Keep"]
    assert len(RULES) == 6


def test_the_facts_behind_actions_recompute(given):
    customers = given.features.join(given.assignments, on="customer_id").sort("customer_id")
    returned = (
        given.returns.group_by("customer_id")
        .agg(returned_micros=(-pl.col("line_value").sum() * 1e6).round(0).cast(pl.Int64))
        .collect()
    )
    facts = cluster_facts(customers, returned)
    own = customers.filter("is_identified", pl.col("cluster") == 2)
    assert facts[2].orders == pytest.approx(own["total_purchases"].mean())
    assert facts[2].unit_price == pytest.approx(own["revenue"].sum() / own["total_products"].sum())
    silent = own.filter(pl.col("recency") > SILENT_DAYS)
    assert facts[2].silent_revenue == pytest.approx(silent["revenue"].sum())
    value = (
        returned.filter(pl.col("customer_id").is_in(own["customer_id"].implode()))["returned_micros"].sum()
        / 1e6
    )
    assert facts[2].returned_value == pytest.approx(value)
