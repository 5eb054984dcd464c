"""``python -m insiders_assets.segmentation.compile_ahead``: compile what a fit compiles, once, at installation.

Machine code is kept beside the sources that it was compiled from, or else in the user's cache, so that the first run on
real exports does not wait for a compiler.
"""

from __future__ import annotations

import numpy as np
import polars as pl

CUSTOMERS = 200


def main() -> None:
    """Fit a small model of made-up customers and assign them, which calls every compiled loop with its real types."""
    from insiders_assets.segmentation.model import SegmentationModel

    people = made_up()
    model = SegmentationModel.fit(people, trees=10, epochs=1)
    model.assign(people)


def made_up() -> pl.DataFrame:
    """Customers with the columns that the default recipe reads; skewed, as spending is, and meaning nothing."""
    from insiders_assets.segmentation.recipes import recipe

    leaf = recipe("leaf")
    draws = np.random.default_rng(0)
    numbers = {name: draws.gamma(0.5, 100.0, CUSTOMERS) for name in (*leaf.inputs, leaf.target, "revenue")}
    return pl.DataFrame(
        {"customer_id": [f"{n:04}" for n in range(CUSTOMERS)], **numbers, "is_identified": True},
    )


if __name__ == "__main__":
    main()
