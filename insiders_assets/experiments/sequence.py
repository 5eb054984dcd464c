"""The difference between two arms with an interval that may be looked at on any day, as often as one likes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Numbers = NDArray[np.float64]

FEWEST = 20
"""Customers of each arm in whom the outcome has happened, before which no interval is given."""

NEAR = 0.5
"""Correlation above which two days are compared: further apart, the look at one says little of the other anyway."""


@dataclass(frozen=True)
class Moments:
    """What the days of one arm come to: all that a readout needs of its customers.

    Attributes:
        customers: How many they are.
        mean: Mean outcome from the first day to each day, ``(days,)``.
        cross: Covariance of the outcomes until each two days, ``(days, days)``.
        before: Mean of what was known before.
        spread: Its variance.
        with_before: Its covariance with the outcome until each day, ``(days,)``.
        reached: Customers in whom the outcome has happened by each day, ``(days,)``.
    """

    customers: int
    mean: Numbers
    cross: Numbers
    before: float
    spread: float
    with_before: Numbers
    reached: NDArray[np.int64]


@dataclass(frozen=True)
class Sequence:
    """An arm less the control, day by day; days before there is enough to tell are NaN.

    Attributes:
        effect: The difference of the means until each day, adjusted for what was known before.
        low: Lower end of the interval.
        high: Upper end.
        p_value: The p-value of no difference on that day, which may be looked at on any day as well.
    """

    effect: Numbers
    low: Numbers
    high: Numbers
    p_value: Numbers


def moments(daily: csr_array, before: Numbers) -> Moments:
    """Return the moments of one arm.

    Only days on which something happened are gone through, so that a year of a million customers takes seconds.

    Args:
        daily: The outcome of each customer (row) on each day (column).
        before: What was known of each before the first day, such as the same outcome until then.
    """
    count, days = daily.shape
    total = np.cumsum(np.asarray(daily.sum(axis=0)).ravel())
    mean = total / count
    products = (daily.T @ daily).toarray()
    cross = np.cumsum(np.cumsum(products, axis=0), axis=1)
    centred = before - before.mean()
    first = np.full(count, days)
    rows, columns = daily.nonzero()
    np.minimum.at(first, rows, columns)
    return Moments(
        customers=count,
        mean=mean,
        cross=(cross - count * np.outer(mean, mean)) / (count - 1),
        before=float(before.mean()),
        spread=float(centred @ centred) / (count - 1),
        with_before=np.cumsum(np.asarray(daily.T @ centred).ravel()) / (count - 1),
        reached=np.cumsum(np.bincount(first, minlength=days + 1)[:days]),
    )


def sequence(arm: Moments, control: Moments, *, level: float, planned: int) -> Sequence:
    r"""Return an arm less the control, with intervals that hold on all days together.

    *The boundary* is that of asymptotic confidence sequences: Robbins' normal mixture as in Waudby-Smith, Arbour,
    Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences" (Annals of
    Statistics, 2024), narrowest at the planned end.

    *Its clock.* There, customers arrive and each is seen once. Here the same customers are looked at over a growing
    time, so that the differences :math:`D_t` until day *t* are no average of ever more independent terms. What holds
    instead: arms are drawn once, of many customers, so that the differences of all days are jointly Gaussian about the
    true ones in the limit, with a covariance that the data show. By Slepian's inequality such a process crosses any
    boundary at most as often as a Brownian motion whose correlations are no larger, on either side. So time is run as
    fast as the correlations fall: :math:`v_t = \max_{s<t} v_s / r_{st}^2`, which for independent daily amounts of equal
    spread is the day's number, stands still while nothing new happens, and is slower where customers differ from one
    another for good. *Assumed* are many customers whose arms and purchases do not hang together (an invoice of a
    household is one customer's), and that days far apart (correlation below :data:`NEAR`) need no comparing.

    *Variance* is reduced by what was known before (CUPED: Deng, Xu, Kohavi and Walker, 2013), by the slope that both
    arms share; the rest is Neyman's, which the stratified draw can only make too wide.

    Args:
        arm: The arm's moments.
        control: Those of the control.
        level: How often the sequence may miss the truth on any day at all.
        planned: Days that the experiment is planned for, where the sequence is narrowest.
    """
    pooled = (arm.customers - 1) * arm.spread + (control.customers - 1) * control.spread
    together = (arm.customers - 1) * arm.with_before + (control.customers - 1) * control.with_before
    slope = together / pooled if pooled > 0 else np.zeros_like(together)
    effect = arm.mean - control.mean - slope * (arm.before - control.before)
    covariance = rest(arm, slope) / arm.customers + rest(control, slope) / control.customers
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    enough = (np.minimum(arm.reached, control.reached) >= FEWEST) & (error > 0)
    ratio = clock(covariance, enough) / _narrowest_at(planned, level)
    with np.errstate(invalid="ignore", divide="ignore"):
        widened = (1 + ratio) / ratio
        reach = _errors(ratio, level) * error
        p_value = np.sqrt(1 + ratio) * np.exp(-0.5 * (effect / error) ** 2 / widened)
    estimate = np.where(enough, effect, np.nan)
    return Sequence(
        estimate, estimate - reach, estimate + reach, np.minimum(np.where(enough, p_value, np.nan), 1.0)
    )


def errors_at_the_end(covariance: Numbers, enough: NDArray[np.bool_], *, level: float) -> float:
    """Return how many standard errors the interval reaches on the last day, where the end is the planned one.

    Args:
        covariance: That of the differences until each two days.
        enough: The days on which there is enough to tell.
        level: How often the sequence may miss the truth on any day at all.
    """
    ratio = clock(covariance, enough) / _narrowest_at(len(covariance), level)
    return float(_errors(ratio, level)[-1])


def _errors(ratio: Numbers, level: float) -> Numbers:
    """Return how many standard errors the interval reaches, by the clock over the time at which it is narrowest."""
    return np.sqrt((1 + ratio) / ratio * (np.log1p(ratio) - 2 * np.log(level)))


def rest(arm: Moments, slope: Numbers) -> Numbers:
    """Return the covariance of the outcomes until each two days less what was known before, times its slope."""
    shared = np.outer(slope, arm.with_before)
    return arm.cross - shared - shared.T + arm.spread * np.outer(slope, slope)


def clock(covariance: Numbers, enough: NDArray[np.bool_]) -> Numbers:
    """Return the time that each day counts for, as :func:`sequence` says; NaN before there is enough to tell.

    Args:
        covariance: That of the differences until each two days.
        enough: The days on which there is enough to tell, once it begins until the last.
    """
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    time = np.full(len(error), np.nan)
    days = np.flatnonzero(enough)
    if not len(days):
        return time
    start = days[0]
    time[start] = start + 1.0
    for day in range(start + 1, len(error)):
        past = slice(start, day)
        alike = np.clip(covariance[past, day] / (error[past] * error[day]), 0.05, 1.0)
        near = alike > NEAR
        near[-1] = True
        time[day] = np.max(time[past][near] / alike[near] ** 2)
    return time


def _narrowest_at(time: float, level: float) -> float:
    """Return the mixture's variance for which the boundary is narrowest at a time, in closed form."""
    from scipy.special import lambertw

    return time / (-float(lambertw(-(level**2) / np.e, -1).real) - 1)
