"""The space that customers are grouped in, where a new one can be placed in it from their own features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from insiders_assets.segmentation.leaf_means import LeafMeans
from insiders_assets.segmentation.ranks import Ranks
from insiders_assets.segmentation.scaling import Scaling

if TYPE_CHECKING:
    from insiders_assets.segmentation.recipes import Recipe


class Space(Protocol):
    """Places customers by what was learnt from the fitted ones."""

    @property
    def width(self) -> int:
        """How many coordinates a customer gets."""
        ...

    def __call__(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return coordinates, one row per row of ``inputs``; a row depends on itself alone."""
        ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that it knows, as arrays to be stored."""
        ...


KINDS: dict[str, type[LeafMeans | Ranks | Scaling]] = {"leaf_means": LeafMeans, "ranks": Ranks}
"""What makes each space of a recipe; any other is a scaling."""

PREFIX = {LeafMeans: "leaves_", Ranks: "ranks_", Scaling: "scaling_"}
"""What the names of a space's arrays begin with in a model."""


def stored(space: Space) -> dict[str, NDArray[Any]]:
    """Return a space's arrays by the names that a model keeps them under."""
    return {PREFIX[type(space)] + name: array for name, array in space.arrays().items()}


def read_space(arrays: dict[str, NDArray[Any]], recipe: Recipe) -> tuple[Space, dict[str, NDArray[Any]]]:
    """Return the space that was stored among these arrays, and the arrays that are not its own.

    Raises:
        ValueError: An array of the space is missing, superfluous, of another type or shape, or points outside another.
    """
    kind = KINDS.get(recipe.space, Scaling)
    prefix = PREFIX[kind]
    own = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    rest = {name: array for name, array in arrays.items() if not name.startswith(prefix)}
    return kind.from_arrays(own, n_inputs=len(recipe.inputs)), rest
