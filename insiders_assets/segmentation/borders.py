"""The borders of the tiers: amounts of money, drawn once at a fit and then frozen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from insiders_assets.contracts.customers import IS_IDENTIFIED
from insiders_assets.errors import UsageError
from insiders_assets.segmentation.training_set import checked

COVERAGE = (0.85, 0.97)
"""Shares of all value that Insiders, and Insiders with those being analysed, cover."""


@dataclass(frozen=True)
class Borders:
    """What a customer must be worth.

    Attributes:
        insider: The least value of an Insider.
        viability: The least value of a customer who is being analysed; at most ``insider``.
        measure: The column that says what a customer is worth, such as ``revenue``.
        coverage: The shares of all value that the two were drawn to cover.
    """

    insider: float
    viability: float
    measure: str
    coverage: tuple[float, float]

    def facts(self) -> dict[str, Any]:
        """Return the borders as JSON-able facts."""
        return asdict(self) | {"coverage": list(self.coverage)}

    @classmethod
    def from_facts(cls, facts: dict[str, Any] | None) -> Borders | None:
        """Return the borders that :meth:`facts` was taken from; None of a model that was fitted without.

        Raises:
            ValueError: The facts are no borders.
        """
        if facts is None:
            return None
        insider, viability = float(facts["insider"]), float(facts["viability"])
        first, second = (float(share) for share in facts["coverage"])
        if not (0 < viability <= insider < float("inf") and 0 < first <= second <= 1):
            raise ValueError("its borders are out of order")
        return cls(insider, viability, str(facts["measure"]), (first, second))


def borders_of(
    features: pl.DataFrame, *, measure: str = "revenue", coverage: tuple[float, float] = COVERAGE
) -> Borders | None:
    """Draw the borders: identified customers, highest value first, until each share of all value is covered.

    The border is the value of the last customer who is needed, so everybody who is worth as much is inside as well,
    whatever the order of rows. Customers who are worth nothing or less count for nothing.

    Args:
        features: The ``customer_features`` table; only the identified count.
        measure: The column that says what a customer is worth.
        coverage: The shares of all value to cover, Insiders' first.

    Returns:
        The borders; None if nobody is worth anything.

    Raises:
        ModelError: The table lacks the column, or a value in it is missing or not a finite number.
        UsageError: The shares are not in ascending order.
    """
    checked(features, (IS_IDENTIFIED.name, measure))
    if not 0 < coverage[0] <= coverage[1] <= 1:
        raise UsageError(
            f"coverage {coverage[0]:g} and {coverage[1]:g} are no two shares in ascending order",
            where="the borders of the tiers",
            hint="set INSIDERS_INSIDER_COVERAGE at most as high as INSIDERS_VIABILITY_COVERAGE",
        )
    value = features.filter(IS_IDENTIFIED.name)[measure].cast(pl.Float64).to_numpy()
    value = np.sort(value[value > 0])[::-1]
    if not len(value):
        return None
    covered = np.cumsum(value)
    insider, viability = (
        float(value[min(int(np.searchsorted(covered, share * covered[-1])), len(value) - 1)])
        for share in coverage
    )
    return Borders(insider, viability, measure, coverage)
