"""Means, p-values and spans of what hypotheses measure."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from insiders_assets.language.message import Message, message, number, percent
from insiders_assets.programme.statistics import Estimate, share_above

FEW_RESAMPLES = 200


def mean_of(values: NDArray[np.float64], mask: NDArray[np.bool_]) -> float:
    """Return the mean of some values; not-a-number of none."""
    return math.fsum(values[mask]) / int(mask.sum()) if mask.any() else math.nan


def p_value_of(drawn: NDArray[np.float64], border: float, *, above: bool) -> float:
    """Return the p-value of the claim's contrary; not-a-number if there is nothing to resample.

    Few resamples cannot show a small p-value by counting, so that of a normal distribution of their spread is
    taken.
    """
    if len(drawn) < 2:
        return math.nan
    if len(drawn) <= FEW_RESAMPLES:
        spread = float(drawn.std(ddof=1))
        gap = (float(drawn.mean()) - border) * (1 if above else -1)
        return 0.5 * math.erfc(gap / spread / math.sqrt(2)) if spread > 0 else float(gap <= 0)
    return share_above(drawn, border) if above else share_above(-drawn, -border)


def span(estimate: Estimate) -> Message:
    """Return a figure with its interval as numbers to the hundredth."""
    value, low, high = (number(each, 2) for each in (estimate.value, estimate.low, estimate.high))
    return message("span", value=value, low=low, high=high)


def share_span(estimate: Estimate) -> Message | None:
    """Return a figure with its interval as percentages; None if there is none."""
    if not math.isfinite(estimate.value):
        return None
    value, low, high = map(percent, (estimate.value, estimate.low, estimate.high))
    return message("span.share", value=value, low=low, high=high)
