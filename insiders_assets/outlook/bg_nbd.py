"""BG/NBD: how often customers buy, and whether they still do.

P. Fader, B. Hardie and K. L. Lee, *"Counting Your Customers" the Easy Way*, Marketing Science 24 (2005): a customer
buys at a Poisson rate of their own, and may stop for good after any purchase. Rates are Gamma, chances to stop Beta
distributed. Everything below is in closed form, and a unit is a day with a purchase.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from insiders_assets.outlook.history import HORIZON, Floats, Known
from insiders_assets.outlook.likelihood import hypergeometric, likeliest, rising

BORDERS = ((1e-3, 1e3), (1e-1, 1e5), (1e-3, 1e3), (1e-2, 1e4))
"""Within which parameters are sought. Where hardly anybody stops, the likelihood grows towards the border of those of
stopping; forecasts there are those of the limit, in which nobody does."""

START = (1.0, 50.0, 0.5, 5.0)


@dataclass(frozen=True)
class BgNbd:
    """The model's four parameters.

    Attributes:
        r: Shape of the rates.
        alpha: Their scale, in days.
        a: With ``b``, the chances to stop after a purchase.
        b: See ``a``.
    """

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def fit(cls, known: Known, start: BgNbd | None = None) -> BgNbd | None:
        """Return the parameters of the greatest likelihood; None if none is found.

        Args:
            known: Customers.
            start: Where to begin; parameters of a day nearby are found sooner.
        """
        last, age, bought = known.age - known.silence, known.age, known.days > 1
        again = known.days - 1
        often = again.astype(np.int64)
        most = int(often.max())
        before = np.maximum(again, 1) - 1

        def unlikely(logarithms: Floats) -> tuple[float, Floats]:
            r, alpha, a, b = np.exp(logarithms)
            (rate, rate_), (stay, stay_), (either, either_) = (rising(at, most) for at in (r, b, a + b))
            common = (rate + stay - either)[often] + r * np.log(alpha)
            shape, whole = r + again, alpha + age
            waited = np.log(whole / (alpha + last))
            # Both ways to have come so far, beside the one in which the customer still buys.
            stopped = np.where(bought, np.exp(np.log(a / (b + before)) + shape * waited), 0.0)
            odds = stopped / (1 + stopped)
            likely = common - shape * np.log(whole) + np.log1p(stopped)
            slopes = (
                rate_[often] + np.log(alpha) - np.log(whole) + odds * waited,
                r / alpha - shape / whole + odds * shape * (1 / whole - 1 / (alpha + last)),
                odds / a - either_[often],
                stay_[often] - either_[often] - odds / (b + before),
            )
            scale = np.exp(logarithms)
            return -float(likely.mean()), -scale * np.array([each.mean() for each in slopes])

        first = START if start is None else (start.r, start.alpha, start.a, start.b)
        found = likeliest(unlikely, first, BORDERS)
        return cls(*found) if found else None

    def active(self, known: Known) -> Floats:
        """Return the chance that each customer still buys."""
        again = known.days - 1
        power = np.exp(
            (self.r + again) * np.log((self.alpha + known.age) / (self.alpha + known.age - known.silence))
        )
        odds = np.where(again > 0, self.a / (self.b + np.maximum(again, 1) - 1) * power, 0.0)
        return np.asarray(1 / (1 + odds))

    def within(self, known: Known) -> Floats:
        """Return the chance that each customer buys within the horizon, if they still buy."""
        return np.asarray(
            1 - ((self.alpha + known.age) / (self.alpha + known.age + HORIZON)) ** self.shape(known)
        )

    def shape(self, known: Known) -> Floats:
        """Return the shape of each customer's rate, given what was known."""
        return self.r + known.days - 1

    def expected(self, known: Known, days: int = HORIZON) -> Floats:
        """Return on how many of the days ahead each customer is expected to buy."""
        again, r = known.days - 1, self.shape(known)
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6  # the formula has a gap there, its value none
        whole = self.alpha + known.age
        ahead = days / (whole + days)
        # The same function in two forms (Euler's transformation), of which one converges whatever is ahead.
        b, c, late = self.b + again, a + self.b + again - 1, r >= a - 1
        series = hypergeometric(np.where(late, c - r, r), np.where(late, c - b, b), c, ahead)
        left = (1 - ahead) ** np.where(late, c - b, r) * series
        found = c / (a - 1) * (1 - left)
        steady = r / whole * days  # if nobody stopped: no more than that
        found = np.where(np.isfinite(found), np.clip(found, 0.0, steady), steady)
        return np.asarray(found * self.active(known))

    def wait(self, known: Known, level: Floats) -> Floats:
        """Return the days by which a share ``level`` of those like each customer have bought, of who does in time."""
        left = 1 - level * self.within(known)
        return np.asarray((self.alpha + known.age) * (left ** (-1 / self.shape(known)) - 1))

    def level(self, known: Known, wait: Floats) -> Floats:
        """Return the share who have bought after so many days, of those who buy within the horizon."""
        scale = self.alpha + known.age
        return np.asarray((1 - (scale / (scale + wait)) ** self.shape(known)) / self.within(known))
