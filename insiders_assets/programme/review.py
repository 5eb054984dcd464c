"""Review dates: the days on which a status may end, and how long a member who is below the border keeps it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from insiders_assets.programme.config import ProgrammeRules, ReviewName


def first_review(day: date, review: ReviewName, joined: date) -> date:
    """Return the first review date on or after a day.

    Args:
        day: The day.
        review: ``daily`` makes every day one; ``monthly`` and ``quarterly`` the first of each month or quarter;
            ``anniversary`` the day of the year on which the member joined, 28 February in place of the 29th.
        joined: The day on which the membership began: no anniversary is before its first.
    """
    if review == "daily":
        return day
    if review == "anniversary":
        year = max(day.year, joined.year + 1)
        found = _in_year(joined, year)
        return found if found >= day else _in_year(joined, year + 1)
    months = 1 if review == "monthly" else 3
    count = day.year * 12 + day.month - 1
    count += -count % months
    found = date(count // 12, count % 12 + 1, 1)
    if found >= day:
        return found
    count += months
    return date(count // 12, count % 12 + 1, 1)


def ends_on(below_since: date, rules: ProgrammeRules, joined: date) -> date:
    """Return the day on which a status ends: the first review date when grace is over.

    Args:
        below_since: The first day on which the member's own doing no longer carried the status.
        rules: ``grace_days`` and ``review``.
        joined: The day on which the membership began.
    """
    return first_review(below_since + timedelta(days=rules.grace_days), rules.review, joined)


def _in_year(joined: date, year: int) -> date:
    try:
        return joined.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 2, 28)
