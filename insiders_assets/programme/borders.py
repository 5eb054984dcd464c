"""Borders: the amounts of money at which tiers begin, and how far the customers of today have drifted from them.

The model freezes them at its fit, so that nobody moves a customer's border but a person who refits. A model from
before there were borders, or one that was fitted under other settings, has none that fit: they are then drawn from
the customers of the first refresh that needs them, and kept from refresh to refresh until model or settings change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from insiders_assets.money import MICRO, micros
from insiders_assets.programme.config import ProgrammeRules

FROM_MODEL, FROM_BEFORE, FROM_TODAY = "model", "earlier_refresh", "this_refresh"


class FrozenBorders(Protocol):
    """What a segmentation model says of its borders.

    Attributes:
        insider: The least value of an Insider.
        viability: The least value of a customer who is being analysed.
        measure: The column that says what a customer is worth.
        coverage: The shares of all value that the two were drawn to cover.
    """

    @property
    def insider(self) -> float:  # noqa: D102 - see the class
        ...

    @property
    def viability(self) -> float:  # noqa: D102
        ...

    @property
    def measure(self) -> str:  # noqa: D102
        ...

    @property
    def coverage(self) -> tuple[float, float]:  # noqa: D102
        ...


@dataclass(frozen=True)
class Borders:
    """The amounts of money at which two tiers begin; infinite if nobody is worth anything.

    Attributes:
        insider: The least value of an Insider.
        viability: The least value of a customer who is being analysed; at most ``insider``.
        source: Where they are from: ``model``, ``earlier_refresh`` or ``this_refresh``.
    """

    insider: float
    viability: float
    source: str = FROM_MODEL


def borders_in_force(
    customers: pl.DataFrame,
    rules: ProgrammeRules,
    *,
    frozen: FrozenBorders | None,
    before: Borders | None,
) -> Borders:
    """Return the borders by which the policy ``value`` chooses today.

    Args:
        customers: Customers with ``value`` and ``is_identified``.
        rules: What is covered, and what is meant by value.
        frozen: Those of the model, or None.
        before: Those of the refresh before if model and selection were the same, else None.
    """
    if frozen and frozen.measure == rules.measure and tuple(frozen.coverage) == rules.coverages:
        return Borders(frozen.insider, frozen.viability)
    if before:
        return Borders(before.insider, before.viability, FROM_BEFORE)
    insider, viability = (border_at(customers, share) for share in rules.coverages)
    return Borders(insider, viability, FROM_TODAY)


def border_at(customers: pl.DataFrame, coverage: float) -> float:
    """Return the value of the last customer who is needed to cover a share of all value, highest value first.

    Only identified customers who are worth something count. Whoever is worth as much as the last one is inside as
    well, so that the order of equals decides nothing. Infinite if nobody is worth anything.
    """
    return cut_at(customers.filter(pl.col("is_identified"))["value"].to_numpy(), coverage)


def cut_at(values: np.ndarray, coverage: float) -> float:
    """As :func:`border_at`, of bare amounts in any order."""
    worth = np.sort(values[values > 0])[::-1]
    if not len(worth):
        return float("inf")
    covered = np.cumsum(worth)
    return float(worth[min(int(np.searchsorted(covered, coverage * covered[-1])), len(worth) - 1)])


def share_above(customers: pl.DataFrame, border: float) -> float:
    """Return the share of identified customers' value that customers at or above a border hold; 0 if there is none."""
    known = customers.filter(pl.col("is_identified")).select(micros("value").clip(0, None).alias("value"))
    whole = int(known["value"].sum())
    above = int(known.filter(pl.col("value") >= border * MICRO)["value"].sum())
    return above / whole if whole else 0.0


def least_micros(amount: float) -> int:
    """Return the least whole number of millionths that reaches an amount of money."""
    return 2**62 if amount == float("inf") else round(amount * MICRO)
