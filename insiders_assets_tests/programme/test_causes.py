"""Causes: the parts of a change add up exactly, and taking the cause back gives the tier of before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from insiders_assets.programme.bridge import CHANGES, PARTS, value_moves
from insiders_assets.programme.choosing import choose
from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets_tests import programme_shop as shop

WINDOW = 150
BEFORE = shop.days_before(30)


class Opaque(tuple):
    """Tables that an example which fails does not print."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "…"


@pytest.fixture(scope="module")
def traded():
    return Opaque(shop.transactions(200))


@pytest.fixture(scope="module", params=["gross", "net"])
def first(traded, request):
    """The refresh of a month before, by either meaning of value."""
    rules = ProgrammeRules(window_days=WINDOW, value=request.param, grace_days=0)
    then = shop.at(*traded, BEFORE, window=WINDOW, rules=rules)
    return Opaque((then, run_programme(then)))


def after(first, purchases, returns, day=shop.LAST, window=WINDOW, **changes):
    """The next refresh, of what there is by then."""
    then, result = first
    known = {
        "rules": replace(then.rules, window_days=window), "previous": result.insiders, "previous_as_of": then.as_of,
        "previous_window_days": WINDOW, "previous_model_version": "m1", "previous_selection": then.rules.selection,
        "previous_measure": then.rules.value, "borders_before": shop.borders_of(result), "refresh_id": "next",
    }  # fmt: skip
    return shop.at(purchases, returns, day, window=window, **(known | changes))


def changed(frame: pl.LazyFrame, seed: int, share: float) -> pl.LazyFrame:
    """Transactions of which some were let go, some came late and some have another price; none for a share of 0."""
    if not share:
        return frame
    rows = frame.collect()
    gone = rows.sample(fraction=share, seed=seed)
    late = rows.sample(fraction=share, seed=seed + 1).with_columns(
        invoice_no=pl.concat_str(pl.lit("late-"), "invoice_no"), customer_id=pl.col("customer_id")
    )
    dearer = pl.when(pl.int_range(pl.len()) % 17 == seed % 17).then(1.37).otherwise(1.0)
    kept = rows.join(gone, on=["invoice_no", "stock_code", "quantity"], how="anti")
    kept = kept.with_columns(line_value=(pl.col("line_value") * dearer).round(4))
    return pl.concat([kept, late]).lazy()


@settings(max_examples=8, deadline=None)
@drawn(
    seed=st.integers(0, 10**6),
    share=st.sampled_from([0.0, 0.05, 0.4]),
    step=st.sampled_from([-20, 0, 1, 30, 90]),
    window=st.sampled_from([WINDOW, 100, 300]),
)
def test_the_parts_of_a_change_add_up_to_the_millionth(traded, first, seed, share, step, window):
    purchases, returns = (changed(frame, seed, share) for frame in traded)
    given = after(first, purchases, returns, BEFORE + timedelta(days=step), window)
    insiders = choose(given).insiders
    moves = value_moves(given, insiders)
    total = moves["value_before"] + sum(moves.select(change).to_series() for change in CHANGES.values())
    assert total.equals(moves["value_after"].rename("value_before"))
    worth = dict(insiders.filter("is_identified").select("customer_id", "value").iter_rows())
    was = dict(first[1].insiders.filter("is_identified").select("customer_id", "value").iter_rows())
    assert moves.height == len(worth.keys() | was.keys())
    for row in moves.to_dicts():
        assert row["value_after"] == round(worth.get(row["customer_id"], 0.0) * 1e6)
        assert row["value_before"] == round(was.get(row["customer_id"], 0.0) * 1e6)
    if share == 0:
        assert moves["corrected"].abs().max() == 0
        if step >= 0 and window == WINDOW:
            assert (moves["bought"] >= 0).all()
            assert (moves["aged_out"] >= 0).all()
    if given.rules.value == "gross":
        assert moves["returned"].abs().max() == 0


def test_each_part_is_what_it_is_called(traded, first):
    purchases, returns = traded
    given = after(first, purchases, returns)
    moves = value_moves(given, choose(given).insiders)
    last, then = ((day - shop.EPOCH).days for day in (shop.LAST, BEFORE))
    rows = purchases.filter("is_identified").collect()

    def of(days: pl.Expr) -> dict[str, float]:
        return dict(rows.filter(days).group_by("customer_id").agg(pl.col("line_value").sum()).iter_rows())

    day = pl.col("invoice_day")
    bought, aged = of(day.is_between(then + 1, last)), of(day.is_between(then - WINDOW + 1, last - WINDOW))
    soon = of(day.is_between(last - WINDOW + 1, last + 30 - WINDOW))
    for row in moves.to_dicts():
        assert row["bought"] / 1e6 == pytest.approx(bought.get(row["customer_id"], 0.0), abs=1e-5)
        assert row["aged_out"] / 1e6 == pytest.approx(aged.get(row["customer_id"], 0.0), abs=1e-5)
        if given.rules.value == "gross":
            assert row["ages_out_next"] / 1e6 == pytest.approx(soon.get(row["customer_id"], 0.0), abs=1e-5)
    if given.rules.value == "net":
        assert moves["returned"].abs().max() > 0


@settings(max_examples=3, deadline=None)
@drawn(seed=st.integers(0, 10**6), share=st.sampled_from([0.0, 0.1]), grace=st.sampled_from([0, 1]))
def test_taking_the_cause_back_gives_the_tier_of_before(traded, first, seed, share, grace):
    purchases, returns = (changed(frame, seed, share) for frame in traded)
    given = after(first, purchases, returns)
    given = replace(given, rules=replace(given.rules, grace_refreshes=grace))
    result = run_programme(given)
    caused = result.tables["membership_changes"].filter(pl.col("cause").is_in(PARTS))
    gone = caused.filter(pl.col("tier_after").is_null())
    assert (gone["cause"] == "corrected").all()
    assert (gone["corrected"].abs() > gone["aged_out"].abs()).all()
    table = caused.filter(pl.col("tier_after").is_not_null())
    assert table.height > 1
    measure = given.rules.measure
    alone = 0
    for part in PARTS:
        # All customers whom one part moved at once: under this policy none of them decides about another.
        moved = table.filter(pl.col("cause") == part)
        sign = -1 if part == "aged_out" else 1
        undone = dict(moved.select("customer_id", pl.col(part) * sign).iter_rows())
        worth = pl.col(measure) - pl.col("customer_id").replace_strict(
            undone, default=0.0, return_dtype=pl.Float64
        )
        again = choose(
            replace(given, features=given.features.with_columns(worth.round(6).alias(measure)))
        ).insiders
        tiers = dict(again.select("customer_id", "tier").iter_rows())
        for row in moved.to_dicts():
            others = [name for name in PARTS if name != part and row[name]]
            if tiers[row["customer_id"]] == row["tier_before"]:
                alone += 1
            else:  # only several together did it
                assert others, row
    assert alone >= 0.8 * table.height


def test_what_people_decide_and_what_a_model_froze_are_told_from_what_customers_did(traded, first):
    then, result = first
    same = after(first, *traded, BEFORE)
    dearer = replace(shop.borders_of(result), insider=shop.borders_of(result).insider * 1.5)

    class Frozen:
        insider, viability, measure, coverage = (
            dearer.insider,
            dearer.viability,
            then.rules.measure,
            (0.85, 0.97),
        )

    refit = run_programme(replace(same, borders=Frozen(), model_version="m2"))
    table = refit.tables["membership_changes"]
    assert set(table["cause"]) == {"model"}
    assert table.height > 5
    wider = run_programme(replace(same, rules=replace(same.rules, insider_coverage=0.95)))
    assert set(wider.tables["membership_changes"]["cause"]) == {"policy"}
    redrawn = run_programme(replace(same, borders=Frozen()))
    assert set(redrawn.tables["membership_changes"]["cause"]) == {"border"}


def test_grace_ends_and_a_suppression_are_told_apart(traded, first):
    then, result = first
    members = result.tables["members"]["customer_id"].to_list()
    low = pl.when(pl.col("customer_id").is_in(members[:2])).then(0.5).otherwise(then.rules.measure)
    same = after(first, *traded, BEFORE)
    held = replace(same, rules=replace(same.rules, grace_refreshes=1), as_of=BEFORE + timedelta(days=1),
                   features=same.features.with_columns(low.alias(then.rules.measure)))  # fmt: skip
    one = run_programme(held)
    assert one.tables["membership_changes"].is_empty()
    leaves = one.tables["leaves_next"].filter("leaves")
    assert set(members[:2]) <= set(leaves["customer_id"])
    again = replace(held, previous=one.insiders, previous_as_of=held.as_of, as_of=BEFORE + timedelta(days=2),
                    rules=replace(held.rules, opted_out=frozenset(members[2:3])))  # fmt: skip
    two = run_programme(again)
    causes = dict(two.tables["membership_changes"].select("customer_id", "cause").iter_rows())
    assert causes == {members[0]: "grace_ended", members[1]: "grace_ended", members[2]: "suppression"}


def test_whoever_is_said_to_leave_leaves_and_buying_what_is_named_keeps_them(traded, first):
    then, result = first
    until = BEFORE + timedelta(days=30)  # as far ahead as is guessed after a first refresh
    told = {row["customer_id"]: row for row in result.tables["leaves_next"].to_dicts()}
    assert told
    assert {row["next_as_of"] for row in told.values()} == {until}
    known = (BEFORE - shop.EPOCH).days
    silent = after(first, *(frame.filter(pl.col("invoice_day") <= known) for frame in traded), until)
    left = run_programme(silent).tables["membership_changes"].filter(pl.col("change") == "left")
    assert set(left["customer_id"]) == set(told)
    by_needs = {name: row["needs"] for name, row in told.items()}
    add = pl.col("customer_id").replace_strict(by_needs, default=0.0, return_dtype=pl.Float64)
    measure = then.rules.measure
    seen = set(silent.features["customer_id"])
    enough = replace(silent, features=silent.features.with_columns((pl.col(measure) + add).alias(measure)))
    tiers = dict(choose(enough).insiders.select("customer_id", "tier").iter_rows())
    assert {tiers[name] for name in told if name in seen} <= {"insider"}
