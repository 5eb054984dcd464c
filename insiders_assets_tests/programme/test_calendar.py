"""The calendar: status counts days, so that a shop that exports daily and one that exports monthly tell the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import polars as pl
import pytest

from insiders_assets.contracts.member_tiers import MEMBER_TIERS, TIER_STANDING
from insiders_assets.errors import UsageError
from insiders_assets.programme.choosing import choose
from insiders_assets.programme.config import MemberTier, ProgrammeRules
from insiders_assets.programme.named_tiers import member_tier_table
from insiders_assets.programme.review import ends_on, first_review
from insiders_assets.settings import load_settings
from insiders_assets.storage.lake import failures
from insiders_assets_tests import programme_shop as shop

WINDOW = 60
START = shop.days_before(75)
STATUS = ("customer_id", "tier", "policy_tier", "is_member", "member_since", "below_since", "valid_until")


@pytest.fixture(scope="module")
def traded():
    purchases, returns = shop.transactions(90)
    return purchases.collect().lazy(), returns.collect().lazy()


def given_at(traded, day, rules, before=None):
    """What the list of a day is chosen from, after that of an earlier one."""
    known = [frame.filter(pl.col("invoice_day") <= (day - shop.EPOCH).days) for frame in traded]
    borders = SimpleNamespace(insider=150.0, viability=60.0, measure=rules.measure, coverage=rules.coverages)
    given = shop.at(*known, day, window=WINDOW, rules=rules, borders=borders)
    if before is not None:
        then, insiders = before
        given = replace(given, previous=insiders, previous_as_of=then, previous_selection=rules.selection,
                        previous_model_version="m1", previous_window_days=WINDOW)  # fmt: skip
    return given


def at(traded, day, rules, before=None):
    """The list of a day, after that of an earlier one."""
    return day, choose(given_at(traded, day, rules, before)).insiders


def lived(traded, days, rules):
    """The lists of some days, each after the one before."""
    found = []
    for day in days:
        found.append(at(traded, day, rules, found[-1] if found else None))
    return dict(found)


@pytest.mark.parametrize(
    ("value", "review", "grace", "step"),
    [
        ("gross", "daily", 10, 10),
        ("net", "monthly", 3, 6),
        pytest.param("gross", "monthly", 0, 1, marks=pytest.mark.full),
        pytest.param("net", "anniversary", 0, 1, marks=pytest.mark.full),
        pytest.param("net", "daily", 7, 1, marks=pytest.mark.full),
    ],
)
def test_a_daily_and_a_monthly_shop_tell_the_same_on_the_same_day(traded, value, review, grace, step):
    """A shop that exports every ``step`` days, and one that does once a month."""
    rules = ProgrammeRules(window_days=WINDOW, value=value, review=review, grace_days=grace, suppress=())
    daily = lived(traded, [START + timedelta(days=n) for n in (0, *range(1, 62, step))], rules)
    monthly = lived(traded, [START, START + timedelta(days=31), START + timedelta(days=61)], rules)
    joined = 0
    for day, insiders in monthly.items():
        known = [frame.filter("is_identified").select(STATUS) for frame in (insiders, daily[day])]
        assert known[0].equals(known[1]), known[0].join(known[1], on=STATUS, how="anti", nulls_equal=True)
        joined += int((known[0]["member_since"] > START).sum())
    assert joined > 10
    left = {
        name for insiders in daily.values() for name in insiders.filter("is_member")["customer_id"]
    } - set(insiders.filter("is_member")["customer_id"])
    assert left


@pytest.mark.parametrize("review", ["daily", "quarterly"])
def test_a_member_is_one_until_the_day_that_is_named_and_not_a_day_longer(traded, review):
    rules = ProgrammeRules(window_days=WINDOW, review=review, grace_days=5, suppress=())
    silent = tuple(frame.filter(pl.col("invoice_day") <= (START - shop.EPOCH).days) for frame in traded)
    first = at(silent, START, rules)
    named = dict(first[1].filter("is_member").select("customer_id", "valid_until").iter_rows())
    assert min(named.values()) < START + timedelta(days=55)
    for day in [START + timedelta(days=n) for n in (1, 17, 40, 55)]:
        members = set(at(silent, day, rules, first)[1].filter("is_member")["customer_id"])
        assert members == {name for name, until in named.items() if until >= day}


@pytest.mark.parametrize(
    ("day", "review", "joined", "found"),
    [
        (date(2026, 5, 17), "daily", date(2025, 1, 1), date(2026, 5, 17)),
        (date(2026, 5, 17), "monthly", date(2025, 1, 1), date(2026, 6, 1)),
        (date(2026, 6, 1), "monthly", date(2025, 1, 1), date(2026, 6, 1)),
        (date(2026, 12, 2), "monthly", date(2025, 1, 1), date(2027, 1, 1)),
        (date(2026, 5, 17), "quarterly", date(2025, 1, 1), date(2026, 7, 1)),
        (date(2026, 10, 2), "quarterly", date(2025, 1, 1), date(2027, 1, 1)),
        (date(2026, 5, 17), "anniversary", date(2025, 3, 9), date(2027, 3, 9)),
        (date(2026, 3, 9), "anniversary", date(2025, 3, 9), date(2026, 3, 9)),
        (date(2026, 3, 9), "anniversary", date(2026, 3, 9), date(2027, 3, 9)),
        (date(2025, 2, 1), "anniversary", date(2024, 2, 29), date(2025, 2, 28)),
    ],
)
def test_the_first_review_on_or_after_a_day(day, review, joined, found):
    assert first_review(day, review, joined) == found


def test_a_status_ends_at_the_first_review_when_grace_is_over():
    rules = ProgrammeRules(grace_days=30, review="monthly")
    assert ends_on(date(2026, 5, 2), rules, date(2025, 1, 1)) == date(2026, 6, 1)
    assert ends_on(date(2026, 5, 3), rules, date(2025, 1, 1)) == date(2026, 7, 1)


def test_grace_in_refreshes_goes_on_and_is_not_mixed_with_days():
    assert ProgrammeRules.from_settings(load_settings(grace_refreshes=2)).grace_refreshes == 2
    assert ProgrammeRules.from_settings(load_settings()).grace_days == 30
    for other in ({"grace_days": 5}, {"review": "monthly"}):
        with pytest.raises(UsageError, match="INSIDERS_GRACE_REFRESHES"):
            ProgrammeRules.from_settings(load_settings(grace_refreshes=2, **other))


TIERS = (MemberTier("Gold", 0.3), MemberTier("Silver", 0.6), MemberTier("Bronze", 0.85))


def named(traded, days, rules):
    """The lists of some days and who has which named tier, each after the one before."""
    found, before, tiers = {}, None, {}
    for day in days:
        given = replace(given_at(traded, day, rules, before), **tiers)
        chosen = choose(given)
        before, table = (day, chosen.insiders), member_tier_table(given, chosen.insiders, chosen.named)
        tiers = {"member_tiers_before": table, "tier_standing_before": chosen.named.standing}
        found[day] = chosen.insiders, chosen.named.standing, table
    return found


@pytest.mark.parametrize(
    ("review", "grace", "step"),
    [("monthly", 3, 6), pytest.param("daily", 10, 1, marks=pytest.mark.full)],
)
def test_named_tiers_fall_by_the_same_calendar_however_often_exports_arrive(traded, review, grace, step):
    rules = ProgrammeRules(
        window_days=WINDOW, review=review, grace_days=grace, suppress=(), member_tiers=TIERS
    )
    often = named(traded, [START + timedelta(days=n) for n in (0, *range(1, 62, step))], rules)
    monthly = named(traded, [START, START + timedelta(days=31), START + timedelta(days=61)], rules)
    for day, (insiders, standing, table) in monthly.items():
        assert standing.equals(often[day][1])
        assert table.equals(often[day][2])
        TIER_STANDING.require(failures(standing.lazy(), TIER_STANDING)[1])
        MEMBER_TIERS.require(failures(table.lazy(), MEMBER_TIERS)[1])
        members = insiders.filter("is_member")
        assert members["member_tier"].null_count() == 0
        assert insiders.filter(~pl.col("is_member"))["member_tier"].drop_nulls().is_empty()
        assert dict(table.select("member_tier", "members").iter_rows()) == {
            tier.name: members.filter(pl.col("member_tier") == tier.name).height for tier in TIERS
        }
        gold = table["begins_at"][0]
        assert set(members.filter(pl.col("value") >= gold)["member_tier"]) == {"Gold"}
    assert table["begins_at"].to_list() == monthly[START][2]["begins_at"].to_list()
    assert standing["below_since"].drop_nulls().len() > 0
    assert standing.filter(pl.col("member_tier") == "Gold")["since"].max() > START


def test_without_named_tiers_there_are_none(traded):
    chosen = choose(given_at(traded, START, ProgrammeRules(window_days=WINDOW)))
    assert chosen.named.standing.is_empty()
    assert chosen.insiders["member_tier"].drop_nulls().is_empty()


@pytest.mark.parametrize(
    ("tiers", "more", "said"),
    [
        ("Gold,Silver", {}, "is no name with a share"),
        ("Gold=0.9,Silver", {}, "stay below that of all Insiders, 0.85"),
        ("Gold=0.5,Silver=0.4,Bronze", {}, "shares rise"),
        ("Gold=0.5,Silver=0.7", {}, "the last takes the rest"),
        ("Gold=0.5,Gold", {}, "two tiers have one name"),
        ("Gold=0.5,Silver", {"policy": "coverage"}, "policy value"),
        ("Gold=0.5,Silver", {"grace_refreshes": 1}, "grace in days"),
    ],
)
def test_named_tiers_that_cannot_be_are_refused_in_one_line(tiers, more, said):
    with pytest.raises(UsageError, match=said) as error:
        ProgrammeRules.from_settings(load_settings(member_tiers=tiers, **more))
    assert "INSIDERS_MEMBER_TIERS" in str(error.value)
    found = ProgrammeRules.from_settings(load_settings(member_tiers="Gold=0.5,Silver"))
    assert found.member_tiers == (MemberTier("Gold", 0.5), MemberTier("Silver", 0.85))
