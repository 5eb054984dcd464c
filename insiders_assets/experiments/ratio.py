"""Whether the arms are what was drawn: a check that may be looked at on any day."""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WEIGHT = 20.0
"""Customers that the shares as drawn count for before anything is seen."""

LEVEL = 0.01
"""p-value below which the arms are not believed."""


def ratio_p_value(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Return the p-value of counts being drawn by shares, valid at whatever moment one looks while they grow.

    The inverse of the Bayes factor of a Dirichlet-multinomial against the shares, a martingale while the shares hold
    (Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022).

    Args:
        counts: How many of each there are.
        shares: The share of each, which add up to 1.
    """
    from scipy.special import gammaln

    prior = [WEIGHT * share for share in shares]
    seen = sum(counts)
    factor = float(gammaln(WEIGHT) - gammaln(WEIGHT + seen)) + sum(
        float(gammaln(weight + count) - gammaln(weight)) - count * log(share)
        for weight, count, share in zip(prior, counts, shares, strict=True)
    )
    return min(1.0, exp(min(-factor, 0.0)))


def arms_p_value(drawn: Sequence[int], followed: Sequence[int], shares: Sequence[float]) -> float:
    """Return the p-value of the arms being as they were drawn: those who are left, and those who went.

    Somebody goes who asks to be forgotten, or turns out to be somebody else: if that happens more in one arm, the
    treatment chooses who is counted.

    Args:
        drawn: Customers drawn into each arm.
        followed: Those of them who are counted still.
        shares: The share of each arm.
    """
    gone = [before - now for before, now in zip(drawn, followed, strict=True)]
    return min(1.0, 2 * min(ratio_p_value(followed, shares), ratio_p_value(gone, shares)))
