"""Who would buy anyway, and what keeping the others could bring at most: what a list cannot claim for itself."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.language.message import Message, message
from insiders_assets.programme.backtest.pace import LIKELY

ANYWAY = "would_buy_anyway"
ANYWAY_RIGHT = "would_buy_anyway_who_did"
ANYWAY_REVENUE = "would_buy_anyway_share_of_list"
CEILING = "retention_ceiling"

Figures = dict[str, tuple[float | None, Message]]
"""Value and note by measure."""


def anyway(
    known: pl.DataFrame,
    listed: NDArray[np.float64],
    chance: NDArray[np.float64] | None,
    horizon: int,
    window: int,
) -> Figures:
    """Return what of the list's later revenue would have come anyway, and the most that keeping the others could bring.

    Args:
        known: Identified customers known at the cut-off, with ``later_revenue``, ``bought_again``, ``revenue`` and
            ``tenure``.
        listed: Who was on the list.
        chance: The chance of buying within the horizon as it was forecast; None if it could not be.
        horizon: Days measured.
        window: Days looked back on.

    Returns:
        The share of members whose chance was :data:`LIKELY` or more; the share of those who did buy; their share of
        what the list brought; and the ceiling of retention beside what it brought: what members who stayed away would
        have spent at their past pace.
    """
    members = listed > 0
    later, again = known["later_revenue"].to_numpy(), known["bought_again"].to_numpy()
    brought, size = float(later[members].sum()), int(members.sum())
    figures: Figures = {}
    if chance is not None and size:
        likely = members & (chance >= LIKELY)
        note = message("backtest.anyway", days=horizon, chance=Decimal(f"{LIKELY:g}"))
        figures[ANYWAY] = (int(likely.sum()) / size, note)
        figures[ANYWAY_RIGHT] = (float(again[likely].mean()) if likely.any() else None, note)
        figures[ANYWAY_REVENUE] = (float(later[likely].sum()) / brought if brought else None, note)
    span = np.minimum(np.maximum(known["tenure"].cast(pl.Float64).to_numpy() + 1, horizon), window)
    pace = known["revenue"].to_numpy() / span * horizon
    silent = members & ~again
    figures[CEILING] = (
        float(pace[silent].sum()) / brought if brought else None,
        message("notes", sentences=[message("backtest.ceiling"), message("backtest.holdout")]),
    )
    return figures
