"""What a model needs of the thing that assigns, and how one is read back from arrays."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.centre_vote import CentreVote
from insiders_assets.segmentation.forest_knn import LeafVote
from insiders_assets.segmentation.median_vote import MedianVote
from insiders_assets.segmentation.recipes import Recipe


class Voter(Protocol):
    """Assigns customers by what was learnt from the fitted ones."""

    def assign(
        self, inputs: NDArray[np.float32]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        """Return clusters from 0, coordinates (two columns or more) and confidence, one row per row of ``inputs``."""
        ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that it knows, as arrays to be stored."""
        ...


def read_voter(arrays: dict[str, NDArray[Any]], recipe: Recipe, k: int) -> Voter:
    """Return the voter whose :meth:`Voter.arrays` these are.

    Raises:
        ValueError: An array is missing, superfluous, of another type or shape, or points outside another.
    """
    if recipe.clusterer == "medians":
        return MedianVote.from_arrays(arrays, recipe, k)
    if recipe.by_centres:
        return CentreVote.from_arrays(arrays, recipe, k)
    return LeafVote.from_arrays(arrays, n_inputs=len(recipe.inputs), k=k)
