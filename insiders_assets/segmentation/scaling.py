"""Ways to make features comparable before distances are taken between them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

KNOTS = 101
"""Points of the quantile curve: every per cent."""


@dataclass(frozen=True)
class Scaling:
    """A fitted scaling of each feature by itself: a logarithm or not, a shift and a factor, then a curve or not.

    Attributes:
        logged: One if log1p is taken first, otherwise zero; an array, so that it is stored like the rest.
        shift: Per feature, what is taken away.
        factor: Per feature, what is multiplied with.
        knots: Per feature, the values that lie ``1 / (knots - 1)`` of customers apart; no rows if there is no curve.
    """

    logged: NDArray[np.int32]
    shift: NDArray[np.float64]
    factor: NDArray[np.float64]
    knots: NDArray[np.float64]

    @classmethod
    def fitted(cls, inputs: NDArray[np.float32], kind: str) -> Scaling:
        """Fit a scaling.

        Args:
            inputs: One row per customer.
            kind: ``log`` (log1p, then mean 0 and deviation 1), ``min_max`` (from 0 to 1) or ``quantile`` (the share of
                customers with less).
        """
        values = inputs.astype(np.float64)
        width = values.shape[1]
        knots = np.empty((0, width))
        if kind == "quantile":
            knots = np.quantile(values, np.linspace(0, 1, KNOTS), axis=0)
            return cls(np.array([0], np.int32), np.zeros(width), np.ones(width), knots)
        if kind == "log":
            values = np.log1p(values)
        shift = values.mean(axis=0) if kind == "log" else values.min(axis=0)
        spread = values.std(axis=0) if kind == "log" else np.ptp(values, axis=0)
        factor = 1 / np.where(spread > 0, spread, 1)
        return cls(np.array([int(kind == "log")], np.int32), shift, factor, knots)

    def __call__(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """``inputs`` scaled, in the same shape."""
        values = inputs.astype(np.float64)
        if self.logged[0]:
            values = np.log1p(values)
        values = (values - self.shift) * self.factor
        if len(self.knots):
            shares = np.linspace(0, 1, len(self.knots))
            values = np.column_stack(
                [
                    np.interp(column, knots, shares)
                    for column, knots in zip(values.T, self.knots.T, strict=True)
                ]
            )
        return values

    @property
    def width(self) -> int:
        """How many coordinates a customer gets."""
        return len(self.shift)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that it knows, as arrays to be stored."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], *, n_inputs: int) -> Scaling:
        """Return the scaling that :meth:`arrays` was taken from.

        Raises:
            ValueError: An array is missing, superfluous, or of another type or shape.
        """
        types = {"logged": "<i4", "shift": "<f8", "factor": "<f8", "knots": "<f8"}
        shapes = {
            "logged": (1,),
            "shift": (n_inputs,),
            "factor": (n_inputs,),
            "knots": (len(arrays["knots"]) if "knots" in arrays else 0, n_inputs),
        }
        if {name: array.dtype.str for name, array in arrays.items()} != types or {
            name: array.shape for name, array in arrays.items()
        } != shapes:
            raise ValueError("its arrays are not those of a scaling")
        return cls(**arrays)
