"""The greatest likelihood: the parameters under which what was seen is likeliest, and the functions that it is made of.

In numpy alone: this runs at every refresh, and scipy takes longer to import than it takes to run. The tests hold it
against scipy's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from insiders_assets.outlook.history import Floats

FLAT = 1e-5
"""The steepest slope, per logarithm of a parameter, of what counts as the top."""

GAINED = 1e-9
"""A step that gains no more than this share of the value is the last."""

STEPS, TERMS = 200, 10_000
ENOUGH = 1e-4
"""The share of what the slope promises that a step has to gain."""


def likeliest(
    unlikely: Callable[[Floats], tuple[float, Floats]],
    first: Sequence[float],
    borders: Sequence[tuple[float, float]],
) -> list[float] | None:
    """Return the parameters at which a function of their logarithms is least; None if none is found.

    By BFGS within borders: parameters at a border that the slope leads beyond are held there (J. Nocedal and
    S. J. Wright, *Numerical Optimization*, 2006, chapters 6 and 16.7).

    Args:
        unlikely: Returns the mean of the negative logarithms of likelihoods, and its slope.
        first: Where to begin.
        borders: Within which each parameter is sought.
    """
    low, high = np.log(borders).T
    at = np.clip(np.log(first), low, high)
    value, slope = unlikely(at)
    curve = np.eye(len(at))  # approximates the inverse of the second derivatives
    for _ in range(STEPS):
        free = ~(((at <= low) & (slope > 0)) | ((at >= high) & (slope < 0)))
        if not np.isfinite(value) or np.abs(slope[free]).max(initial=0.0) <= FLAT:
            break
        way = np.where(free, -(curve * np.outer(free, free)) @ slope, 0.0)
        if way @ slope >= 0:
            curve, way = np.eye(len(at)), np.where(free, -slope, 0.0)
        length, before = 1.0, value
        while True:
            there = np.clip(at + length * way, low, high)
            value, steeper = unlikely(there)
            if value <= before + ENOUGH * slope @ (there - at):
                break
            length /= 2
            if length < GAINED:
                return [float(each) for each in np.exp(at)]
        curve = _bent(curve, there - at, steeper - slope)
        at, slope = there, steeper
        if before - value <= GAINED * max(abs(value), 1.0):
            break
    return [float(each) for each in np.exp(at)] if np.isfinite(value) else None


def _bent(curve: Floats, step: Floats, turned: Floats) -> Floats:
    """Return the approximation after a step, by how much the slope turned on it."""
    along = float(step @ turned)
    if along <= 1e-12:
        return curve
    part = np.eye(len(step)) - np.outer(step, turned) / along
    return np.asarray(part @ curve @ part.T + np.outer(step, step) / along)


def rising(start: float, count: int) -> tuple[Floats, Floats]:
    """Return by how much log gamma and digamma rise from ``start`` to each of ``start, start + 1, …``.

    Args:
        start: Above 0.
        count: How many steps; both have one value more.
    """
    steps = start + np.arange(count)
    return tuple(np.concatenate([[0.0], np.cumsum(each)]) for each in (np.log(steps), 1 / steps))  # type: ignore[return-value]


def log_gamma(values: Floats) -> Floats:
    """Return the logarithm of the gamma function of a few values above 0."""
    return np.array([math.lgamma(value) for value in values])


def digamma(values: Floats) -> Floats:
    """Return the slope of :func:`log_gamma`: by its asymptotic series, from 10 on (Abramowitz and Stegun, 6.3.18)."""
    found, values = np.zeros(len(values)), np.array(values, np.float64)
    while (small := values < 10).any():
        found[small] -= 1 / values[small]
        values[small] += 1
    square = 1 / values**2
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    return np.asarray(found + np.log(values) - 0.5 / values - series)


def hypergeometric(a: Floats, b: Floats, c: Floats, z: Floats) -> Floats:
    """Return Gauss's hypergeometric function by its series, for ``0 <= z < 1`` and ``c > a + b``.

    Where that has not converged after :data:`TERMS` terms the value is not a number.
    """
    total, term = np.ones(len(z)), np.ones(len(z))
    going = np.arange(len(z))
    for step in range(TERMS):
        term = term * (a + step) * (b + step) / ((c + step) * (step + 1)) * z
        total[going] += term
        more = np.abs(term) > 1e-14 * np.abs(total[going])
        if not more.any():
            return total
        if not more.all():
            going = going[more]
            a, b, c, z, term = (each[more] for each in (a, b, c, z, term))
    total[going] = np.nan
    return total
