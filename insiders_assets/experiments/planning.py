"""Planning an experiment: how long, and how many to leave alone, to see a lift that is worth it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from insiders_assets.experiments.outcomes import daily
from insiders_assets.experiments.sequence import FEWEST, errors_at_the_end, moments, rest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl

POWER = 0.8
"""How often the lift is to be seen by the planned end."""

WEEKS = (4, 8, 13, 26, 39, 52)
SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)
"""Lengths and shares left alone that are looked at."""


@dataclass(frozen=True)
class Plan:
    """One way to make the experiment.

    Attributes:
        weeks: How long it lasts.
        hold_out: The share left alone.
        detectable: The lift, as a fraction of what a customer brings, that is seen in :data:`POWER` of tries.
        per_customer: What a customer brings in that time.
        forgone: What the customers left alone would have brought on top, were the treatment to bring the lift asked
            for.
    """

    weeks: int
    hold_out: float
    detectable: float
    per_customer: float
    forgone: float


def plans(
    found: pl.DataFrame, customers: pl.Series, known: tuple[date, date], *, lift: float, level: float = 0.05
) -> list[Plan]:
    """Return what each length and share would show, going by the last weeks of the same customers.

    The interval is the one that experiments are read out by, after what was known before is taken out: so much of the
    spread, and such a clock, as the last weeks had.

    Args:
        found: The outcome by customer and day, as :func:`insiders_assets.experiments.outcomes.amounts` returns it.
        customers: Who would take part.
        known: The first and the last day that data cover.
        lift: The lift that one wants to see, as a fraction.
        level: How often the readout may be wrong on any day at all.

    Returns:
        The plans, the shortest first; none of a length that data do not cover, or of too few customers who buy.
    """
    first, last = known
    found_plans = []
    for weeks in WEEKS:
        begin = last - timedelta(days=7 * weeks - 1)
        if begin < first or len(customers) < 2 * FEWEST:
            continue
        everybody = moments(*daily(found, customers, begin, last))
        mean, enough = float(everybody.mean[-1]), everybody.reached >= FEWEST
        if mean <= 0 or not enough.any():
            continue
        none = np.zeros_like(everybody.with_before)
        slope = everybody.with_before / everybody.spread if everybody.spread > 0 else none
        spread = rest(everybody, slope)
        errors = errors_at_the_end(spread, enough, level=level) + NormalDist().inv_cdf(POWER)
        for share in SHARES:
            held_out = share * len(customers)
            if held_out < FEWEST:
                continue
            error = sqrt(max(float(spread[-1, -1]), 0.0) * (1 / held_out + 1 / (len(customers) - held_out)))
            found_plans.append(Plan(weeks, share, errors * error / mean, mean, lift * mean * held_out))
    return found_plans


def cheapest(found: Sequence[Plan], lift: float) -> Plan | None:
    """Return the plan that sees a lift and forgoes least; of several the shortest. None if none sees it."""
    seeing = [plan for plan in found if plan.detectable <= lift]
    return min(seeing, key=lambda plan: (plan.forgone, plan.weeks), default=None)
