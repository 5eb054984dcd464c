"""Hypotheses: planted effects are found, absent ones are not, and those without data say what they need."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from insiders_assets.contracts.claims import HYPOTHESES as CONTRACT
from insiders_assets.language.texts import TEXTS
from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.hypotheses import sample
from insiders_assets.programme.hypotheses.catalogue import HYPOTHESES, Hypothesis
from insiders_assets.programme.hypotheses.measures import means_ratio, revenue_share
from insiders_assets.programme.hypotheses.sample import gather_sample
from insiders_assets.programme.hypotheses.verdicts import judge
from insiders_assets_tests import programme_shop as shop

DAY = (shop.LAST - shop.EPOCH).days
NEED_DATA = {1, 7, 8, 9, 10, 11, 15}


@pytest.fixture(scope="module")
def given():
    return shop.inputs(400)


@pytest.fixture(scope="module")
def made(given):
    return run_programme(given)


def judged(insiders, purchases, hypotheses=HYPOTHESES) -> dict[int, dict]:
    asked = gather_sample(insiders, purchases, last_day=DAY, window_days=396, seed=1)
    table = judge(asked, hypotheses)
    CONTRACT.validate(table)
    return {row["number"]: row for row in table.to_dicts()}


def test_all_of_the_originals_are_judged_or_say_what_they_need(made):
    rows = {row["number"]: row for row in made.tables["hypotheses"].to_dicts()}
    assert sorted(rows) == [hypothesis.number for hypothesis in HYPOTHESES]
    for number, row in rows.items():
        if number in NEED_DATA:
            assert row["verdict"] == "needs_data"
            assert "a column " in row["finding"]
        else:
            assert row["verdict"] != "needs_data"
            assert row["low"] <= row["effect"] <= row["high"], row
            assert row["p_value"] is not None


@pytest.mark.parametrize(("factor", "verdict"), [(3.0, "holds"), (0.5, "does_not_hold")])
def test_a_planted_effect_decides_the_verdict(given, made, factor, verdict):
    inside = pl.col("tier") == "insider"
    draw = np.random.default_rng(0).lognormal(3, 0.3, made.insiders.height)
    planted = made.insiders.with_columns(
        avg_ticket=pl.Series(draw) * pl.when(inside).then(factor).otherwise(1.0)
    )
    row = judged(planted, given.purchases)[2]
    assert row["verdict"] == verdict
    assert row["effect"] == pytest.approx(factor, rel=0.1)
    assert row["low"] <= factor * 1.1
    assert row["high"] >= factor * 0.9


def test_a_finding_says_its_border_and_its_figures_to_the_hundredth(given, made):
    asked = gather_sample(made.insiders, given.purchases, last_day=DAY, window_days=396, seed=1)
    found = revenue_share(asked)
    inside = made.insiders.filter(pl.col("tier") == "insider", "is_identified")["revenue"].sum()
    share = inside / made.insiders.filter("is_identified")["revenue"].sum()
    assert (found.border, found.above, found.effect.value) == (0.5, True, pytest.approx(share))
    ratio = means_ratio("avg_ticket", 1.0)(asked).sentence.args["ratio"]
    assert [ratio.args[name].as_tuple().exponent for name in ("value", "low", "high")] == [-2, -2, -2]


def test_chance_alone_rarely_holds(given, made, monkeypatch):
    """Forty claims about noise, judged ten at a time: with the correction, hardly one holds."""
    for number in range(1, 11):
        monkeypatch.setitem(TEXTS, f"found.means.noise_{number}.others", TEXTS["found.means.returned.others"])
    held = 0
    for batch in range(4):
        noise = {
            f"noise_{number}": np.random.default_rng(10 * batch + number).lognormal(
                3, 1, made.insiders.height
            )
            for number in range(1, 11)
        }
        shuffled = made.insiders.with_columns(**{name: pl.Series(values) for name, values in noise.items()})
        claims = tuple(
            Hypothesis(number, "transactions", means_ratio(f"noise_{number}", 1.0)) for number in range(1, 11)
        )
        held += sum(row["verdict"] == "holds" for row in judged(shuffled, given.purchases, claims).values())
    assert held <= 1


def test_figures_recompute_from_the_data(given, made):
    known = made.insiders.filter("is_identified")
    inside = known.filter(pl.col("tier") == "insider")
    outside = known.filter(pl.col("tier") != "insider")
    rows = {row["number"]: row for row in made.tables["hypotheses"].to_dicts()}
    assert rows[4]["effect"] == pytest.approx(
        inside["distinct_stock_code"].mean() / outside["distinct_stock_code"].mean(), rel=1e-4
    )
    assert rows[5]["effect"] == pytest.approx(inside["revenue"].sum() / known["revenue"].sum(), rel=1e-6)
    assert rows[6]["effect"] == pytest.approx(inside["returned"].mean() / known["returned"].mean(), rel=1e-4)
    lines = (
        given.purchases.filter("is_identified")
        .collect()
        .join(inside.select("customer_id", "tier"), on="customer_id", how="left")
    )
    own = lines.filter(pl.col("tier").is_not_null())["unit_price"].quantile(0.5, "lower")
    assert rows[13]["effect"] == pytest.approx(own / lines["unit_price"].quantile(0.5, "lower"), rel=0.02)
    packs = lines.filter(pl.col("description").str.extract(r"SET OF (\d+)").cast(pl.Int64) >= 12)
    assert rows[12]["effect"] == pytest.approx(
        packs.filter(pl.col("tier").is_not_null())["quantity"].sum() / packs["quantity"].sum(), rel=1e-6
    )


def test_extra_columns_make_the_matching_hypotheses_testable(given, made):
    inside = made.insiders.filter(pl.col("tier") == "insider")["customer_id"]
    theirs = pl.col("customer_id").is_in(inside.implode())
    purchases = given.purchases.with_columns(
        payment_method=pl.when(theirs).then(pl.lit("Credit card")).otherwise(pl.lit("cash")),
        marital_status=pl.lit("married"),
        age=pl.when(theirs).then(30).otherwise(60),
        delivery_distance_km=pl.lit(10.0),
        annual_income=pl.lit("25000"),
        education=pl.lit("Bachelor's degree"),
        weight=pl.when(theirs).then(2.0).otherwise(1.0),
    )
    rows = judged(made.insiders, purchases)
    assert {number: rows[number]["verdict"] for number in sorted(NEED_DATA)} == {
        1: "holds", 7: "does_not_hold", 8: "holds", 9: "holds", 10: "does_not_hold", 11: "holds", 15: "holds",
    }  # fmt: skip
    assert rows[15]["effect"] == pytest.approx(2.0)


def test_with_nobody_to_compare_with_nothing_is_decided(given):
    everybody = run_programme(replace(given, rules=ProgrammeRules(insider_coverage=1.0)))
    verdicts = everybody.tables["hypotheses"]
    assert set(verdicts["verdict"]) == {"undecided", "needs_data"}
    assert (
        verdicts.filter(pl.col("verdict") == "undecided")["finding"]
        .str.contains("no identified customer")
        .all()
    )


def test_lines_of_a_drawn_part_are_asked_where_there_are_too_many_and_it_is_said(given, made, monkeypatch):
    """The part is told by its ids alone: what others buy changes nothing of what is found about lines."""
    whole = judged(made.insiders, given.purchases)
    known = made.insiders.filter("is_identified").height
    monkeypatch.setattr(sample, "MOST", known)
    assert judged(made.insiders, given.purchases) == whole
    monkeypatch.setattr(sample, "MOST", 150)
    part = judged(made.insiders, given.purchases)
    for number in (12, 13, 14, 16):
        assert "over 150 customers drawn from all" in part[number]["test"]
        assert part[number]["low"] <= part[number]["effect"] <= part[number]["high"]
    for number in set(whole) - {12, 13, 14, 16}:
        assert part[number]["finding"] == whole[number]["finding"]
        assert part[number]["test"] == whole[number]["test"]
    asked = gather_sample(made.insiders, given.purchases, last_day=DAY, window_days=396, seed=1).asked
    drawn = asked.customers["customer_id"]
    assert drawn.is_sorted()
    without = pl.col("customer_id").is_in(drawn.implode()) | (pl.col("quantity") < 10)
    again = judged(
        made.insiders,
        given.purchases.with_columns(unit_price=pl.when(without).then("unit_price").otherwise(99.0)),
    )
    assert again[13]["finding"] == part[13]["finding"] != whole[13]["finding"]


def test_few_are_drawn_by_their_ids_and_mostly_stay_drawn(given, made, monkeypatch):
    monkeypatch.setattr(sample, "MOST", 100)

    def drawn(insiders):
        found = gather_sample(insiders, given.purchases, last_day=DAY, window_days=396, seed=1)
        return set(found.asked.customers["customer_id"])

    everybody = made.insiders.filter("is_identified")
    fewer = everybody.filter(pl.int_range(pl.len()) % 10 > 0)
    assert len(drawn(everybody)) == len(drawn(fewer)) == 100
    assert len(drawn(everybody) & drawn(fewer)) >= 80
