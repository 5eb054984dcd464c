"""Which days rows of an export can be of."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from insiders_assets.days import day_number
from insiders_assets.ingest.parsing.date_limits import PLACEHOLDER, DayCounts, Limits
from insiders_assets.language.message import message

NOW = datetime(2025, 12, 1, 12)
MONTH = [date(2025, 11, 1) + timedelta(days) for days in range(28)]


def limits(*days: date, **how) -> Limits | None:
    counts = DayCounts()
    counts.add(pl.Series([day_number(day) for day in (*MONTH, *days)], dtype=pl.Int32))
    return counts.limits(how.pop("arrived", None), NOW, **({"gap": 180, "believable": 0.01} | how))


@pytest.mark.parametrize(
    "day", ["1970-01-01", "1970-01-02", "1971-01-01", "1980-01-01", "1990-01-01", "2000-01-01", "2001-01-01"]
)
def test_a_day_that_programs_write_for_none_is_before_the_first(day):
    found = limits(date.fromisoformat(day))
    assert found == Limits(date.fromisoformat(day) + timedelta(1), PLACEHOLDER, None, None)
    assert limits(date.fromisoformat(day) + timedelta(2)) is None


def test_a_moment_is_within_as_far_as_nothing_is_wrong_with_it():
    rule = Limits(
        date(2025, 1, 2), message("row.date.placeholder"), date(2025, 1, 3), message("row.date.future")
    )
    tick = timedelta(microseconds=1)
    first, after = datetime(2025, 1, 2), datetime(2025, 1, 4)
    moments = {first - tick: rule.early, first: None, after - tick: None, after: rule.late, None: None}
    frame = pl.DataFrame({"invoice_date": list(moments)}, schema={"invoice_date": pl.Datetime("us")})
    assert frame.select(rule.within).to_series().to_list() == [wrong is None for wrong in moments.values()]
    for moment, wrong in moments.items():
        assert moment is None or rule.fault_of(moment) == wrong


def test_a_day_after_the_clock_is_late_a_day_of_slack_later():
    tomorrow = NOW.date() + timedelta(1)
    assert limits(tomorrow) is None
    assert limits(tomorrow + timedelta(1)) == Limits(last=tomorrow, late=message("row.date.future"))
    assert limits(tomorrow + timedelta(1), future=True) is None


def test_rows_after_the_file_are_late_as_long_as_few_are():
    arrived = datetime(2025, 11, 20, 12)
    after = sum(day > date(2025, 11, 21) for day in MONTH)
    share = after / len(MONTH)
    late = Limits(last=date(2025, 11, 21), late=message("row.date.after_file"))
    assert limits(arrived=arrived, believable=share) == late
    assert limits(arrived=arrived, believable=share - 0.001) is None


def test_a_row_alone_after_a_gap_is_late_and_two_of_a_short_export_are_not():
    lone = MONTH[-1] - timedelta(days=400)
    early = [day - timedelta(days=400) for day in MONTH]
    counts = DayCounts()
    counts.add(pl.Series([day_number(day) for day in [*early, MONTH[-1]]], dtype=pl.Int32))
    gap = day_number(MONTH[-1]) - day_number(lone)
    alone = Limits(last=lone, late=message("row.date.alone", days=gap))
    assert counts.limits(None, NOW, gap=gap - 1, believable=0.01) == alone
    assert counts.limits(None, NOW, gap=gap, believable=0.01) is None
    counts.add(pl.Series([day_number(MONTH[-1])], dtype=pl.Int32))
    assert counts.limits(None, NOW, gap=gap - 1, believable=0.01) is None
