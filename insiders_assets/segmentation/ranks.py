"""Customers by their standing in a few features: the space of the recipes ``ranks`` and ``octants``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.named_axes import standing


@dataclass(frozen=True)
class Ranks:
    """What each value of a feature stands for; a value between two that were fitted, something between.

    Attributes:
        columns: Per axis, the input that it ranks.
        sizes: Per axis, how many different values were fitted.
        values: Those values, sorted, one axis after the other.
        standings: The standing of each.
    """

    columns: NDArray[np.int32]
    sizes: NDArray[np.int32]
    values: NDArray[np.float64]
    standings: NDArray[np.float64]

    @classmethod
    def fitted(cls, inputs: NDArray[np.float32], columns: Sequence[int]) -> Ranks:
        """Learn the standings of the fitted customers in some of their inputs."""
        values, standings = [], []
        for column in columns:
            own = inputs[:, column].astype(np.float64)
            different, first = np.unique(own, return_index=True)
            values.append(different)
            standings.append(standing(own)[first])
        return cls(
            np.array(columns, np.int32),
            np.array([len(each) for each in values], np.int32),
            np.concatenate([*values, np.empty(0)]),
            np.concatenate([*standings, np.empty(0)]),
        )

    def __call__(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return customers' standings, ``(customers, axes)``."""
        found = np.empty((len(inputs), len(self.columns)))
        ends = np.cumsum(self.sizes)
        for axis, (column, end, size) in enumerate(zip(self.columns, ends, self.sizes, strict=True)):
            own = slice(end - size, end)
            found[:, axis] = np.interp(
                inputs[:, column].astype(np.float64), self.values[own], self.standings[own]
            )
        return found

    @property
    def width(self) -> int:
        """How many coordinates a customer gets."""
        return len(self.columns)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that it knows, as arrays to be stored."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], *, n_inputs: int) -> Ranks:
        """Return the ranks that :meth:`arrays` was taken from.

        Raises:
            ValueError: An array is missing, superfluous, of another type or shape, or points outside another.
        """
        types = {"columns": "<i4", "sizes": "<i4", "values": "<f8", "standings": "<f8"}
        if {name: array.dtype.str for name, array in arrays.items()} != types:
            raise ValueError("its arrays are not those of ranks")
        ranks = cls(**arrays)
        fits = (
            all(array.ndim == 1 for array in arrays.values())
            and ranks.columns.shape == ranks.sizes.shape
            and ranks.values.shape == ranks.standings.shape == (int(ranks.sizes.sum()),)
            and bool((ranks.sizes > 0).all())
            and bool(((ranks.columns >= 0) & (ranks.columns < n_inputs)).all())
        )
        if not fits:
            raise ValueError("its arrays do not fit together")
        return ranks
