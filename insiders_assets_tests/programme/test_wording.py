"""How the programme's rules, names and figures are worded, by value."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from insiders_assets.language.writer import PLAIN
from insiders_assets.programme.amounts import money, percent
from insiders_assets.programme.answer_evidence import _later
from insiders_assets.programme.borders import Borders
from insiders_assets.programme.causes import Circumstances
from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.conditions import CONDITIONS, condition_message
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.hypotheses.estimates import p_value_of
from insiders_assets.programme.kind_rules import READ
from insiders_assets.programme.kinds import called
from insiders_assets.programme.rule_tree import Leaf, _best_split
from insiders_assets_tests import programme_shop as shop

INF = math.inf


def rule(feature: str, above: float = -INF, up_to: float = INF) -> str:
    names = [condition.feature for condition in CONDITIONS]
    lows, highs = [-INF] * len(names), [INF] * len(names)
    lows[names.index(feature)], highs[names.index(feature)] = above, up_to
    return PLAIN.write(condition_message(Leaf(tuple(lows), tuple(highs), 10, 5)))


@pytest.mark.parametrize(
    ("feature", "above", "up_to", "said"),
    [
        ("avg_ticket", -INF, 231.8, "231.80 revenue per order at most"),
        ("avg_ticket", 231.8, INF, "more than 231.80 revenue per order"),
        ("avg_ticket", 100, 231.8, "more than 100.00 and at most 231.80 revenue per order"),
        ("value", -INF, math.nextafter(231.8, 0), "revenue below 231.80"),
        ("value", math.nextafter(231.8, 0), INF, "revenue of 231.80 or more"),
    ],
)
def test_a_range_says_on_which_side_its_border_is(
    feature: str, above: float, up_to: float, said: str
) -> None:
    assert rule(feature, above, up_to) == said


def test_figures_have_the_decimals_they_deserve() -> None:
    assert [percent(0.1234), money(99_999.994), money(100_000.4)] == ["12.3 %", "99,999.99", "100,000"]


def test_the_name_of_a_kind_is_its_words_and_any_other_is_given() -> None:
    assert called("Often, big").code == "name"
    assert (called("Often, big (2)").code, called("Often, big (2)").args["number"]) == ("name.numbered", 2)
    assert called("Often, big (b)").code == called("Wholesale").code == "name.given"


def test_rules_of_kinds_ask_for_more_of_what_a_customer_can_buy() -> None:
    assert [(each.feature, each.more) for each in READ] == [
        ("total_purchases", True), ("avg_ticket", True), ("avg_line_value", True)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("inside", "found"), [([True, False, True, False], None), ([True, True, False, False], (0, 0))]
)
def test_a_split_that_tells_nobody_apart_is_none(inside: list[bool], found: tuple[int, int] | None) -> None:
    bins = np.array([[0], [0], [1], [1]])
    assert _best_split(bins, np.array(inside), [(np.array([0.0]), np.array([1.0]))], 1) == found


def test_what_came_later_is_told_of_the_list_beside_a_plain_sort() -> None:
    day = date(2025, 6, 1)
    evidence = pl.DataFrame(
        {
            "cutoff": [day] * 3, "measure": ["future_share_of_revenue"] * 3,
            "subject": ["blend", "list", "past_revenue"], "size": [None] * 3, "value": [0.5, 0.612, 0.598],
        },
        schema_overrides={"size": pl.Float64},
    )  # fmt: skip
    (share,) = _later(evidence).args["shares"]
    assert PLAIN.write(share) == "61.2 % after 2025-06-01 (a plain sort 59.8 %)"
    assert _later(evidence.filter(pl.col("subject") != "list")).code == "better.unmeasured"


@pytest.mark.parametrize(
    ("before", "known"),
    [
        ("value:0.8,0.9", True),
        ("value:0.8,0.9@gross", True),
        ("value:0.8,0.9@net", False),
        ("budget:500", False),
    ],
)
def test_the_borders_of_before_hold_for_what_value_means_today(before: str, known: bool) -> None:
    borders = Borders(100.0, 50.0)
    given = Circumstances(ProgrammeRules(), borders, borders, True, True, selection_before=before)
    assert given.cut_before == (borders if known else None)


@pytest.mark.parametrize(
    ("drawn", "above", "p_value"),
    [([0.5, 0.5], True, 1.0), ([0.6, 0.6], True, 0.0), ([0.6, 0.6], False, 1.0), ([0.4, 0.8], True, 0.362)],
)
def test_a_few_resamples_have_the_p_value_of_their_spread(
    drawn: list[float], above: bool, p_value: float
) -> None:
    assert p_value_of(np.array(drawn), 0.5, above=above) == pytest.approx(p_value, abs=1e-3)


def test_members_are_the_insiders_who_may_be_invited() -> None:
    given = shop.inputs(200)
    first = run_programme(given).insiders.filter(pl.col("tier") == "insider", "is_identified")
    kept_out = frozenset(first["customer_id"].head(3))
    made = run_programme(replace(given, rules=replace(given.rules, opted_out=kept_out)))
    answer = made.tables["business_answers"].row(by_predicate=pl.col("number") == 2, named=True)["answer"]
    assert f"{first.height - 3} member" in answer
    assert "3 more are in the tier but suppressed." in answer
