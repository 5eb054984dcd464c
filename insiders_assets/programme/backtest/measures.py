"""What is measured of a chosen list: what it captured later, per member, and who bought again."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.programme.backtest.rankings import Ranking, Weights
from insiders_assets.programme.statistics import Bootstrap, Estimate, interval

SHARE = "future_share_of_revenue"
"""Of the later revenue of all identified customers, those included who came only later."""

SHARE_OF_KNOWN = "future_share_of_known_revenue"
"""Of the later revenue of those who were known at the cut-off, the only ones a list could hold."""

PER_MEMBER = "future_revenue_per_member"
AGAIN = "buy_again_rate"
AGAINST_SORT = "future_share_minus_past_revenue"
"""The share beside that of as many customers by past revenue, on the same resamples."""

MARGINAL = "future_revenue_of_marginal_tenth"
EXPECTED = "members_revenue_ahead"
"""Revenue of the list's members in the days after: forecasts, actual, and the error between them."""


Sums = NDArray[np.float64]
"""A sum over customers: once, or once per resample."""

_MEASURES: dict[str, Callable[[dict[str, Sums], Sums, Sums], Sums]] = {
    SHARE: lambda sums, whole, _: sums["captured"] / whole,
    SHARE_OF_KNOWN: lambda sums, _, known: sums["captured"] / known,
    PER_MEMBER: lambda sums, *_: sums["captured"] / sums["chosen"],
    AGAIN: lambda sums, *_: sums["again"] / sums["chosen"],
    AGAINST_SORT: lambda sums, whole, _: (sums["captured"] - sums["rival"]) / whole,
}
"""Each measure from sums over the chosen, over all customers and over those known at the cut-off."""


@dataclass(frozen=True)
class Measured:
    """Later revenue and repeat purchases of identified customers, with resamples of them.

    Attributes:
        revenue: Later revenue: of those known at the cut-off, then of those who came later.
        again: Whether they bought again, of those known.
        bootstrap: Resamples.
    """

    revenue: NDArray[np.float64]
    again: NDArray[np.float64]
    bootstrap: Bootstrap

    @classmethod
    def of(cls, known: pl.DataFrame, newcomers: pl.Series, seed: int) -> Measured:
        """From known customers with ``later_revenue`` and ``bought_again``, and the newcomers' later revenue."""
        revenue = np.concatenate([known["later_revenue"].to_numpy(), newcomers.to_numpy()])
        again = known["bought_again"].cast(pl.Float64).to_numpy()
        return cls(revenue, again, Bootstrap(len(revenue), seed))

    def per_member(self, chosen: Weights) -> Estimate:
        """Later revenue per chosen customer."""
        taken = self._all(chosen)
        return self.bootstrap.estimate(lambda total: total(self.revenue * taken) / total(taken))[0]

    def all_measures(self, chosen: Weights, plain_sort: Weights) -> dict[str, Estimate]:
        """Return every measure of a list, by name."""
        columns = {
            "captured": self.revenue * self._all(chosen),
            "rival": self.revenue * self._all(plain_sort),
            "chosen": self._all(chosen),
            "again": self._all(self.again * chosen),
        }
        whole, known = self._wholes
        once = {name: self.bootstrap.total(column) for name, column in columns.items()}
        drawn = {name: self.bootstrap.sums(column) for name, column in columns.items()}
        found = {}
        with np.errstate(divide="ignore", invalid="ignore"):
            for measure, figure in _MEASURES.items():
                value = figure(once, whole[0], known[0])
                found[measure] = interval(float(value[0]), figure(drawn, whole[1], known[1]))[0]
        return found

    @cached_property
    def _wholes(self) -> tuple[tuple[Sums, Sums], tuple[Sums, Sums]]:
        """Later revenue of all, and of those known: once, and per resample."""
        columns = (self.revenue, self.revenue * self._all(np.ones(len(self.again))))
        whole, known = ((self.bootstrap.total(column), self.bootstrap.sums(column)) for column in columns)
        return whole, known

    def curve(self, ranking: Ranking, points: int = 100) -> list[tuple[float, float]]:
        """Return the share of known customers taken against share of later revenue, at even steps."""
        if ranking.order is None:
            return []
        size, whole = len(ranking.order), math.fsum(self.revenue)
        found = [(0.0, 0.0)]
        running = np.cumsum(np.rint(self.revenue[ranking.order] * 1e6).astype(np.int64)) / 1e6
        for count in sorted({round(step * size / points) for step in range(points + 1)} - {0}):
            brought = running[-1] * count / size if ranking.by_chance else running[count - 1]
            found.append((count / size, min(float(brought) / whole, 1.0) if whole else 0.0))
        return found

    def _all(self, weights: Weights) -> Weights:
        """Weights of the known, and none of those who came later."""
        return np.concatenate([weights, np.zeros(len(self.revenue) - len(weights))])


def figures(estimate: Estimate) -> dict[str, float | None]:
    """Return an estimate as ``value, low, high``, None for what is not a number."""
    ends = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: end if math.isfinite(end) else None for name, end in ends.items()}
