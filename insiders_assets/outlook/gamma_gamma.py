"""Gamma-Gamma: how much customers spend on a day on which they buy.

P. Fader and B. Hardie, *The Gamma-Gamma Model of Monetary Value* (2013): what somebody spends varies around a mean of
their own, and few purchases say less of it than many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from insiders_assets.outlook.history import Floats, Known
from insiders_assets.outlook.likelihood import digamma, likeliest, log_gamma

BORDERS = ((1e-2, 1e3), (1.01, 1e3), (1e-3, 1e9))


@dataclass(frozen=True)
class GammaGamma:
    """The model's three parameters.

    Attributes:
        p: Shape of what one customer spends.
        q: Shape of the means of customers; above one, so that they have a mean.
        gamma: Scale of those, in the data's currency.
    """

    p: float
    q: float
    gamma: float

    @classmethod
    def fit(cls, known: Known, start: GammaGamma | None = None) -> GammaGamma | None:
        """Return the parameters of the greatest likelihood over who bought on two days or more; None if none is found.

        Args:
            known: Customers.
            start: Where to begin.
        """
        repeated = known.days > 1
        if not repeated.any():
            return None
        times, money = known.days[repeated], known.money[repeated]
        often, place = np.unique(times, return_inverse=True)
        spent, logarithm = money * times, np.log(money)

        def unlikely(logarithms: Floats) -> tuple[float, Floats]:
            p, q, gamma = scale = np.exp(logarithms)
            own = p * often
            both, ends = own + q, np.array([q])
            common = (
                log_gamma(both) - log_gamma(own) - log_gamma(ends) + q * np.log(gamma) + own * np.log(often)
            )
            whole = np.log(gamma + spent)
            likely = common[place] + (p * times - 1) * logarithm - (p * times + q) * whole
            slopes = (
                times * ((digamma(both) - digamma(own) + np.log(often))[place] + logarithm - whole),
                (digamma(both) - digamma(ends))[place] + np.log(gamma) - whole,
                q / gamma - (p * times + q) / (gamma + spent),
            )
            return -float(likely.mean()), -scale * np.array([each.mean() for each in slopes])

        first = (2.0, 3.0, float(np.median(money))) if start is None else (start.p, start.q, start.gamma)
        found = likeliest(unlikely, first, BORDERS)
        return cls(*found) if found else None

    def expected(self, known: Known) -> Floats:
        """Return what each customer is expected to spend on a day with a purchase."""
        return np.asarray(
            self.p * (self.gamma + known.money * known.days) / (self.p * known.days + self.q - 1)
        )
