"""The shop's calendar: how much is bought on each day, all year round and by those who come for Christmas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

STEADY, CHRISTMAS = 0, 1
"""The two curves of demand."""

_WEEKDAYS = (31, 35, 37, 42, 31, 0, 22)
"""Invoices by weekday, Monday first; the shop is closed on Saturdays, its Sundays are slow."""

_MONTHS = {
    STEADY: (80, 82, 90, 88, 98, 96, 98, 92, 112, 118, 140, 130),
    CHRISTMAS: (1, 1, 1, 1, 1, 1, 1, 2, 25, 70, 150, 90),
}  # fmt: skip
"""Demand by month, January first."""


@dataclass(frozen=True)
class Calendar:
    """The days of a simulation.

    Attributes:
        start: The first day.
        months: How many calendar months it lasts.
        demand: Demand before each day, by curve, in whole numbers: shape ``(2, days + 1)``, rising from 0.
        year: Demand of a whole year, by curve: what a yearly rate of buying refers to.
    """

    start: date
    months: int
    demand: NDArray[np.int64]
    year: NDArray[np.int64]

    @classmethod
    def of(cls, start: date, months: int) -> Calendar:
        """Return the calendar of ``months`` whole months from the month of ``start``."""
        first = start.replace(day=1)
        days = (month_start(first, months) - first).days
        demand = np.array(
            [[_demand(first + timedelta(day), curve) for day in range(days)] for curve in (0, 1)]
        )
        whole = [
            sum(_demand(date(2025, 1, 1) + timedelta(day), curve) for day in range(365)) for curve in (0, 1)
        ]
        before = np.concatenate([np.zeros((2, 1), dtype=np.int64), demand.cumsum(axis=1)], axis=1)
        return cls(first, months, before, np.array(whole))

    @property
    def days(self) -> int:
        """How many days there are."""
        return self.demand.shape[1] - 1

    def month(self, number: int) -> tuple[int, int]:
        """Return the first day of the ``number``-th month and of the one after it, counted from the start."""
        return tuple((month_start(self.start, n) - self.start).days for n in (number, number + 1))  # type: ignore[return-value]

    def day_of(self, curve: NDArray[np.int64], demand: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the days on which that much demand of each one's curve is reached."""
        found = np.empty(len(demand), dtype=np.int64)
        for number in (STEADY, CHRISTMAS):
            mine = curve == number
            found[mine] = np.searchsorted(self.demand[number], demand[mine], side="right") - 1
        return found

    def open_from(self) -> NDArray[np.int64]:
        """For each day the first open day from it on; ``days`` where there is none."""
        trading = np.diff(self.demand[STEADY]) > 0
        following = np.where(trading, np.arange(self.days), self.days)
        return np.minimum.accumulate(following[::-1])[::-1]


def month_start(first: date, months: int) -> date:
    """Return the first day of the month that is ``months`` after the one of ``first``."""
    month = first.month - 1 + months
    return date(first.year + month // 12, month % 12 + 1, 1)


def _demand(day: date, curve: int) -> int:
    closed = (day.month == 12 and day.day >= 24) or (day.month == 1 and day.day <= 3)
    late = 3 if day.month == 12 and day.day > 14 else 5
    return 0 if closed else _WEEKDAYS[day.weekday()] * _MONTHS[curve][day.month - 1] * late
