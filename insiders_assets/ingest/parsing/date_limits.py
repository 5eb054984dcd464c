"""Dates that cannot be: after the file was written, alone long after all others, or written by a program for none.

One too late would move the as-of date, and with it everybody's recency; one too early, first purchases and history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from insiders_assets.days import day_number, day_of
from insiders_assets.language.message import Message, message

SLACK = timedelta(days=1)
"""How far ahead of the clock here a shop's own may be."""
LONE_SHARE = 0.005
"""Share of an export's rows up to which rows beyond a gap are alone."""
FEWEST = 20
"""Rows of an export from which on it has a calendar that one row can fall out of."""


PLACEHOLDERS = frozenset(
    day_number(date(year, 1, day))
    for year, day in ((1970, 1), (1970, 2), (1971, 1), (1980, 1), (1990, 1), (2000, 1), (2001, 1))
)
"""Days that programs write where they know none: what clocks, systems of files and databases count from."""


@dataclass(frozen=True)
class Limits:
    """Between which days rows of an export can be.

    Attributes:
        first: The first day; None if any can be it.
        early: What is wrong with an earlier one.
        last: The last day; None if any can be it.
        late: What is wrong with a later one.
    """

    first: date | None = None
    early: Message | None = None
    last: date | None = None
    late: Message | None = None

    @property
    def within(self) -> pl.Expr:
        """Whether ``invoice_date`` is between them; true where there is none."""
        moment, found = pl.col("invoice_date"), pl.lit(value=True)
        if self.first:
            found &= moment >= datetime.combine(self.first, datetime.min.time())
        if self.last:
            found &= moment < datetime.combine(self.last + timedelta(days=1), datetime.min.time())
        return found.fill_null(value=True)

    def fault_of(self, moment: datetime) -> Message | None:
        """Return what is wrong with a moment; None if nothing is."""
        if self.first and moment.date() < self.first:
            return self.early
        return self.late if self.last and moment.date() > self.last else None


_LAST_PLACEHOLDER = max(PLACEHOLDERS)
PLACEHOLDER = message("row.date.placeholder")


class DayCounts:
    """Counts the rows of an export by day."""

    def __init__(self) -> None:
        self._days: dict[int, int] = {}

    def add(self, days: pl.Series) -> None:
        """Take in rows by the day they are on, in days since 1970."""
        if not len(days):
            return
        values = days.to_numpy()
        first = int(values.min())
        if int(values.max()) - first > 100_000:
            found, counts = np.unique(values, return_counts=True)
        else:
            counts = np.bincount(values - first)
            found = np.flatnonzero(counts) + first
            counts = counts[counts > 0]
        for day, count in zip(found.tolist(), counts.tolist(), strict=True):
            self._days[day] = self._days.get(day, 0) + count

    def limits(
        self, arrived: datetime | None, now: datetime, *, gap: int, believable: float, future: bool = False
    ) -> Limits | None:
        """Return the days between which rows can be, or None if all of them can.

        Args:
            arrived: When the file was last written.
            now: The clock.
            gap: Days without a row after which a few rows are alone; 0 if none are.
            believable: Share of rows after ``arrived`` up to which they are taken for errors; above, the time at which
                the file was written is not the one at which it was exported.
            future: Whether rows may be dated after the file was written.
        """
        days = sorted(self._days)
        if not days:
            return None
        rows = sum(self._days.values())
        last, late = (None, None) if future else self._after(days, arrived, now, rows, believable)
        known = [day for day in days if last is None or day_of(day) <= last]
        if len(known) > 1 and gap:
            alone = self._alone(known, rows, gap)
            last, late = alone if alone[0] else (last, late)
            known = [day for day in known if last is None or day_of(day) <= last]
        first, early = self._before(known, gap)
        return Limits(first, early, last, late) if first or last else None

    def _after(
        self, days: list[int], arrived: datetime | None, now: datetime, rows: int, believable: float
    ) -> tuple[date | None, Message | None]:
        for moment, code in ((arrived, "row.date.after_file"), (now, "row.date.future")):
            if moment is None:
                continue
            last = (moment + SLACK).date()
            late = sum(self._days[day] for day in days if day_of(day) > last)
            if late and (late <= believable * rows or moment is now):
                return last, message("row.date.future" if moment is now else code)
        return None, None

    def _alone(self, days: list[int], rows: int, gap: int) -> tuple[date | None, Message | None]:
        if rows < FEWEST:
            return None, None
        beyond = 0
        for before, day in zip(reversed(days[:-1]), reversed(days), strict=False):
            beyond += self._days[day]
            if beyond > max(1, LONE_SHARE * rows):
                break
            if day - before > gap:
                return day_of(before), message("row.date.alone", days=day - before)
        return None, None

    def _before(self, days: list[int], gap: int) -> tuple[date | None, Message | None]:
        """Return the first day after those that programs write for none.

        Other early rows are left alone: an order of years ago may well be sent today, and moves nobody else's recency.
        """
        if not days or not gap or days[0] > _LAST_PLACEHOLDER:
            return None, None
        at = next((at for at, day in enumerate(days) if day not in PLACEHOLDERS), len(days))
        if at == len(days):  # a file of nothing else is of that day, but for the first, of which no export is
            at = sum(day <= 1 for day in days)
        elif at and days[at] - days[at - 1] <= gap:
            at = 0
        return (day_of(days[at - 1] + 1), PLACEHOLDER) if at else (None, None)
