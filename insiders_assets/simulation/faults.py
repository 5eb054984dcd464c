"""Dirty rows: copies of honest lines with one fault each, which ingest has to set aside with a reason."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from insiders_assets.simulation.draws import Keys, drawn

ONE_IN = 1500
"""Every so many lines one is followed, at the end of its file, by a faulty copy."""

_FAULTS = (
    (3, "six"), (4, "2025-13-05 10:30:00"), (5, "n/a"), (1, ""), (3, ""), (4, "2025-02-30 09:15:00"), (0, ""),
    (3, "1O"), (4, ""), (None, ""),
)  # fmt: skip
"""A column's place and what stands in it instead; no place means that the row breaks off."""

_CUT_AT = 3


def is_faulty(keys: Keys) -> NDArray[np.bool_]:
    """Return whether each line has a faulty copy."""
    return np.asarray(drawn(keys, 41) % np.uint64(ONE_IN) == 0)


def faulty_row(row: tuple[str | None, ...], number: int) -> str:
    """Return the CSV text of ``row`` with the fault of that ``number``.

    Args:
        row: The fields of an honest line.
        number: Any whole number of zero or more; each kind of fault has its turn.
    """
    place, instead = _FAULTS[number % len(_FAULTS)]
    fields = ["" if field is None else str(field) for field in row]
    if place is None:
        fields = fields[:_CUT_AT]
    else:
        fields[place] = instead
    return (
        ",".join(
            f'"{field.replace(chr(34), chr(34) * 2)}"' if set(field) & set(',"') else field
            for field in fields
        )
        + "\n"
    )
