"""Evidence: how right forecasts of past cut-offs were, and whether that allows to tell one today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insiders_assets.contracts.outlook import CHANCE, NEXT_PURCHASE, REVENUE_AHEAD
from insiders_assets.days import day_of
from insiders_assets.language.message import Message, message, percent
from insiders_assets.outlook.calibration import JUDGED, LIKELY, STATED, Calibration, Groups, Range
from insiders_assets.outlook.history import HORIZON, Came, Floats
from insiders_assets.outlook.moments import LEAST_CUSTOMERS, LEAST_HISTORY, STEP, Moment, Moments

CUTOFFS = 3
"""Past cut-offs that all have to be right."""

LEARNT_FROM = 4
"""Cut-offs, at most, that a forecast is calibrated on."""

ALLOWED = 0.05
"""How far a cut-off may be off."""

NEEDED = LEAST_HISTORY + 2 * HORIZON + (CUTOFFS - 1) * STEP
"""Days of purchases without which nothing can be judged: the earliest cut-off needs one before it to learn from."""


@dataclass(frozen=True)
class Judged:
    """One figure at one past cut-off.

    Attributes:
        figure: A column of ``outlook``.
        cutoff: The number of the last day that was known.
        customers: On how many it was judged.
        coverage: The share whom its range held.
        deviation: How far it was off.
        error: Mean absolute error, or the Brier score.
        expected: Mean of what was expected; of days, the median.
        actual: The same of what came.
    """

    figure: str
    cutoff: int
    customers: int
    coverage: float
    deviation: float
    error: float
    expected: float
    actual: float

    @property
    def is_right(self) -> bool:
        """Whether it was off by no more than is allowed."""
        return self.deviation <= ALLOWED

    def row(self) -> dict[str, object]:
        """Return its row of ``outlook_evidence``."""
        return vars(self) | {
            "cutoff": day_of(self.cutoff),
            "horizon_days": HORIZON,
            "stated_coverage": STATED,
            "is_right": self.is_right,
        }


def calibrated(moments: Moments, day: int) -> Calibration | None:
    """Return what cut-offs say that were over by the end of a day; None if there is none."""
    past = moments.cutoffs(day, LEARNT_FROM)
    return (
        Calibration.of([(moment, moments.came(each)) for each in past if (moment := moments.at(each))])
        if past
        else None
    )


def judged(moments: Moments, day: int) -> list[Judged]:
    """Judge every figure at the last :data:`CUTOFFS` cut-offs, each by what was known at its end.

    Args:
        moments: Those of the shop.
        day: The number of the last day that is known.

    Returns:
        The figures of each cut-off that could be foretold, the newest first.
    """
    found: list[Judged] = []
    for step in range(CUTOFFS):
        cutoff = day - HORIZON - STEP * step
        moment, calibration = moments.at(cutoff), calibrated(moments, cutoff)
        if moment is not None and calibration is not None:
            found += _at(cutoff, moment, calibration, moments.came(cutoff))
    return found


def whether_shown(figure: str, found: Sequence[Judged], history: int) -> tuple[bool, Message]:
    """Return whether a figure is shown, and why.

    Args:
        figure: A column of ``outlook``.
        found: As :func:`judged` returns them.
        history: Days from the first purchase to the last.
    """
    own = [each for each in found if each.figure == figure]
    if len({each.cutoff for each in own}) < CUTOFFS:
        if history < NEEDED:
            return False, message("outlook.short", needed=NEEDED, days=history)
        return False, message("outlook.few", fewest=LEAST_CUSTOMERS)
    worst = max(own, key=lambda each: each.deviation)
    kind = "chance" if figure == CHANCE else "range"
    if not worst.is_right:
        day = day_of(worst.cutoff)
        if kind == "chance":
            return False, message("outlook.chance_missed", day=day, gap=percent(worst.deviation))
        return False, message(
            "outlook.range_missed", day=day, coverage=percent(worst.coverage), stated=percent(STATED, 0)
        )
    if kind == "chance":
        return True, message("outlook.chance_held", count=CUTOFFS, gap=percent(worst.deviation))
    held = sorted(each.coverage for each in own)
    return True, message(
        "outlook.range_held",
        count=CUTOFFS,
        least=percent(held[0]),
        most=percent(held[-1]),
        stated=percent(STATED, 0),
    )


def _at(cutoff: int, moment: Moment, calibration: Calibration, came: Came) -> list[Judged]:
    bought = ~np.isnan(came.wait)
    money, chance, wait = calibration.revenue(moment), calibration.chance(moment), calibration.wait(moment)
    likely = bought & (chance.expected >= LIKELY)
    found = [_range(REVENUE_AHEAD, cutoff, money, came.money, np.ones(len(bought), bool))]
    groups = Groups.of(chance.expected, JUDGED).place(chance.expected)
    share = _mean_of_group(bought.astype(np.float64), groups)
    level = _mean_of_group(chance.expected, groups)
    found.append(
        Judged(
            CHANCE, cutoff, len(bought),
            float((np.abs(share - level) <= calibration.gap).mean()),
            calibration.off_by(moment, came),
            float(((chance.expected - bought) ** 2).mean()),
            float(chance.expected.mean()), float(bought.mean()),
        )
    )  # fmt: skip
    return [*found, *([_range(NEXT_PURCHASE, cutoff, wait, came.wait, likely)] if likely.any() else [])]


def _range(figure: str, cutoff: int, forecast: Range, came: Floats, whom: NDArray[np.bool_]) -> Judged:
    low, high, expected, actual = (
        values[whom] for values in (forecast.low, forecast.high, forecast.expected, came)
    )
    coverage = float(((actual >= low) & (actual <= high)).mean())
    middle = (
        np.median if figure == NEXT_PURCHASE else np.mean
    )  # a day is forecast by its median, a sum by its mean
    return Judged(
        figure, cutoff, int(whom.sum()), coverage, abs(coverage - STATED),
        float(np.abs(actual - expected).mean()), float(middle(expected)), float(middle(actual)),
    )  # fmt: skip


def _mean_of_group(values: Floats, groups: NDArray[np.int64]) -> Floats:
    """Return the mean of a customer's group, each."""
    counts = np.maximum(np.bincount(groups), 1)
    return np.asarray((np.bincount(groups, values) / counts)[groups])
