"""Intervals and tests, in numpy alone.

They run at every refresh, and scipy takes longer to import than they take to run.

Everything is seeded and exact: resampled sums are sums of whole numbers, so no result depends on the number of
threads or on how a processor adds. The tests hold these functions against scipy's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insiders_assets.language.message import Message, message

LEAST_TOLD = 0.0001
"""The smallest p-value that is shown: a smaller one says nothing more."""

RESAMPLES = 1_000

BLOCKS = 6_000
"""Units that are resampled, at most: of more customers, blocks of them are, which is as good and bounds the
memory.
"""

LEVEL = 0.95
SCALE = 10_000
"""Values that are not whole numbers are resampled in ten-thousandths."""

_Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval.

    Attributes:
        value: The figure.
        low: Lower end of the interval.
        high: Upper end.
    """

    value: float
    low: float
    high: float


Sum = Callable[[NDArray[Any]], NDArray[np.float64]]
"""Sums an array with one value per customer: once, or once per resample."""


class Bootstrap:
    """Poisson bootstrap over customers (Hanley and MacGibbon, 2006): one set of weights, shared by all figures.

    Args:
        size: How many customers there are.
        seed: Another seed is another set of resamples.
    """

    def __init__(self, size: int, seed: int) -> None:
        self.size = size
        self.blocks = min(max(size, 1), BLOCKS)
        self._seed = seed

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """How often each block is drawn, ``(resamples, blocks)``, whole numbers."""
        draw = np.random.default_rng(self._seed)
        return draw.poisson(1.0, (RESAMPLES, self.blocks)).astype(np.float64)

    def sums(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the resampled sums of ``values``, exact to a ten-thousandth per customer.

        Whole numbers below 2^53 add up exactly in floating point, so the fast product is exact as well,
        whatever the order in which a processor adds.
        """
        return (self.weights @ self._blocked(values)) / SCALE

    def total(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the sum of ``values`` themselves, as an array of one."""
        return np.array([self._blocked(values).sum() / SCALE])

    def estimate(self, figure: Callable[[Sum], NDArray[np.float64]]) -> tuple[Estimate, NDArray[np.float64]]:
        """Return a figure made of sums over customers, with its percentile interval.

        Args:
            figure: Called with a :data:`Sum`; returns the figure, one per sum.

        Returns:
            The estimate, and the figure in every resample in which it is finite. Not-a-numbers where it never
            is.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            value = float(figure(self.total)[0])
            drawn = np.asarray(figure(self.sums), np.float64)
        return interval(value, drawn)

    def _blocked(self, values: NDArray[Any]) -> NDArray[np.float64]:
        whole = np.rint(np.asarray(values, np.float64) * SCALE)
        padded = np.zeros(-(-max(self.size, 1) // self.blocks) * self.blocks)
        padded[: len(whole)] = whole
        return padded.reshape(-1, self.blocks).sum(axis=0)


def interval(value: float, drawn: NDArray[np.float64]) -> tuple[Estimate, NDArray[np.float64]]:
    """Return a figure with its percentile interval, and the resamples in which it is finite."""
    drawn = drawn[np.isfinite(drawn)]
    if not math.isfinite(value) or len(drawn) < 2:
        return Estimate(math.nan, math.nan, math.nan), np.empty(0)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, float(low), float(high)), drawn


def mean_interval(values: NDArray[np.float64]) -> Estimate:
    """Return a mean with its 95 % interval by the normal approximation; without a width for a single value."""
    size = len(values)
    if size == 0:
        return Estimate(math.nan, math.nan, math.nan)
    mean = math.fsum(values) / size
    if size == 1:
        return Estimate(mean, mean, mean)
    variance = math.fsum((float(value) - mean) ** 2 for value in values) / (size - 1)
    half = _Z * math.sqrt(variance / size)
    return Estimate(mean, mean - half, mean + half)


def share_above(drawn: NDArray[np.float64], border: float) -> float:
    """Return the one-sided bootstrap p-value of "not above ``border``"; never 0, because resamples are finite."""
    return float((np.sum(drawn <= border) + 1) / (len(drawn) + 1))


def mann_whitney(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[float, float]:
    """Mann-Whitney U: does a value of ``first`` tend to exceed one of ``second``?

    Args:
        first: One sample.
        second: The other.

    Returns:
        The share of pairs in which the first exceeds (ties count half), and the two-sided p-value by the normal
        approximation with correction for ties and continuity. ``(nan, nan)`` if a sample is empty.
    """
    n, m = len(first), len(second)
    if not n or not m:
        return math.nan, math.nan
    _, places, counts = np.unique(np.concatenate([first, second]), return_inverse=True, return_counts=True)
    # The rank of a value is the mean of the places that it takes up.
    ranks = np.cumsum(counts) - (counts - 1) / 2
    u = float(np.sum(ranks[places[:n]])) - n * (n + 1) / 2
    ties = float(np.sum(counts.astype(np.float64) ** 3 - counts))
    spread = math.sqrt(n * m / 12 * ((n + m + 1) - ties / max((n + m) * (n + m - 1), 1)))
    if spread == 0:
        return u / (n * m), 1.0
    z = max(abs(u - n * m / 2) - 0.5, 0.0) / spread
    return u / (n * m), math.erfc(z / math.sqrt(2))


def p_value_message(value: float) -> Message:
    """``p = 0.012``, or ``p < 0.0001``: a smaller one says nothing more, and the smallest would be written as 0."""
    if value < LEAST_TOLD:
        return message("p.below", p=Decimal(str(LEAST_TOLD)))
    return message("p.is", p=Decimal(f"{value:.2g}"))


def holm(p_values: list[float]) -> list[float]:
    """Holm's correction for many tests (1979): the chance of even one false finding stays below the level."""
    corrected = [0.0] * len(p_values)
    running = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        running = max(running, min(p_values[index] * (len(p_values) - place), 1.0))
        corrected[index] = running
    return corrected
