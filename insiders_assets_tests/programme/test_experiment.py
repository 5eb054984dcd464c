"""The holdout and what it measures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from insiders_assets.contracts.claims import UPLIFT
from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.experiment import draw
from insiders_assets.programme.uplift import detectable_effect, uplift
from insiders_assets_tests import programme_shop as shop

HELD = ProgrammeRules(holdout_share=0.2)


@pytest.fixture(scope="module")
def given():
    return shop.inputs(400, rules=HELD)


@pytest.fixture(scope="module")
def first(given):
    return run_programme(given)


def groups(result) -> dict[str, str]:
    drawn = result.insiders.filter(pl.col("experiment_group").is_not_null())
    return dict(drawn.select("customer_id", "experiment_group").iter_rows())


def test_the_held_out_are_the_set_share_of_the_eligible_and_not_members(first):
    drawn = groups(first)
    held = {name for name, group in drawn.items() if group == "holdout"}
    assert len(held) == pytest.approx(0.2 * len(drawn), abs=1)
    assert not held & set(first.tables["members"]["customer_id"])
    assert set(first.tables["members"]["customer_id"]) == set(drawn) - held
    assert not any(name.startswith("anonymous-") for name in drawn)
    reasons = first.insiders.filter(pl.col("suppressed_by") == "holdout")["reason"]
    assert reasons.str.contains("held out").all()


def test_the_draw_is_stratified_by_cluster_and_revenue():
    eligible = pl.DataFrame(
        {
            "customer_id": [f"{n:05d}" for n in range(3000)],
            "cluster": [n % 3 + 1 for n in range(3000)],
            "revenue": np.random.default_rng(0).lognormal(6, 1.5, 3000),
        }
    )
    drawn = eligible.join(draw(eligible, 0.1, seed=1), on="customer_id")
    for _, part in drawn.group_by("cluster"):
        assert (part["drawn"] == "holdout").sum() == pytest.approx(100, abs=3)
    median = drawn["revenue"].median()
    rich = drawn.filter(pl.col("revenue") > median)
    assert (rich["drawn"] == "holdout").mean() == pytest.approx(0.1, abs=0.02)
    other = draw(eligible, 0.1, seed=2)
    assert not other.sort("customer_id").equals(draw(eligible, 0.1, seed=1).sort("customer_id"))


def test_groups_stay_as_drawn_while_customers_come_and_go(given, first):
    before = groups(first)
    fewer = given.features.sample(fraction=0.7, seed=1)
    second = run_programme(replace(given, features=fewer, previous=first.insiders, refresh_id="r2"))
    after = groups(second)
    still_here = set(fewer["customer_id"])
    assert all(after[name] == group for name, group in before.items() if name in still_here)
    # One who drops below the tier keeps the group, and is not invited on coming back if held out.
    someone = next(name for name, group in sorted(before.items()) if group == "holdout")
    worst = given.assignments["cluster"].max()
    down = given.assignments.with_columns(
        cluster=pl.when(pl.col("customer_id") == someone).then(worst).otherwise("cluster").cast(pl.Int32)
    )
    out = run_programme(replace(given, assignments=down, previous=first.insiders, refresh_id="r2"))
    assert groups(out)[someone] == "holdout"
    back = run_programme(replace(given, previous=out.insiders, refresh_id="r3"))
    assert someone not in back.tables["members"]["customer_id"].to_list()


def test_without_a_share_nobody_is_held_out_and_the_groups_end(given, first):
    ended = run_programme(replace(given, rules=ProgrammeRules(), previous=first.insiders))
    assert groups(ended) == {}
    assert set(ended.tables["members"]["customer_id"]) == set(groups(first))


def planted(first, effect: float) -> pl.LazyFrame:
    """Purchases after the draw: noise for all drawn, and ``effect`` more for the invited."""
    noise = np.random.default_rng(3)
    day = (shop.LAST - shop.EPOCH).days
    rows = [
        {
            "customer_id": name,
            "invoice_day": day + 5,
            "line_value": 100.0 + float(noise.normal(0, 10)) + effect * (group == "invited"),
        }
        for name, group in groups(first).items()
    ]
    return pl.DataFrame(rows).with_columns(pl.col("invoice_day").cast(pl.Int32)).lazy()


@pytest.mark.parametrize("effect", [0.0, 20.0])
def test_the_uplift_table_finds_a_planted_effect_and_none_where_there_is_none(first, effect):
    begin, end = shop.LAST + timedelta(1), shop.LAST + timedelta(30)
    table = uplift(planted(first, effect), first.insiders, begin, end, shop.LAST + timedelta(40))
    UPLIFT.validate(table)
    row = table.filter(pl.col("measure") == "revenue_per_customer").to_dicts()[0]
    assert row["low"] <= effect <= row["high"]
    assert (row["p_value"] < 0.001) == (effect > 0)
    assert row["invited"] + row["held_out"] == len(groups(first))


def test_a_campaign_that_began_before_the_draw_measures_nothing(given, first):
    assert uplift(given.purchases, first.insiders, shop.days_before(5), None, shop.LAST).is_empty()
    assert first.tables["uplift"].is_empty()


def test_a_running_campaign_is_in_the_tables_of_the_refresh(given, first):
    rules = replace(HELD, campaign_start=shop.LAST, campaign_end=shop.LAST + timedelta(10))
    result = run_programme(replace(given, rules=rules, previous=first.insiders, refresh_id="r2"))
    assert result.tables["uplift"].height == 3
    assert result.tables["uplift"]["note"].str.contains("not over").all()


def test_the_detectable_effect_shrinks_with_more_customers_and_a_fairer_split(given):
    day = (shop.LAST - shop.EPOCH).days
    everyone = given.features.filter("is_identified")
    tenth = detectable_effect(given.orders, everyone, day, 0.1)
    half = detectable_effect(given.orders, everyone, day, 0.5)
    few = detectable_effect(given.orders, everyone.head(50), day, 0.1)
    assert None not in (tenth, half, few)
    assert half.absolute < tenth.absolute
    assert tenth.absolute / half.absolute == pytest.approx(np.sqrt((1 / 0.1 + 1 / 0.9) / 4), rel=0.02)
    assert detectable_effect(given.orders, everyone.head(2), day, 0.1) is None


def test_the_evidence_states_the_detectable_effect(first):
    row = first.tables["evidence"].filter(pl.col("measure") == "detectable_effect").to_dicts()[0]
    assert row["value"] > 0
    assert "20%" in row["note"]
