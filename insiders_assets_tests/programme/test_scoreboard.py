"""The scoreboard: a list of 90 days ago is settled by what was bought since, and nothing is said before."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from insiders_assets.contracts.outlook import OUTLOOK_HISTORY
from insiders_assets.contracts.scoreboard import SCOREBOARD
from insiders_assets.programme.scoreboard import scoreboard, settled
from insiders_assets.refresh.settling import _expected, scoreboard_so_far, scoreboard_table
from insiders_assets.report.page import render, render_evidence
from insiders_assets.settings import load_settings
from insiders_assets.storage.lake import failures
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.report_tables import refresh

EPOCH, LIST = date(1970, 1, 1), date(2026, 1, 31)
REFRESHES = pl.DataFrame(
    {
        "refresh_id": ["a", "b", "c", "d"],
        "as_of": [LIST - timedelta(days=31), LIST, LIST, LIST + timedelta(days=28)],
        "published_at": [datetime(2026, 6, day) for day in (1, 2, 3, 4)],
    }
)
CHANGES = pl.DataFrame(
    [("a", "anna", True), ("a", "ben", True), ("c", "ben", False), ("c", "carl", True), ("d", "dora", True)],
    schema=["refresh_id", "customer_id", "is_member"],
    orient="row",
)


TOLD = {"members_expected": 44.0, "members_low": 31.0, "members_high": 50.0}


def bought(*rows: tuple[str, int, float]) -> pl.LazyFrame:
    """Purchases, each with its day counted from the day of the list."""
    return (
        pl.DataFrame(rows, schema=["customer_id", "day", "line_value"], orient="row")
        .with_columns(invoice_day=(pl.col("day") + (LIST - EPOCH).days).cast(pl.Int32))
        .lazy()
    )


PURCHASES = bought(
    ("anna", -200, 9.0), ("anna", -99, 60.0), ("anna", 1, 10.0), ("anna", 90, 20.0), ("anna", 91, 500.0),
    ("carl", -5, 30.0), ("ben", 0, 100.0), ("ben", 30, 40.0), ("dora", 30, 50.0),
    ("anonymous-7", -5, 900.0), ("anonymous-7", 5, 900.0),
)  # fmt: skip


def settle(as_of: date, expected: dict[str, float] | None = None) -> pl.DataFrame:
    return scoreboard(
        ("e", as_of), REFRESHES, CHANGES, PURCHASES, known_until=as_of, window_days=100, main=lambda who: who,
        expected=expected,
    )  # fmt: skip


def test_nothing_is_settled_before_ninety_days_are_over():
    assert settled(REFRESHES, LIST + timedelta(days=58)) is None
    assert settle(LIST + timedelta(days=58)).is_empty()
    assert settled(REFRESHES, LIST + timedelta(days=89)) == (["a"], LIST - timedelta(days=31))
    assert settled(REFRESHES, LIST + timedelta(days=90)) == (["a", "b", "c"], LIST)


def test_a_list_is_settled_by_what_its_members_bought_in_ninety_days():
    made = settle(LIST + timedelta(days=95))
    SCOREBOARD.require(failures(made.lazy(), SCOREBOARD)[1])
    (row,) = made.to_dicts()
    assert (row["settled_refresh"], row["settled_as_of"], row["members"]) == ("c", LIST, 2)  # anna and carl
    assert row["revenue"] == 30.0
    assert row["sort_revenue"] == 70.0  # ben and anna had most in the window
    assert row["expected"] == pytest.approx(90.0 * 90 / 100)
    assert row["share_of_revenue"] == 30 / 120
    assert row["sort_share_of_revenue"] == 70 / 120
    assert row["bought_again"] == 0.5
    assert (row["expected_by"], row["expected_low"]) == ("pace", None)
    (told,) = settle(LIST + timedelta(days=95), TOLD).to_dicts()
    assert told == row | {
        "expected": 44.0,
        "expected_by": "outlook",
        "expected_low": 31.0,
        "expected_high": 50.0,
    }


def test_what_the_outlook_told_then_is_what_a_list_is_settled_beside(refreshed, tmp_path):
    """As it was kept: the newest refresh that the list is of, and only what was shown."""
    _, home = refreshed.copy(tmp_path)
    stores = Stores(load_settings(home=str(home)))
    own = stores.warehouse.latest_refresh()["refresh_id"]
    kept = stores.warehouse.read(OUTLOOK_HISTORY.name)
    assert kept["refresh_id"].unique().to_list() == [own]
    told = stores.lake.read("outlook_figures")
    assert kept.drop("refresh_id", "as_of").equals(told.select(kept.drop("refresh_id", "as_of").columns))
    assert _expected(stores, own) is None, "nothing was shown: the simulated year is too short"
    shown = kept.with_columns(
        is_shown=True, members_expected=44.0, members_low=31.0, members_high=50.0, refresh_id=pl.lit("c")
    )
    stores.warehouse.publish({}, {OUTLOOK_HISTORY.name: shown})
    assert _expected(stores, "c")["members_expected"] == 44.0
    assert _expected(stores, "a") is None


def test_report_tells_it_once_there_is_something_and_a_home_without_history_has_none(refreshed, tmp_path):
    _, home = refreshed.copy(tmp_path)
    stores = Stores(load_settings(home=str(home)))
    assert scoreboard_table(stores).is_empty()
    made = settle(LIST + timedelta(days=95))
    earlier = made.with_columns(refresh_id=pl.lit("before"), as_of=pl.lit(LIST + timedelta(days=91)))
    stores.warehouse.publish({}, {SCOREBOARD.name: earlier})
    assert scoreboard_so_far(stores, made).equals(made), "a list counts as it was settled last"
    plain = refresh(100)
    with_it = refresh(100, tables={**plain.tables, SCOREBOARD.name: made})
    assert 'id="settled"' not in render_evidence(plain)
    assert 'id="settled"' in render_evidence(with_it)
    assert "in the 90 days since; as many customers by past revenue alone brought" in render(with_it)
    assert "at the pace of before it would have been" in render(with_it)
    foretold = settle(LIST + timedelta(days=95), TOLD)
    page = render(refresh(100, tables={**plain.tables, SCOREBOARD.name: foretold}))
    assert "the outlook of then expected" in page
