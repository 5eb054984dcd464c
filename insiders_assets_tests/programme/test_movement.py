"""Movement: what changed between refreshes, why, and that nothing of it is ever lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insiders_assets.programme.borders import Borders
from insiders_assets.programme.causes import Circumstances, with_causes
from insiders_assets.programme.composition import composed_changes, composed_migration, composed_refresh
from insiders_assets.programme.compute import run_programme
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.movement import members_after
from insiders_assets_tests import programme_shop as shop

HISTORY = ("membership_changes", "tier_migration", "revenue_bridge", "refreshes")
MONTHS = [shop.LAST - timedelta(days=30 * step) for step in range(5, -1, -1)]


@pytest.fixture(scope="module")
def traded():
    return shop.transactions(250)


@pytest.fixture(scope="module")
def start(traded):
    return shop.at(*traded, shop.LAST)


@pytest.fixture(scope="module")
def first(start):
    return run_programme(start)


def after(given, result, **changes):
    """The refresh after ``result``: what it published is remembered."""
    known = {
        "previous": result.insiders, "previous_as_of": given.as_of, "previous_model_version": "m1",
        "previous_selection": given.rules.selection, "previous_window_days": given.rules.window_days,
        "borders_before": shop.borders_of(result),
    }  # fmt: skip
    return replace(given, **(known | changes))


def worth(ids, amount: float) -> pl.Expr:
    """Revenue, but for some customers another amount."""
    return pl.when(pl.col("customer_id").is_in(list(ids))).then(amount).otherwise("revenue")


def members(result) -> set[str]:
    return set(result.tables["members"]["customer_id"])


def changes_add_up(before: set[str], result) -> None:
    table = result.tables["membership_changes"]
    entered = set(table.filter(pl.col("change") == "entered")["customer_id"])
    left = set(table.filter(pl.col("change") == "left")["customer_id"])
    assert members(result) - before == entered
    assert before - members(result) == left
    row = result.tables["refreshes"].to_dicts()[0]
    assert row["members_entered"] - row["members_left"] == len(members(result)) - len(before)


def test_at_the_first_refresh_everybody_is_first_seen(first):
    table = first.tables["membership_changes"]
    assert set(table["cause"]) == {"first_seen"}
    assert table.height == first.insiders["is_identified"].sum()
    changes_add_up(set(), first)


def test_the_same_again_moves_nobody(start, first):
    again = run_programme(after(start, first, refresh_id="again"))
    assert again.tables["membership_changes"].is_empty()
    assert again.insiders.equals(first.insiders)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    gone=st.floats(0, 0.3),
    coverage=st.sampled_from([0.5, 0.85]),
    policy=st.sampled_from(["value", "coverage", "budget"]),
    new_model=st.booleans(),
    holdout=st.sampled_from([0.0, 0.2]),
)
def test_the_sum_of_movement_is_the_difference_of_lists(
    start, first, seed, gone, coverage, policy, new_model, holdout
):
    kept = start.features.sample(fraction=1 - gone, seed=seed)
    shuffled = start.assignments.sample(fraction=0.2, seed=seed)
    changed = shuffled.with_columns(cluster=pl.col("cluster").shuffle(seed))
    assignments = start.assignments.update(changed.select("customer_id", "cluster"), on="customer_id")
    rules = ProgrammeRules(
        policy=policy, insider_coverage=coverage, budget_members=40, holdout_share=holdout,
        opted_out=frozenset(first.tables["members"]["customer_id"].sample(2, seed=seed)),
    )  # fmt: skip
    result = run_programme(
        replace(
            start, features=kept, assignments=assignments, rules=rules, previous=first.insiders,
            previous_selection=start.rules.selection, refresh_id="next",
            model_version="m2" if new_model else "m1", previous_model_version="m1",
        )
    )  # fmt: skip
    changes_add_up(members(first), result)
    matrix = result.tables["tier_migration"]
    known = result.insiders.filter("is_identified")
    after = dict(matrix.group_by("tier_after").agg(pl.col("customers").sum()).iter_rows())
    assert {tier: count for tier, count in after.items() if tier != "not_seen" and count} == Counter(
        known["tier"]
    )
    before = dict(matrix.group_by("tier_before").agg(pl.col("customers").sum()).iter_rows())
    known_before = first.insiders.filter("is_identified")
    assert {t: c for t, c in before.items() if t != "not_seen" and c} == Counter(known_before["tier"])


def causes(result) -> dict[str, str]:
    return dict(result.tables["membership_changes"].select("customer_id", "cause").iter_rows())


def test_causes_are_told_apart(start, first):
    ids = first.tables["members"].sort("revenue")["customer_id"].to_list()
    opted_out, gone, fallen = ids[0], ids[1], ids[-1]
    outside = first.insiders.filter(pl.col("tier") == "not_insider", pl.col("is_identified"))
    riser = outside.sort("revenue", descending=True)["customer_id"][0]
    rules = ProgrammeRules(grace_days=0, opted_out=frozenset([opted_out]))
    features = start.features.with_columns(revenue=worth([fallen], 1.0)).with_columns(
        revenue=worth([riser], 9e3)
    )
    given_then = after(
        replace(start, rules=rules), first, features=features.filter(pl.col("customer_id") != gone)
    )
    told = causes(run_programme(given_then))
    assert told[opted_out] == "suppression"
    # What is in no purchase of today is a correction of what was published.
    assert told[gone] == told[fallen] == told[riser] == "corrected"


@pytest.mark.parametrize(
    ("aged_out", "corrected", "cause"),
    [(5, 0, "out_of_window"), (5, -4, "out_of_window"), (4, -5, "corrected"), (0, -9, "corrected")],
)
def test_who_is_gone_left_by_what_took_most_of_their_value(start, aged_out, corrected, cause):
    row = dict.fromkeys(("suppressed_by", "suppressed_before", "is_eligible", "grace_left", "cluster_after"))
    row |= {"tier_shown_before": "insider", "policy_tier_before": "insider", "cluster_before": 1}
    row |= {"tier_after": None, "policy_tier_after": None, "was_member": True, "is_member": False}
    row |= {"value_before": aged_out - corrected, "bought": 0, "aged_out": aged_out, "returned": 0}
    row |= {"corrected": corrected, "value_after": 0}
    cut = Borders(2.0, 1.0)
    same = Circumstances(start.rules, cut, cut, same_model=True, same_selection=True)
    kinds = {"tier_after": pl.String, "policy_tier_after": pl.String, "cluster_after": pl.Int32}
    kinds |= {"is_eligible": pl.Boolean, "grace_left": pl.Boolean}
    assert with_causes(pl.DataFrame([row], schema_overrides=kinds), same)["cause"].to_list() == [cause]


def test_under_a_policy_on_clusters_a_new_model_and_the_border_are_told_apart(start):
    rules = ProgrammeRules(policy="coverage", hysteresis=0.0, grace_days=0)
    given_then = replace(start, rules=rules)
    first = run_programme(given_then)
    moved = first.tables["members"].sort("revenue")["customer_id"][2]
    worst = int(start.assignments["cluster"].max())
    cluster = pl.when(pl.col("customer_id") == moved).then(worst).otherwise("cluster").cast(pl.Int32)
    assignments = start.assignments.with_columns(cluster=cluster)
    told = causes(run_programme(after(given_then, first, assignments=assignments, model_version="m2")))
    assert told[moved] == "model"
    one = first.tables["cluster_profiles"].filter(pl.col("tier") == "insider")["cluster"].max()
    rich = start.features.join(start.assignments, on="customer_id").filter(pl.col("cluster") < one)[
        "customer_id"
    ]
    richer = start.features.with_columns(
        revenue=pl.when(pl.col("customer_id").is_in(rich.implode()))
        .then(pl.col("revenue") * 50)
        .otherwise("revenue")
    )
    table = run_programme(after(given_then, first, features=richer)).tables["membership_changes"]
    slipped = table.filter(pl.col("cluster_before") == one, pl.col("change") == "left")
    assert slipped.height > 0
    assert set(slipped["cause"]) == {"border"}


def test_a_changed_policy_is_the_cause_of_what_it_changes(start, first):
    narrower = ProgrammeRules(insider_coverage=0.3, viability_coverage=0.97)
    result = run_programme(after(start, first, rules=narrower))
    table = result.tables["membership_changes"]
    assert table.filter(pl.col("change") == "left").height > 0
    assert set(table["cause"]) == {"policy"}


def test_a_previous_table_without_the_columns_of_today_is_enough_to_go_on_from(start, first):
    old = first.insiders.select(
        "customer_id", "revenue", "cluster", "tier", "is_identified", "is_member", "reason", "confidence"
    )
    result = run_programme(after(start, first, previous=old))
    assert result.tables["membership_changes"].is_empty()
    assert members(result) == members(first)


def monthly(traded, *, future: bool) -> list:
    """A refresh per month: each on what had arrived by then, or all on the whole history."""
    purchases, returns = traded
    results: list = []
    for month in MONTHS:
        until = (month - shop.EPOCH).days
        arrived = [
            frame if future else frame.filter(pl.col("invoice_day") <= until)
            for frame in (purchases, returns)
        ]
        given_then = shop.at(*arrived, month, window=100)
        if results:
            given_then = after(given_then, results[-1], previous_as_of=MONTHS[len(results) - 1])
        results.append(run_programme(given_then))
    return results


def test_replaying_history_gives_the_tables_of_running_once_a_month(traded):
    replayed, lived = monthly(traded, future=True), monthly(traded, future=False)
    for month, (one, other) in enumerate(zip(replayed, lived, strict=True)):
        assert one.insiders.equals(other.insiders), month
        for name, table in one.tables.items():
            assert table.equals(other.tables[name]), (month, name)


def test_the_changes_alone_tell_every_list_there_has_been(traded):
    results = monthly(traded, future=False)
    changes = pl.concat(result.tables["membership_changes"] for result in results)
    names = [result.tables["refreshes"]["refresh_id"].item() for result in results]
    for count, result in enumerate(results, 1):
        assert members_after(changes, names[:count]) == sorted(members(result))
    assert changes.filter(pl.col("change") == "left").height > 0


def test_membership_begins_when_somebody_enters_and_lasts_while_they_stay(traded):
    results = monthly(traded, future=False)
    previous: dict[str, object] = {}
    before = MONTHS[0] - timedelta(days=1)
    for month, result in zip(MONTHS, results, strict=True):
        now = dict(result.insiders.filter("is_member").select("customer_id", "member_since").iter_rows())
        assert all(since == previous.get(name) or before < since <= month for name, since in now.items())
        assert sum(since == previous.get(name) for name, since in now.items()) >= 0.8 * len(previous)
        before = month
        assert result.insiders.filter(~pl.col("is_member"))[
            "member_since"
        ].null_count() == result.insiders.height - len(now)
        previous = now


def test_a_refresh_made_again_says_the_same_and_forgets_nothing(start, first):
    falling = first.tables["members"].sort("revenue")["customer_id"].head(3)
    features = start.features.sample(fraction=0.9, seed=1).with_columns(revenue=worth(falling, 1.0))
    given_then = after(
        start, first, features=features, refresh_id="next", as_of=shop.LAST + timedelta(days=1)
    )
    once = run_programme(given_then)
    assert once.insiders["grace_refreshes"].sum() > 0
    assert once.tables["membership_changes"].height > 0
    history = {name: once.tables[name] for name in HISTORY}
    again = run_programme(
        replace(given_then, previous=once.insiders, retried=history, borders_before=shop.borders_of(once))
    )
    assert again.insiders.equals(once.insiders)
    for name, table in once.tables.items():
        assert again.tables[name].equals(table), name


def test_two_refreshes_of_one_day_tell_together_what_one_would_have_told(traded):
    rules = ProgrammeRules(grace_days=0, hysteresis=0.0)
    given_then = shop.at(*traded, shop.LAST, rules=rules)
    first = run_programme(given_then)
    ids = first.insiders.filter("is_identified").sort("value")["customer_id"].to_list()
    features = given_then.features
    once = features.with_columns(revenue=worth([*ids[:3], ids[-1]], 9e3)).filter(
        pl.col("customer_id") != ids[-2]
    )
    twice = once.with_columns(revenue=worth([ids[0], ids[-1], ids[-3]], 0.5))
    one = run_programme(after(given_then, first, features=once, refresh_id="one"))
    two = run_programme(after(given_then, one, features=twice, refresh_id="two"))
    direct = run_programme(after(given_then, first, features=twice, refresh_id="two"))
    changes = composed_changes([one.tables["membership_changes"], two.tables["membership_changes"]], "two")
    told = ("customer_id", "change", "tier_before", "tier_after", "was_member", "is_member")
    assert changes.height > 3
    assert changes.select(told).equals(direct.tables["membership_changes"].select(told))
    rows = [result.tables["refreshes"].to_dicts()[0] for result in (one, two)]
    row = composed_refresh(rows, changes)
    expected = direct.tables["refreshes"].to_dicts()[0]
    amounts = ("bought", "aged_out", "returned", "corrected", "value_before", "value_after")
    assert [row[name] for name in amounts] == pytest.approx([expected[name] for name in amounts])
    assert (row["members_entered"], row["members_left"]) == (
        expected["members_entered"],
        expected["members_left"],
    )
    migration = composed_migration(two.insiders, changes, row)
    places = ["tier_before", "tier_after"]
    assert migration.sort(places).equals(direct.tables["tier_migration"].sort(places))
