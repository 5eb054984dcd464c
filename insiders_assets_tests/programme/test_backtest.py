"""The backtest: nothing leaks through the cut-off, and each figure is what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from insiders_assets.contracts.claims import EVIDENCE
from insiders_assets.contracts.programme import BACKTEST_CURVE, SELECTION_BACKTEST
from insiders_assets.errors import InsidersError
from insiders_assets.language import Language
from insiders_assets.language.message import Message
from insiders_assets.language.writer import PLAIN
from insiders_assets.programme.backtest import BacktestInputs, default_cutoffs, selection_backtest
from insiders_assets.programme.backtest.anyway import ANYWAY, ANYWAY_REVENUE, ANYWAY_RIGHT, CEILING, anyway
from insiders_assets.programme.backtest.forecasts import probabilistic
from insiders_assets.programme.backtest.measures import MARGINAL
from insiders_assets.programme.backtest.moment import Moment
from insiders_assets.programme.backtest.pace import HALF_LIFE, blend, decayed_revenue
from insiders_assets.programme.backtest.rankings import Ranking, rfm_score
from insiders_assets.programme.backtest.study import verdicts
from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.pace import Pace
from insiders_assets_tests import programme_shop as shop

RULES = ProgrammeRules()
CUTOFF = shop.days_before(90)
SHARE = "future_share_of_revenue"


def backtest_inputs(traded) -> BacktestInputs:
    purchases, returns = traded
    return BacktestInputs(
        purchases, returns, lambda day: shop.features_at(purchases, returns, day), shop.assign
    )


@pytest.fixture(scope="module")
def traded():
    return shop.transactions(400, days=360)


@pytest.fixture(scope="module")
def found(traded):
    return selection_backtest(backtest_inputs(traded), RULES, [shop.days_before(120), CUTOFF])


@pytest.fixture(scope="module")
def figures(found) -> dict[tuple, dict]:
    rows = found.table.filter(pl.col("cutoff") == CUTOFF, pl.col("accounts") == "all").to_dicts()
    return {(row["subject"], row["size"], row["measure"]): row for row in rows}


def test_tables_keep_their_contracts(found):
    SELECTION_BACKTEST.validate(found.table)
    BACKTEST_CURVE.validate(found.curve)
    EVIDENCE.validate(found.evidence())
    assert not found.evidence().select("measure", "subject", "cutoff", "size").is_duplicated().any()


def test_every_note_is_a_message_that_can_be_told_in_another_language(found):
    for table in (found.table, found.evidence()):
        for note, code, args in table.select("note", "note_code", "note_args").drop_nulls("note").iter_rows():
            assert PLAIN.write(Message.read(code, args)) == note
            assert (
                Language("pt_BR").said({"note": note, "note_code": code, "note_args": args}, "note") != note
            )


def later(traded) -> tuple[pl.DataFrame, float]:
    """Identified customers known at the cut-off with list and later revenue, and all later identified revenue."""
    purchases, returns = traded
    listed = run_programme(shop.at(purchases, returns, CUTOFF)).insiders.filter("is_identified")
    day = (CUTOFF - shop.EPOCH).days
    after = purchases.filter("is_identified", pl.col("invoice_day").is_between(day + 1, day + 90)).collect()
    sums = after.group_by("customer_id").agg(later=pl.col("line_value").sum())
    return listed.join(sums, on="customer_id", how="left").with_columns(pl.col("later").fill_null(0)), after[
        "line_value"
    ].sum()


def test_each_figure_recomputes_by_hand(traded, figures):
    known, whole = later(traded)
    listed = known.filter("is_member")
    assert figures["list", None, SHARE]["chosen"] == listed.height
    assert figures["list", None, SHARE]["value"] == pytest.approx(listed["later"].sum() / whole, rel=1e-5)
    top = known.sort(["revenue", "customer_id"], descending=[True, False]).head(listed.height)
    assert figures["past_revenue", None, SHARE]["value"] == pytest.approx(
        top["later"].sum() / whole, rel=1e-5
    )
    difference = (listed["later"].sum() - top["later"].sum()) / whole
    assert figures["list", None, "future_share_minus_past_revenue"]["value"] == pytest.approx(
        difference, abs=1e-5
    )
    known_share = listed["later"].sum() / known["later"].sum()
    assert figures["list", None, "future_share_of_known_revenue"]["value"] == pytest.approx(
        known_share, rel=1e-5
    )
    mean = listed["later"].mean()
    assert figures["list", None, "future_revenue_per_member"]["value"] == pytest.approx(mean, rel=1e-5)
    again = (listed["later"] > 0).mean()
    assert figures["list", None, "buy_again_rate"]["value"] == pytest.approx(again)
    tenth = known.sort(["revenue", "customer_id"], descending=[True, False]).head(round(0.1 * known.height))
    assert figures["past_revenue", 0.1, SHARE]["value"] == pytest.approx(
        tenth["later"].sum() / whole, rel=1e-5
    )


def test_the_oracle_is_never_beaten_and_chance_takes_its_share(figures):
    sizes = {size for _, size, _ in figures}
    for size in sizes:
        subjects = {subject for subject, other, measure in figures if other == size and measure == SHARE}
        values = {subject: figures[subject, size, SHARE]["value"] for subject in subjects}
        assert max(v for v in values.values() if v is not None) == values["oracle"]
    half = figures["random", 0.5, "future_share_of_known_revenue"]
    assert half["value"] == pytest.approx(0.5, abs=0.01)
    assert {"list", "past_revenue", "budget", "rfm_score", "bg_nbd", "supervised_forecast"} <= {
        s for s, _, _ in figures
    }


def test_intervals_hold_their_figure(found):
    told = found.table.drop_nulls(["value", "low", "high"])
    assert told.height > 100
    assert ((told["low"] <= told["value"] + 1e-9) & (told["value"] <= told["high"] + 1e-9)).mean() > 0.99


def test_nothing_that_came_after_the_cutoff_changes_what_was_chosen(traded):
    purchases, returns = traded
    day = (CUTOFF - shop.EPOCH).days
    after = pl.col("invoice_day") > day
    doctored = purchases.with_columns(
        line_value=pl.when(after).then(pl.col("line_value") * 7 + 3).otherwise("line_value"),
        customer_id=pl.when(after & (pl.col("customer_id") < "10100"))
        .then(pl.lit("99999"))
        .otherwise("customer_id"),
    )
    one, other = (
        selection_backtest(backtest_inputs((frame, returns)), RULES, [CUTOFF], as_of=CUTOFF).table
        for frame in (purchases, doctored)
    )
    measured = (pl.col("measure") == SHARE) & (pl.col("subject") != "oracle") & (pl.col("accounts") == "all")
    assert one.filter(measured)["chosen"].to_list() == other.filter(measured)["chosen"].to_list()
    assert one.filter(measured)["value"].to_list() != other.filter(measured)["value"].to_list()
    forecast = (pl.col("measure") == "members_revenue_ahead") & (pl.col("subject") != "actual")
    assert one.filter(forecast)["value"].to_list() == other.filter(forecast)["value"].to_list() != []


def test_without_the_largest_accounts_they_are_gone_from_list_and_revenue(traded, found):
    known, whole = later(traded)
    largest = known.sort(["revenue", "customer_id"], descending=[True, False]).head(5)
    rest = known.join(largest, on="customer_id", how="anti")
    row = found.table.filter(
        pl.col("cutoff") == CUTOFF, pl.col("accounts") == "without_5_largest", pl.col("subject") == "list",
        pl.col("measure") == SHARE,
    ).to_dicts()[0]  # fmt: skip
    expected = rest.filter("is_member")["later"].sum() / (whole - largest["later"].sum())
    assert row["value"] == pytest.approx(expected, rel=1e-5)


def test_where_nobody_is_on_the_list_nobody_is_at_its_end(traded):
    moment = Moment.at(backtest_inputs(traded), RULES, CUTOFF)
    assert {row["subject"] for row in moment.rows() if row["measure"] == MARGINAL} == {"list", "next_in_line"}
    nobody = replace(moment, known=moment.known.with_columns(is_member=pl.lit(value=False)))
    assert not [row for row in nobody.rows() if row["measure"] == MARGINAL]


def test_curves_rise_from_nothing(found):
    for _, part in found.curve.group_by("cutoff", "subject"):
        part = part.sort("share_of_customers")
        assert part.row(0)[2:] == (0.0, 0.0)
        assert part["share_of_customers"][-1] == 1.0
        assert (part["share_of_revenue"].diff().drop_nulls() >= -1e-9).all()


def test_expected_revenue_comes_with_its_error_at_past_cutoffs(found):
    rows = found.table.filter(pl.col("measure") == "members_revenue_ahead")
    past = rows.filter(pl.col("cutoff") == CUTOFF)
    values = dict(past.select("subject", "value").iter_rows())
    notes = dict(past.select("subject", "note").iter_rows())
    error = values["supervised_forecast"] / values["actual"] - 1
    assert notes["supervised_forecast"].startswith(f"{error * 100:+.1f} %")
    ahead = rows.filter(pl.col("cutoff") == shop.LAST, pl.col("subject") == "supervised_forecast").to_dicts()[
        0
    ]
    assert ahead["low"] < ahead["value"] < ahead["high"]
    assert f"{error * 100:+.1f} %" in ahead["note"]


def test_the_report_says_plainly_whether_the_list_beats_a_plain_sort(found, traded):
    assert any("plain sort" in sentence for sentence in found.verdicts)
    row = {
        "cutoff": CUTOFF, "accounts": "all", "subject": "list", "size": None, "chosen": 10,
        "measure": "future_share_minus_past_revenue", "value": 0.02, "low": 0.01, "high": 0.03,
    }  # fmt: skip
    for change, word in (
        ({}, "beats"),
        ({"low": -0.01}, "cannot be told from"),
        ({"low": -0.03, "high": -0.01}, "loses to"),
    ):
        assert word in verdicts(pl.DataFrame([row | change]))[0]
    purchases, returns = traded
    shown = run_programme(shop.at(purchases, returns, shop.LAST, backtest=found.evidence()))
    assert "of the revenue of the months that followed" in shown.tables["business_answers"]["answer"][7]


def test_a_ranking_among_some_keeps_its_order():
    ranking = Ranking("x", np.array([3, 0, 2, 1]))
    kept = ranking.among(np.array([True, False, True, True]))
    assert kept.order.tolist() == [2, 0, 1]
    assert kept.pick(1).tolist() == [0.0, 0.0, 1.0]
    assert Ranking("y", np.arange(4), by_chance=True).pick(2).tolist() == [0.5] * 4


def test_rfm_puts_recent_frequent_and_rich_first():
    customers = pl.DataFrame(
        {
            "customer_id": list("abc"),
            "recency": [300, 1, 100],
            "total_purchases": [1, 9, 4],
            "revenue": [5.0, 900.0, 90.0],
        }
    )
    assert rfm_score(customers).order.tolist() == [1, 2, 0]


@pytest.mark.parametrize(("better", "value"), [("recency", 1), ("total_purchases", 9), ("revenue", 90.0)])
def test_each_part_of_an_rfm_score_counts_for_the_better_and_ties_go_by_id(better, value):
    alike = {"recency": [50] * 4, "total_purchases": [3] * 4, "revenue": [20.0] * 4}
    customers = pl.DataFrame(
        {"customer_id": list("dabc")} | alike | {better: [alike[better][0]] * 3 + [value]}
    )
    assert rfm_score(customers).order.tolist() == [3, 1, 2, 0]


def test_the_end_of_a_list_is_its_last_tenth(traded):
    moment = Moment.at(backtest_inputs(traded), RULES, CUTOFF)
    members = int(moment.known["is_member"].sum())
    ends = {
        row["subject"]: row["chosen"]
        for row in moment.rows() if row["measure"] == MARGINAL and row["accounts"] == "all"
    }  # fmt: skip
    assert ends == {"list": members // 10, "next_in_line": members // 10}


def test_a_probability_model_that_cannot_be_fitted_says_so(traded):
    inputs = backtest_inputs(traded)
    few = (
        shop.features_at(*traded, CUTOFF)
        .filter("is_identified")
        .filter(pl.col("total_purchases") == 1)
        .head(3)
    )
    forecast = probabilistic(inputs, few, CUTOFF, 396)
    assert forecast.values is None
    assert forecast.note


def test_cutoffs_leave_a_horizon_on_either_side(traded):
    purchases, _ = traded
    found = default_cutoffs(purchases)
    ends = (
        purchases.select(first=pl.col("invoice_day").min(), last=pl.col("invoice_day").max()).collect().row(0)
    )
    days = [(day - date(1970, 1, 1)).days for day in found]
    assert len(found) == 3
    assert days[-1] == ends[1] - 90
    assert min(days) - ends[0] >= 90
    with pytest.raises(InsidersError, match="history"):
        default_cutoffs(purchases.filter(pl.col("invoice_day") > ends[1] - 100))
    assert timedelta(days=30) == found[1] - found[0]


def test_the_figures_do_not_depend_on_the_order_of_rows(traded, found):
    shuffled = traded[0].collect().sample(fraction=1.0, shuffle=True, seed=1).lazy()
    again = selection_backtest(backtest_inputs((shuffled, traded[1])), RULES, [shop.days_before(120), CUTOFF])
    assert again.table.equals(found.table)
    assert again.curve.equals(found.curve)


def test_half_of_a_purchase_counts_after_the_half_life_and_ties_go_by_id():
    cutoff = shop.EPOCH + timedelta(days=10_000)
    ages = {
        "b": [(0, 40.0)],
        "a": [(HALF_LIFE, 80.0)],
        "old": [(2 * HALF_LIFE, 120.0)],
        "c": [(0, 20.0), (HALF_LIFE, 30.0)],
    }
    lines = [
        {"customer_id": who, "invoice_day": 10_000 - int(age), "line_value": money}
        for who, bought in ages.items()
        for age, money in bought
    ]
    lines.append({"customer_id": "old", "invoice_day": 10_001, "line_value": 900.0})  # nobody knew of it yet
    purchases = pl.LazyFrame(lines, schema_overrides={"invoice_day": pl.Int32})
    known = pl.DataFrame({"customer_id": ["old", "c", "b", "a", "none"]})
    inputs = BacktestInputs(purchases, purchases, lambda _: known, lambda _: known)
    ranked = decayed_revenue(inputs, known, cutoff, 10_000)
    assert known["customer_id"].gather(ranked.order).to_list() == ["a", "b", "c", "old", "none"]


def test_the_ceiling_is_what_members_who_stayed_away_would_have_spent_at_their_pace():
    known = pl.DataFrame(
        {
            "revenue": [730.0, 100.0, 50.0, 999.0],
            "tenure": [364, 9, 199, 364],
            "later_revenue": [0.0, 0.0, 45.0, 0.0],
            "bought_again": [False, False, True, False],
        }
    )
    figures = anyway(known, np.array([1.0, 1.0, 1.0, 0.0]), np.array([0.9, 0.1, 0.95, 0.99]), 90, 396)
    # 730 in 365 days; 100 in ten, which are counted as 90; whoever bought, or is no member, does not count.
    assert figures[CEILING][0] == pytest.approx((730 / 365 * 90 + 100 / 90 * 90) / 45)
    assert [figures[name][0] for name in (ANYWAY, ANYWAY_RIGHT, ANYWAY_REVENUE)] == [
        pytest.approx(2 / 3), pytest.approx(1 / 2), 1.0,
    ]  # fmt: skip


def test_the_blend_ranks_by_the_sum_of_two_ranks():
    known = pl.DataFrame({"customer_id": list("abcd"), "revenue": [400.0, 300.0, 200.0, 100.0]})
    ranked = blend(known, Pace(np.array([1.0, 3.0, 4.0, 2.0]), None))
    # Ranks by revenue are 0 1 2 3 and by forecast 3 1 0 2: together 3 2 2 5, and b goes before c by its id.
    assert known["customer_id"].gather(ranked.order).to_list() == ["b", "c", "a", "d"]
    assert blend(known, Pace(None, None)).order is None
