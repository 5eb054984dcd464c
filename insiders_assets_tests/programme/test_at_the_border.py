"""What happens exactly on a border: each rule of policies and grace, by value, on tables of a few customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from insiders_assets.programme.cluster_policies import coverage
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.customer_policies import budget
from insiders_assets.programme.grace import with_grace
from insiders_assets.programme.standing import PATH, with_standing
from insiders_assets.report.sections.movement import movement
from insiders_assets_tests.report_tables import refresh

RULES = ProgrammeRules(hysteresis=0.0, insider_coverage=0.6, viability_coverage=0.9)


def customers(values: list[float], **more: list) -> pl.DataFrame:
    """Customers with these values, each in a cluster of their own, of whom nothing else is known."""
    count = len(values)
    columns = {
        "customer_id": [f"c{place}" for place in range(count)],
        "value": values,
        "cluster": list(range(1, count + 1)),
        "is_identified": [True] * count,
        "is_eligible": [True] * count,
        "cluster_before": pl.Series([None] * count, dtype=pl.Int64),
        "tier_before": pl.Series([None] * count, dtype=pl.String),
    }
    return pl.DataFrame(columns | more).with_columns(pl.col("cluster", "cluster_before").cast(pl.Int64))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # What stands before a cluster decides: with 60 or 90 of 100 before it, the border is covered.
        ([60.0, 30.0, 10.0], ["insider", "viability", "not_insider"]),
        ([59.0, 30.0, 11.0], ["insider", "insider", "viability"]),
        ([60.0, 29.0, 11.0], ["insider", "viability", "viability"]),
    ],
)
def test_a_cluster_is_inside_while_those_before_it_do_not_cover_the_share(values, expected):
    tiers = coverage(customers(values), RULES).cluster_tiers
    assert [tiers[cluster] for cluster in sorted(tiers)] == expected


@pytest.mark.parametrize(("others", "expected"), [("viability", "viability"), ("insider", "insider")])
def test_a_cluster_of_which_half_was_inside_was_not_inside(others, expected):
    table = customers(
        [61.0, 20.0, 19.0],
        cluster=[1, 2, 2],
        cluster_before=[1, 2, 2],
        tier_before=["insider", "insider", others],
    )
    tiers = coverage(table, replace(RULES, hysteresis=0.05)).cluster_tiers
    assert tiers == {1: "insider", 2: expected}


def test_hysteresis_keeps_no_cluster_that_has_the_whole_before_it():
    table = customers([100.0, 0.0], cluster_before=[1, 2], tier_before=["insider", "insider"])
    rules = replace(RULES, hysteresis=0.5, viability_coverage=0.95)
    assert coverage(table, rules).cluster_tiers == {1: "insider", 2: "not_insider"}


@pytest.mark.parametrize(("value", "tier"), [(50.0, "insider"), (49.0, "viability")])
def test_who_may_not_be_a_member_stands_with_the_last_who_may(value, tier):
    table = customers([80.0, 50.0, value, 1.0], is_eligible=[True, True, False, True])
    found = budget(table, replace(RULES, policy="budget", budget_members=2, viability_coverage=0.995))
    assert dict(found.tiers.iter_rows())["c2"] == tier


@pytest.mark.parametrize(
    ("member", "eligible", "used", "tier", "now"),
    [
        (True, True, 0, "insider", 1),
        (True, True, 1, "insider", 2),
        (True, True, 2, "viability", 0),  # used up
        (True, False, 0, "viability", 0),  # suppressed at once
        (False, True, 0, "viability", 0),  # was no member
    ],
)
def test_grace_holds_members_who_may_be_members_for_as_long_as_it_says(member, eligible, used, tier, now):
    table = pl.DataFrame(
        {
            "policy_tier": ["viability"],
            "is_eligible": [eligible],
            "was_member": [member],
            "grace_before": [used],
            "member_since_before": [date(2026, 1, 1)],
        }
    )
    rules = replace(RULES, policy="value", grace_refreshes=2)
    table = with_standing(table, pl.DataFrame(schema=PATH), rules, date(2026, 6, 30))
    held = with_grace(table, rules, same_selection=True)
    assert held.select("tier", "grace_refreshes").row(0) == (tier, now)
    assert with_grace(table, rules, same_selection=False)["tier"][0] == "viability"
    assert with_grace(table, replace(rules, policy="budget"), same_selection=True)["tier"][0] == "viability"


def test_the_list_of_movement_has_who_entered_who_left_and_members_who_moved():
    inputs = refresh(60)
    ids = inputs.insiders["customer_id"].head(4).to_list()
    changes = inputs.tables["membership_changes"].head(0)
    rows = pl.DataFrame(
        {
            "refresh_id": [inputs.refresh_id] * 4,
            "customer_id": ids,
            "change": ["entered", "left", "moved", "moved"],
            "is_member": [True, False, True, False],
        }
    )
    table = pl.concat([changes, rows.cast({"change": pl.String})], how="diagonal")
    listed = movement(replace(inputs, tables={**inputs.tables, "membership_changes": table}))["listed"]
    assert {row["customer_id"] for row in listed} == set(ids[:3])
