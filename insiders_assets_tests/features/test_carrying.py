"""Rows that are carried over: a table is the same however it came about, whatever befell its files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from polars.testing import assert_frame_equal

from insiders_assets.features import batches, carrying, favourites, months
from insiders_assets.features.carrying import DIGESTED, Before, carry, line_digests
from insiders_assets.features.cleaning import CleaningRules, clean_purchases, returns
from insiders_assets.features.customers import looked_at_later
from insiders_assets_tests.make import transactions

FIRST, WINDOW = date(2026, 1, 1), 60
Tables = dict[str, tuple[Callable[..., pl.DataFrame], tuple[str, ...]]]


def tables(as_of: date, window_days: int) -> Tables:
    """How each table of customers' lines is made, and its key."""
    days: dict[str, Any] = {"as_of": as_of, "window_days": window_days}
    return {
        "features": (lambda bought, back: batches.customer_features(bought, back, **days), ("customer_id",)),
        "months": (
            lambda bought, back: months.purchases_by_month(bought, back, **days).collect(),
            ("customer_id", "month"),
        ),
        "products": (lambda bought, _: favourites.favourite_codes(bought, **days), ("customer_id", "place")),
    }


@st.composite
def exports(draw: st.DrawFn) -> pl.DataFrame:
    """A few lines of a few customers, so that they meet in invoices, products and days."""
    lines = st.fixed_dictionaries(
        {
            "invoice_no": st.integers(1, 8).map(str),
            "stock_code": st.sampled_from(["A1", "B2", "C3", "D4", "POST"]),
            "quantity": st.sampled_from([-3, -1, 1, 2, 5]),
            "unit_price": st.sampled_from([0.01, 0.1, 0.3, 2.5, 9.99]),
            "customer_id": st.sampled_from(["a", "b", "c", "d", "e", None]),
            "country": st.sampled_from(["Ireland", "France", None]),
            "invoice_date": st.integers(0, 100).map(
                lambda day: datetime(2026, 1, 1, 9) + timedelta(days=day)
            ),
        }
    )
    return transactions(*draw(st.lists(lines, min_size=1, max_size=12)))


class Refreshes(RuleBasedStateMachine):
    """Whatever happens to files, people, rules and days: the next refresh is compared with a full one."""

    @initialize(first=exports())
    def begin(self, first: pl.DataFrame) -> None:
        self.files = {0: first}
        self.rules, self.as_of, self.window_days = CleaningRules(), FIRST + timedelta(days=50), WINDOW
        self.before: tuple[dict[str, pl.DataFrame], pl.DataFrame, date] | None = None
        self.carried = 0

    @rule(more=exports())
    def a_file_comes(self, more: pl.DataFrame) -> None:
        self.files[len(self.files)] = more

    @rule(more=exports(), which=st.integers(0, 9))
    def a_file_is_replaced(self, more: pl.DataFrame, which: int) -> None:
        self.files[which % len(self.files)] = more

    @rule(which=st.integers(0, 9))
    def a_file_goes(self, which: int) -> None:
        self.files[which % len(self.files)] = transactions()

    @rule(who=st.sampled_from("abcde"))
    def somebody_is_forgotten(self, who: str) -> None:
        self.files = {
            name: file.filter(pl.col("customer_id").ne_missing(who)) for name, file in self.files.items()
        }

    @rule(floor=st.sampled_from([0.0, 0.04, 0.3]), same=st.sampled_from([{}, {"b": "a"}]))
    def rules_change(self, floor: float, same: dict[str, str]) -> None:
        self.rules = CleaningRules(price_floor=floor, aliases=same)

    @rule(days=st.integers(-40, 60))
    def time_passes(self, days: int) -> None:
        self.as_of += timedelta(days=days)

    @rule(days=st.sampled_from([20, 60, 90]))
    def the_window_changes(self, days: int) -> None:
        self.window_days = days

    @precondition(lambda self: hasattr(self, "files"))
    @rule()
    def refresh(self) -> None:
        raw = pl.concat(self.files.values()).lazy()
        lines = [clean_purchases(raw, self.rules), returns(raw, self.rules)]
        now = line_digests(*lines, as_of=self.as_of, window_days=self.window_days)
        made = {}
        for name, (make, key) in tables(self.as_of, self.window_days).items():
            whole = make(*lines)
            made[name] = whole
            if self.before is None:
                continue
            rows, digests, then = self.before
            old = rows[name]
            if name == "features":
                old = looked_at_later(old, (self.as_of - then).days)
            over = carry(Before(old, digests), now, lines, make, key=key, turn=len(self.files))
            assert over is not None
            assert_frame_equal(over.rows, whole, check_exact=True)
            assert over.differ == 0
            made[name] = over.rows
        self.before = made, now, self.as_of

    def teardown(self) -> None:
        if hasattr(self, "files"):
            self.refresh()
            self.refresh()


@pytest.mark.parametrize(
    ("examples", "steps"), [(5, 6), pytest.param(400, 15, marks=pytest.mark.full)], ids=["few", "many"]
)
def test_a_table_is_the_same_however_it_came_about(
    examples: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "MOST", 1.0)  # of so few lines, most change with any
    monkeypatch.setattr(carrying, "TURNS", 3)
    few = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Refreshes, settings=few)


LINES = [
    {"invoice_no": "1", "stock_code": "A1", "quantity": 2, "unit_price": 1.0},
    {"invoice_no": "2", "stock_code": "B2", "quantity": 3, "unit_price": 2.0},
    {"invoice_no": "3", "stock_code": "C3", "quantity": 1, "unit_price": 4.0, "customer_id": "9"},
]


def digests(*lines: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    raw = transactions(*lines).lazy()
    rules = CleaningRules()
    found = line_digests(
        clean_purchases(raw, rules), returns(raw, rules), as_of=date(2026, 1, 31), window_days=31
    )
    return {row[0]: row[1:] for row in found.iter_rows()}


@pytest.mark.parametrize(
    "changed",
    [
        {"invoice_no": "7"}, {"stock_code": "A2"}, {"quantity": 1}, {"unit_price": 1.01}, {"country": None},
        {"country": "France"}, {"invoice_date": datetime(2026, 1, 6, 9, 30)}, {"invoice_date": datetime(2025, 1, 6)},
    ],
    ids=str,
)  # fmt: skip
def test_a_digest_tells_any_change_of_a_line_and_of_no_other_customer(changed: dict[str, Any]) -> None:
    before, after = digests(*LINES), digests(LINES[0] | changed, *LINES[1:])
    assert before["17850"] != after["17850"]
    assert before["9"] == after["9"]


def test_lines_that_swap_a_value_or_come_twice_are_told_and_their_order_is_not() -> None:
    one, two, _ = LINES
    swapped = (one | {"stock_code": "B2"}, two | {"stock_code": "A1"})
    assert digests(one, two) == digests(two, one)
    assert (
        len({digests(*lines)["17850"] for lines in [(one, two), swapped, (one, two, two), (one, one, two)]})
        == 4
    )


def test_what_rows_are_made_of_is_digested() -> None:
    """A column that a table follows from and that no digest tells would carry stale rows over."""
    raw, rules = transactions(*LINES).lazy(), CleaningRules()
    seen = [made(raw, rules).select("customer_id", *DIGESTED) for made in (clean_purchases, returns)]
    for make, _ in tables(date(2026, 1, 31), 31).values():
        assert make(*seen).height


def test_rows_that_are_not_what_their_lines_say_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "TURNS", 1)
    monkeypatch.setattr(carrying, "MOST", 1.0)
    raw, rules = transactions(*LINES).lazy(), CleaningRules()
    lines = [clean_purchases(raw, rules), returns(raw, rules)]
    now = line_digests(*lines, as_of=date(2026, 1, 31), window_days=31)
    make, key = tables(date(2026, 1, 31), 31)["features"]
    wrong = make(*lines).with_columns(revenue=pl.col("revenue") + 0.01 * (pl.col("customer_id") == "9"))
    over = carry(Before(wrong, now), now, lines, make, key=key, turn=0)
    assert over is not None
    assert over.differ == 1


def test_a_table_is_made_whole_where_most_lines_are_of_people_who_changed() -> None:
    raw, rules = transactions(*LINES).lazy(), CleaningRules()
    lines = [clean_purchases(raw, rules), returns(raw, rules)]
    now = line_digests(*lines, as_of=date(2026, 1, 31), window_days=31)
    make, key = tables(date(2026, 1, 31), 31)["features"]
    assert carry(Before(make(*lines), now.clear()), now, lines, make, key=key, turn=0) is None
