"""Days as tables of transactions count them: from 1970-01-01, which is 0."""

from __future__ import annotations

from datetime import date, timedelta

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Return a day as its number."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """Return the day of a number."""
    return EPOCH + timedelta(days=number)
