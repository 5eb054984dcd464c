"""The policy ``value``: borders, ties, hysteresis in money, and the law that buying more never puts anybody lower."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from insiders_assets.contracts.customers import TIERS
from insiders_assets.programme.borders import Borders, cut_at
from insiders_assets.programme.choosing import choose
from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.thresholds import Threshold
from insiders_assets_tests import programme_shop as shop


@dataclass(frozen=True)
class Frozen:
    """What a model says of its borders."""

    insider: float
    viability: float
    measure: str = "revenue"
    coverage: tuple[float, float] = (0.85, 0.97)


@pytest.fixture(scope="module")
def given():
    return shop.inputs(150)


def test_insiders_are_the_fewest_that_cover_the_share_and_all_who_are_worth_as_much_as_the_last(given):
    known = run_programme(given).insiders.filter("is_identified").sort("revenue", descending=True)
    covered = (known["revenue"].cum_sum() / known["revenue"].sum()).to_numpy()
    first, second = (int(np.searchsorted(covered, share)) for share in (0.85, 0.97))
    expected = ["insider"] * (first + 1) + ["viability"] * (second - first)
    assert known["tier"].to_list() == expected + ["not_insider"] * (known.height - second - 1)
    assert cut_at(np.array([5.0, 3.0, 3.0, 3.0, 0.0, -7.0]), 0.5) == 3.0
    assert cut_at(np.array([0.0, -1.0]), 0.5) == float("inf")


def test_a_customers_own_money_decides_by_the_borders_of_the_model_whatever_others_buy(given):
    frozen = replace(given, borders=Frozen(700.0, 300.0))
    tiers = run_programme(frozen).insiders
    worth = pl.col("revenue")
    expected = (
        pl.when(worth >= 700).then(pl.lit("insider")).when(worth >= 300).then(pl.lit("viability"))
        .otherwise(pl.lit("not_insider"))
    )  # fmt: skip
    assert tiers["tier"].equals(tiers.select(expected.alias("tier"))["tier"])
    rich = given.features.with_columns(revenue=pl.when(worth > 2000).then(worth * 100).otherwise(worth))
    richer = run_programme(replace(frozen, features=rich)).insiders
    assert richer["tier"].equals(tiers["tier"])


@pytest.mark.parametrize(
    "other", [Frozen(1.0, 1.0, "net_revenue"), Frozen(1.0, 1.0, coverage=(0.5, 0.9)), None]
)
def test_borders_that_do_not_fit_are_drawn_once_kept_and_said(given, other):
    first = run_programme(replace(given, borders=other))
    row = first.tables["refreshes"].to_dicts()[0]
    assert row["borders_from"] == "this_refresh"
    assert any("were drawn from the customers of today" in text for text in first.warnings)
    kept = replace(
        given, borders=other, previous=first.insiders, previous_model_version="m1",
        borders_before=shop.borders_of(first), previous_selection=given.rules.selection,
        features=given.features.with_columns(revenue=pl.col("revenue") * 2),
    )  # fmt: skip
    later = run_programme(kept)
    assert later.tables["refreshes"]["borders_from"].item() == "earlier_refresh"
    assert shop.borders_of(later) == shop.borders_of(first)
    assert any("are those of the refresh before" in text for text in later.warnings)
    for change in ({"model_version": "m2"}, {"rules": ProgrammeRules(insider_coverage=0.5)}):
        assert (
            run_programme(replace(kept, **change)).tables["refreshes"]["borders_from"].item()
            == "this_refresh"
        )
    assert run_programme(replace(kept, borders=Frozen(700.0, 300.0))).warnings == []


def test_hysteresis_is_in_money_for_those_inside_and_for_nobody_else(given):
    frozen = replace(given, borders=Frozen(700.0, 300.0), rules=ProgrammeRules(grace_days=0))
    ids = given.features.filter("is_identified")["customer_id"].sort().head(4).to_list()

    def at(amounts: list[float], previous=None):
        worth = pl.col("customer_id").replace_strict(
            dict(zip(ids, amounts, strict=True)), default=pl.col("revenue")
        )
        then = replace(frozen, features=given.features.with_columns(revenue=worth), previous=previous)
        result = run_programme(then)
        rows = {row["customer_id"]: row for row in result.insiders.to_dicts()}
        return result, [rows[name]["tier"] for name in ids]

    first, tiers = at([700.0, 699.99, 700.0, 300.0])
    assert tiers == ["insider", "viability", "insider", "viability"]
    _, tiers = at([665.0, 699.99, 664.99, 285.0], first.insiders)
    assert tiers == ["insider", "viability", "viability", "viability"]


def test_the_drift_of_the_border_is_told_and_moves_nothing(given):
    row = run_programme(replace(given, borders=Frozen(100.0, 50.0))).tables["refreshes"].to_dicts()[0]
    known = given.features.filter("is_identified")["revenue"]
    assert row["insider_border"] == 100.0
    assert row["share_of_value_above_border"] == pytest.approx(known.filter(known >= 100).sum() / known.sum())
    assert row["restoring_border"] == cut_at(known.to_numpy(), 0.85)


ONE_BY_ONE = {
    "value": ProgrammeRules(),
    "frozen": ProgrammeRules(),
    "net": ProgrammeRules(suppress=("wholesale", "mostly_returned"), wholesale_score=2.0),
    "budget": ProgrammeRules(policy="budget", budget_members=30),
    "threshold": ProgrammeRules(
        policy="threshold",
        insider_thresholds=(Threshold("revenue", True, 300.0), Threshold("recency", False, 200.0)),
        viability_thresholds=(Threshold("total_purchases", True, 2.0),),
    ),
}


@cache
def _stood(policy: str, remembered: bool):
    given = shop.inputs(150)
    rules = ONE_BY_ONE[policy]
    start = replace(given, rules=rules, borders=Frozen(400.0, 200.0) if policy == "frozen" else None)
    if remembered:
        start = replace(start, previous=choose(start).insiders, previous_selection=rules.selection)
    return start, choose(start).insiders


@settings(max_examples=15, deadline=None)
@drawn(
    policy=st.sampled_from(sorted(ONE_BY_ONE)),
    place=st.floats(0, 0.999),
    more=st.fixed_dictionaries(
        {
            "revenue": st.sampled_from([0.0, 0.01, 5.0, 300.0, 1e6]),
            "total_purchases": st.sampled_from([0, 1, 40]),
            "purchase_lines": st.sampled_from([0, 1, 500]),
        }
    ),
    remembered=st.booleans(),
)
def test_more_spend_orders_or_lines_never_lowers_tier_membership_or_rank(policy, place, more, remembered):
    start, before = _stood(policy, remembered)
    ids = start.features.filter("is_identified")["customer_id"].sort().to_list()
    who = ids[int(place * len(ids))]
    theirs = pl.col("customer_id") == who
    changed = start.features.with_columns(
        pl.when(theirs).then(pl.col(name) + extra).otherwise(name).cast(start.features[name].dtype)
        for name, extra in more.items()
    )

    def stands(result: pl.DataFrame) -> tuple[int, bool, int]:
        row = result.filter(pl.col("customer_id") == who).to_dicts()[0]
        rank = result.filter("is_identified", pl.col("value") > row["value"]).height
        return -TIERS.index(row["tier"]), row["is_member"], -rank

    after = choose(replace(start, features=changed)).insiders
    assert all(now >= then for then, now in zip(stands(before), stands(after), strict=True))


def test_borders_of_the_programme_are_those_that_a_model_freezes(given):
    from insiders_assets.segmentation.borders import borders_of

    frozen = borders_of(given.features)
    assert frozen is not None
    assert shop.borders_of(run_programme(given)) == Borders(frozen.insider, frozen.viability)
