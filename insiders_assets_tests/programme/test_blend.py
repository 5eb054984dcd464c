"""A blend of past revenue and a forecast: who is taken, by what, and where it is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from insiders_assets.errors import UsageError
from insiders_assets.language.language import LANGUAGES, Language
from insiders_assets.programme.blending import blended
from insiders_assets.programme.choosing import choose
from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.settings import load_settings
from insiders_assets_tests import programme_shop as shop

RULES = ProgrammeRules(policy="budget", budget_members=60, ranks_by_blend=True, hysteresis=0.0)


@pytest.fixture(scope="module")
def given():
    return shop.inputs(rules=RULES)


@pytest.fixture(scope="module")
def result(given):
    return run_programme(given)


def test_those_who_rank_highest_by_both_are_taken_and_nobody_else(given, result):
    scores = blended(given.purchases, given.features, RULES, given.as_of).scores
    eligible = result.insiders.filter(pl.col("suppressed_by").is_null(), "is_identified").join(
        scores, on="customer_id"
    )
    first = eligible.sort(["score", "customer_id"], descending=[True, False]).head(60)
    assert set(result.tables["members"]["customer_id"]) == set(first["customer_id"])
    plain = eligible.sort(["value", "customer_id"], descending=[True, False]).head(60)
    assert set(plain["customer_id"]) != set(first["customer_id"])  # the forecast does count


def test_whoever_is_behind_in_nothing_ranks_behind_nobody(given):
    """The law, between two customers of one refresh: silence, orders, months, revenue and its last parts."""
    known = given.features.filter("is_identified").sort("customer_id")
    score = known.join(blended(given.purchases, known, RULES, given.as_of).scores, on="customer_id")[
        "score"
    ].to_numpy()
    last = shop.LAST.toordinal() - 719163
    day = pl.col("invoice_day")
    paces = known.join(
        given.purchases.filter(day.is_between(last - 395, last))
        .group_by("customer_id")
        .agg(
            months=pl.col("invoice_date").dt.truncate("1mo").n_unique(),
            recent=pl.col("invoice_no").filter(day > last - 90).n_unique(),
            lately=pl.col("line_value").filter(day > last - 90).sum(),
            before=pl.col("line_value").filter(day.is_between(last - 179, last - 90)).sum(),
        )
        .collect(),
        on="customer_id",
        maintain_order="left",
    ).select(
        -pl.col("recency").cast(pl.Float64), "total_purchases", "months", "revenue", "lately", "before",
        trend=pl.col("recent") / pl.col("total_purchases"),
    ).to_numpy()  # fmt: skip
    rises, trend = paces[:, :-1], paces[:, -1]
    pairs = 0
    for place in range(len(rises)):
        ahead = (rises >= rises[place]).all(axis=1) & np.isclose(trend, trend[place])
        pairs += int(ahead.sum()) - 1
        assert (score[ahead] >= score[place]).all()
    assert pairs > 100


def test_what_comes_after_the_day_changes_nothing(given):
    day = shop.days_before(60)
    known = shop.features_at(given.purchases, given.returns, day)
    last = day.toordinal() - 719163
    past = given.purchases.filter(pl.col("invoice_day") <= last)
    everything, then = (blended(rows, known, RULES, day).scores for rows in (given.purchases, past))
    assert everything.equals(then)


def test_a_young_shop_is_ranked_by_revenue_alone_and_told_so(given):
    last = given.as_of.toordinal() - 719163
    purchases = given.purchases.filter(pl.col("invoice_day") > last - 100)
    young = shop.at(purchases, given.returns, given.as_of, rules=RULES)
    result = run_programme(young)
    eligible = result.insiders.filter(pl.col("suppressed_by").is_null(), "is_identified")
    first = eligible.sort(["value", "customer_id"], descending=[True, False]).head(60)
    assert set(result.tables["members"]["customer_id"]) == set(first["customer_id"])
    assert [line for line in result.warnings if "ranked by past revenue alone" in line]


def test_no_reason_names_a_border_and_no_gap_promises_a_place(result):
    rows = result.insiders.filter("is_identified", pl.col("suppressed_by").is_null())
    inside, outside = (rows.filter(pl.col("tier").eq("insider") == is_in) for is_in in (True, False))
    assert inside["reason"].str.ends_with("; among the top 60, forecast included.").all()
    assert outside["reason"].str.ends_with("; below the top 60, forecast included.").all()
    assert rows["reason"].str.split(" ").list.len().max() <= 15
    assert rows["gap_amount"].is_null().all()
    assert result.tables["leaves_next"].is_empty()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_policy_is_told_in_a_sentence(result, language):
    row = result.tables["business_answers"].filter(pl.col("number") == 5).to_dicts()[0]
    told = Language(language).said(row, "answer")
    assert "60" in told
    assert "90" in told


def test_a_change_to_a_blend_is_a_change_of_policy(given):
    plain = replace(given, rules=replace(RULES, ranks_by_blend=False))
    assert plain.rules.selection != given.rules.selection
    before = choose(plain).insiders
    after = run_programme(replace(given, previous=before, previous_selection=plain.rules.selection))
    causes = after.tables["membership_changes"]["cause"].to_list()
    assert causes
    assert set(causes) == {"policy"}


def test_a_blend_is_refused_where_a_border_in_money_would_be_needed():
    with pytest.raises(
        UsageError, match=r"INSIDERS_VALUE: a blend of ranks is no amount of money.*INSIDERS_POLICY=budget"
    ):
        ProgrammeRules.from_settings(load_settings(value="blend"))
    rules = ProgrammeRules.from_settings(load_settings(value="blend", policy="budget", budget_members=10))
    assert (rules.ranks_by_blend, rules.measure) == (True, "revenue")
