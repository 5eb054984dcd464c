"""Dates that cannot be: after the file was written, or alone long after all others.

One of them would move the as-of date, and with it everybody's recency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl

EPOCH = date(1970, 1, 1)
SLACK = timedelta(days=1)
"""How far ahead of the clock here a shop's own may be."""
LONE_SHARE = 0.005
"""Share of an export's rows up to which rows beyond a gap are alone."""
FEWEST = 20
"""Rows of an export from which on it has a calendar that one row can fall out of."""


@dataclass(frozen=True)
class End:
    """The last day on which rows of an export can be.

    Attributes:
        day: The day.
        reason: What is wrong with a later one.
    """

    day: date
    reason: str

    @property
    def after(self) -> datetime:
        """The first moment that is too late."""
        return datetime.combine(self.day + timedelta(days=1), datetime.min.time())


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

    def end(
        self, arrived: datetime | None, now: datetime, *, gap: int, believable: float, future: bool = False
    ) -> End | None:
        """Return the last day on which rows can be, or None if all of them can.

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
        found = None if future else self._after(days, arrived, now, rows, believable)
        known = [day for day in days if found is None or _date(day) <= found.day]
        return self._alone(known, rows, gap) or found

    def _after(
        self, days: list[int], arrived: datetime | None, now: datetime, rows: int, believable: float
    ) -> End | None:
        for moment, said in ((arrived, "the file was written"), (now, "today")):
            if moment is None:
                continue
            last = (moment + SLACK).date()
            late = sum(self._days[day] for day in days if _date(day) > last)
            if late and (late <= believable * rows or moment is now):
                return End(
                    last, f"is after the day on which {said}" if moment is not now else "lies in the future"
                )
        return None

    def _alone(self, days: list[int], rows: int, gap: int) -> End | None:
        if not gap or rows < FEWEST:
            return None
        beyond = 0
        for before, day in zip(reversed(days[:-1]), reversed(days), strict=False):
            beyond += self._days[day]
            if beyond > max(1, LONE_SHARE * rows):
                return None
            if day - before > gap:
                return End(_date(before), f"is {day - before} days after every other date of the file")
        return None


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)
