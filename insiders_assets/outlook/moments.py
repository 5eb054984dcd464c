"""Moments: at the end of a day, customers as they were known then, and a forecast fitted to no more than that."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from insiders_assets.outlook.bg_nbd import BgNbd
from insiders_assets.outlook.gamma_gamma import GammaGamma
from insiders_assets.outlook.history import HORIZON, Came, Floats, Known, PurchaseDays, came_after, known_at

LEAST_CUSTOMERS = 200
"""Customers who must be known on a day for a forecast of that day."""

LEAST_HISTORY = 60
"""Days of purchases that must lie before it."""

STEP = 30
"""Days from one cut-off to the next."""

SAMPLE = 20_000
"""Customers that a model is fitted to and judged on: seven parameters are not known better from more."""


@dataclass(frozen=True)
class Forecast:
    """What is forecast of customers, before it is calibrated.

    Attributes:
        often: The model of how often they buy.
        chance: Chance to buy within the horizon, each.
        money: Expected revenue within it, each.
    """

    often: BgNbd
    chance: Floats
    money: Floats


@dataclass(frozen=True)
class Moment:
    """A day and what was known and forecast at its end.

    Attributes:
        known: The customers.
        forecast: What was forecast of them.
        models: What it was forecast by.
    """

    known: Known
    forecast: Forecast
    models: tuple[BgNbd, GammaGamma]

    @classmethod
    def of(cls, known: Known, models: tuple[BgNbd, GammaGamma]) -> Moment:
        """Forecast customers by models."""
        often, much = models
        return cls(
            known,
            Forecast(
                often,
                often.active(known) * often.within(known),
                np.maximum(often.expected(known) * much.expected(known), 1e-9),
            ),
            models,
        )


@dataclass
class Moments:
    """Moments of a shop, each made once.

    Attributes:
        days: The days on which customers bought.
        window_days: Days looked back on.
    """

    days: PurchaseDays
    window_days: int
    _made: dict[int, Moment | None] = field(default_factory=dict)
    _came: dict[int, Came] = field(default_factory=dict)
    _models: tuple[BgNbd, GammaGamma] | None = None

    @classmethod
    def sampled(cls, days: PurchaseDays, window_days: int) -> Moments:
        """Return the moments of at most :data:`SAMPLE` customers: every so manieth, by id."""
        every = -(-len(days.ids) // SAMPLE)
        return cls(days.of_some(days.who % every == 0) if every > 1 else days, window_days)

    @property
    def first(self) -> int:
        """The number of the first day with a purchase."""
        return int(self.days.day.min())

    @property
    def last(self) -> int:
        """The number of the last day with a purchase."""
        return int(self.days.day.max())

    def at(self, day: int) -> Moment | None:
        """Return the moment of a day; None where too little was known, or the models do not fit."""
        if day not in self._made:
            self._made[day] = self._fitted(day)
        return self._made[day]

    def came(self, day: int) -> Came:
        """Return what those known on a day did after it."""
        if day not in self._came:
            moment = self.at(day)
            if moment is None:
                raise ValueError(f"nothing is forecast on day {day}")
            self._came[day] = came_after(self.days, moment.known, day)
        return self._came[day]

    def cutoffs(self, day: int, count: int) -> list[int]:
        """Return up to ``count`` cut-offs that are over on a day and of which a forecast can be made, newest first."""
        found = (day - HORIZON - STEP * step for step in range(count))
        return [each for each in found if self.at(each) is not None]

    def _fitted(self, day: int) -> Moment | None:
        if day - self.first < LEAST_HISTORY:
            return None
        known = known_at(self.days, day, self.window_days)
        if len(known.who) < LEAST_CUSTOMERS:
            return None
        earlier = day - (day - self.last) % HORIZON
        if earlier < day and (moment := self.at(earlier)) is not None:
            return Moment.of(
                known, moment.models
            )  # fitted once in a horizon: a month later they are much the same
        before = self._models or (None, None)
        often, much = BgNbd.fit(known, before[0]), GammaGamma.fit(known, before[1])
        if often is None or much is None:
            return None
        self._models = (often, much)
        return Moment.of(known, self._models)
