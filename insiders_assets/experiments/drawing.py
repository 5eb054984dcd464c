"""Drawing arms: by a seeded hash of the customer's id, within bands of customers who are alike."""

from __future__ import annotations

import hashlib
from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.experiments.model import Experiment

BANDS = 10
"""Bands of value that arms are drawn within."""

FEWEST_IN_BAND = 20
"""Customers of a band at least, as far as there are as many."""

DRAWN = {"customer_id": pl.String, "arm": pl.String, "stratum": pl.Int32}


def draw(experiment: Experiment, people: pl.DataFrame) -> pl.DataFrame:
    """Draw the arms of an experiment.

    Within a band of value, customers stand in the order of a hash of experiment, seed and id. The first ones are the
    first arm's, and so on: as many of each as its share, rounded by one lot a band, so that an arm's share is every
    customer's chance to be in it, whatever the band's size. The result hangs on who takes part and not on their order.

    Args:
        experiment: The experiment.
        people: ``customer_id, value`` of everybody who takes part.

    Returns:
        As :data:`DRAWN`, sorted by customer.
    """
    bands = max(min(BANDS, people.height // FEWEST_IN_BAND), 1)
    ranked = people.select("customer_id", "value").sort("value", "customer_id").with_row_index("rank")
    arms = sorted(experiment.arms)  # the same draw in whichever order the file names them
    borders = [0.0, *accumulate(share for _, share in arms)]
    borders[-1] = 1.0
    drawn: list[tuple[str, str, int]] = []
    for band, part in ranked.group_by(pl.col("rank") * bands // max(people.height, 1), maintain_order=True):
        stratum = int(str(band[0]))
        ordered = sorted(part["customer_id"], key=lambda who: (_lot(experiment, who), who))
        start = _lot(experiment, f"stratum {stratum}") / 2**64
        counts = [int(len(ordered) * border + start) for border in borders]
        for (arm, _), low, high in zip(arms, counts[:-1], counts[1:], strict=True):
            drawn += [(who, arm, stratum + 1) for who in ordered[low:high]]
    return pl.DataFrame(drawn, schema=DRAWN, orient="row").sort("customer_id")


def _lot(experiment: Experiment, name: str) -> int:
    """Return a number below 2 to the power of 64 that nothing but its arguments decides."""
    text = f"{experiment.seed}:{experiment.name}:{name}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
