"""Calibration: what forecasts of past cut-offs missed says how wide a range has to be.

Split-conformal prediction: a range holds what so large a share of past misses would have stayed within (J. Lei et al.,
*Distribution-Free Predictive Inference for Regression*, JASA 113, 2018). Misses are compared among customers who are
forecast alike, so that a range is as wide as those need it (V. Vovk et al., *Mondrian Confidence Machine*, 2003). Money
is judged by its ratio to the forecast, a normalised residual; the day of the next purchase by the share of the
forecast's distribution before it (V. Chernozhukov, K. Wüthrich and Y. Zhu, *Distributional conformal prediction*, PNAS
118, 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insiders_assets.outlook.history import Came, Floats
from insiders_assets.outlook.moments import Moment

STATED = 0.8
"""The share of customers whom a range is to hold."""

MISSED = 1 - STATED
GROUP = 150
"""Forecasts, at least, that make a group of those who are forecast alike."""

JUDGED = 400
"""Customers, at least, by whose share a chance is judged: that of fewer is off by chance alone."""

MOST_GROUPS = 10
LIKELY = 0.5
"""The chance to buy from which on a day of the next purchase is forecast."""


@dataclass(frozen=True)
class Range:
    """A figure of each customer with its range.

    Attributes:
        expected: The figure.
        low: Where the range begins.
        high: Where it ends.
    """

    expected: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Groups:
    """Forecasts put into groups of those alike.

    Attributes:
        borders: Between groups.
    """

    borders: Floats

    @classmethod
    def of(cls, values: Floats, least: int = GROUP) -> Groups:
        """Return groups of as many forecasts each, at least so many."""
        count = int(np.clip(len(values) // least, 1, MOST_GROUPS))
        return cls(np.unique(np.quantile(values, np.arange(1, count) / count)))

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.borders) + 1

    def place(self, values: Floats) -> NDArray[np.int64]:
        """Return the group of each forecast."""
        return np.searchsorted(self.borders, values, side="right")


@dataclass(frozen=True)
class Calibration:
    """What past cut-offs say of a forecast.

    Attributes:
        money: Groups by expected revenue.
        level: By how much all spent more than was forecast.
        ratios: For each group, the ratios to the forecast between which a range is.
        chances: Groups by chance.
        curve: Mean chance as forecast, by group, and beside it the share who bought.
        gap: How far the share of a group lay from its chance at a cut-off, for the stated share of them.
        waits: For each group by chance, the levels of the wait: lower end, middle, upper end.
    """

    money: Groups
    level: float
    ratios: Floats
    chances: Groups
    curve: Floats
    gap: float
    waits: Floats

    @classmethod
    def of(cls, past: Sequence[tuple[Moment, Came]]) -> Calibration:
        """Learn from past cut-offs.

        Args:
            past: At least one, with what came.
        """
        money, chance = (
            np.concatenate([getattr(moment.forecast, name) for moment, _ in past])
            for name in ("money", "chance")
        )
        spent, waited = (
            np.concatenate([getattr(came, name) for _, came in past]) for name in ("money", "wait")
        )
        levels = np.concatenate(
            [moment.forecast.often.level(moment.known, came.wait) for moment, came in past]
        )
        cutoff = np.concatenate([np.full(len(came.money), place) for place, (_, came) in enumerate(past)])
        bought = ~np.isnan(waited)

        by_money, by_chance = Groups.of(money), Groups.of(chance)
        ratios = np.array([
            _between(np.sort((spent / money)[by_money.place(money) == group])) for group in range(by_money.count)
        ])  # fmt: skip
        own = by_chance.place(chance)
        forecast = np.array([chance[own == group].mean() for group in range(by_chance.count)])
        share = np.array([bought[own == group].mean() for group in range(by_chance.count)])
        curve = np.vstack([forecast, np.maximum.accumulate(share)])
        gaps = _gaps(_corrected(curve, chance), bought, own * len(past) + cutoff)
        waits = [_levels(levels[bought & (own == group)], levels[bought]) for group in range(by_chance.count)]
        return cls(
            by_money, float(spent.sum() / money.sum()), ratios, by_chance, curve,
            _upper(np.sort(np.abs(gaps[:, 0])), MISSED), np.array(waits),
        )  # fmt: skip

    def revenue(self, moment: Moment) -> Range:
        """Return the revenue expected of each customer, with its range."""
        money = moment.forecast.money
        low, high = (self.ratios[self.money.place(money)] * money[:, None]).T
        return Range(np.clip(self.level * money, low, high), low, high)

    def chance(self, moment: Moment) -> Range:
        """Return each customer's chance to buy, with its range."""
        chance = _corrected(self.curve, moment.forecast.chance)
        return Range(chance, np.maximum(chance - self.gap, 0.0), np.minimum(chance + self.gap, 1.0))

    def wait(self, moment: Moment) -> Range:
        """Return the days until each customer buys next, if they do within the horizon, with their range."""
        levels = self.waits[self.chances.place(moment.forecast.chance)]
        low, middle, high = (
            np.maximum(np.ceil(moment.forecast.often.wait(moment.known, level)), 1.0) for level in levels.T
        )
        return Range(middle, low, high)

    def off_by(self, moment: Moment, came: Came) -> float:
        """Return how far the share who bought is from the mean chance, and of how many, by group."""
        chance = self.chance(moment).expected
        gaps = _gaps(chance, ~np.isnan(came.wait), Groups.of(chance, JUDGED).place(chance))
        return float(np.average(np.abs(gaps[:, 0]), weights=gaps[:, 1]))


def _corrected(curve: Floats, chance: Floats) -> Floats:
    """Return a chance as past cut-offs correct it: as the shares of groups on both sides of it lie."""
    forecast, share = (np.concatenate([[0.0], row, [1.0]]) for row in curve)
    return np.interp(chance, forecast, share)


def _gaps(chance: Floats, bought: NDArray[np.bool_], groups: NDArray[np.int64]) -> Floats:
    """Return how far the share who bought is from the mean chance, and of how many, by group."""
    counts = np.bincount(groups)
    there = counts > 0
    sums = np.bincount(groups, bought.astype(np.float64) - chance)
    return np.column_stack([sums[there] / counts[there], counts[there]])


def _between(ratios: Floats) -> tuple[float, float]:
    """Ratios that hold the stated share: as many missed on both sides, or all above where many spent nothing."""
    low = _lower(ratios, MISSED / 2)
    return (low, _upper(ratios, MISSED / 2)) if low > 0 else (0.0, _upper(ratios, MISSED))


def _levels(own: Floats, everyone: Floats) -> tuple[float, float, float]:
    """Return the lower end, middle and upper end of levels; those of everyone where a group has too few."""
    found = np.sort(own if len(own) >= GROUP // 3 else everyone)
    if not len(found):
        return MISSED / 2, 0.5, 1 - MISSED / 2
    return _lower(found, MISSED / 2), float(np.median(found)), _upper(found, MISSED / 2)


def _upper(ordered: Floats, missed: float) -> float:
    """Return what at most a share ``missed`` of such values is above, in a sample of finite size."""
    place = int(np.ceil((1 - missed) * (len(ordered) + 1))) - 1
    return float(ordered[min(place, len(ordered) - 1)])


def _lower(ordered: Floats, missed: float) -> float:
    """Return what at most a share ``missed`` of such values is below."""
    return float(ordered[max(int(np.floor(missed * (len(ordered) + 1))) - 1, 0)])
