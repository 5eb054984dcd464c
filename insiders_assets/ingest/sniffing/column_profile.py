"""What the values of an export's columns look like, whatever the columns are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.parsing.date_patterns import EPOCH, SERIAL
from insiders_assets.ingest.parsing.dates import iso, to_datetime, to_datetime_either_way
from insiders_assets.ingest.parsing.numbers import to_float

if TYPE_CHECKING:
    from insiders_assets.ingest.model import Export

LOOKED_AT = 20_000
"""Rows from which a column is profiled; what the proposal is worth is counted on all of them."""
MOSTLY = 0.8
"""Share of a column's values that have to be dates, or numbers, for it to hold dates, or numbers."""
FEW = 20
"""Values up to which a column may tell apart kinds of lines."""


@dataclass(frozen=True)
class ColumnProfile:
    """What one column looks like.

    Attributes:
        name: Its name in the header.
        filled: Share of its rows that hold anything.
        distinct: Different values.
        dates: Share of its values that are dates, and could be nothing else.
        counted: Share of its values that are numbers, and might be dates that a program counts.
        numbers: Share of its values that are numbers.
        whole: Share of its values that are whole numbers.
        negative: Share of its values that are numbers below zero.
        spaced: Share of its values that are several words.
        iso: Whether those of its values that are dates are all written with the year first.
        examples: The first different values.
        values: All different values, where they are few.
    """

    name: str
    filled: float
    distinct: int
    dates: float
    numbers: float
    whole: float
    negative: float
    spaced: float
    iso: bool
    examples: tuple[str, ...]
    values: tuple[str, ...] = ()
    counted: float = 0.0

    @property
    def holds(self) -> str:
        """What it holds, in a word or two."""
        if not self.distinct:
            return "nothing"
        if self.dates >= MOSTLY:
            return "dates"
        if self.whole >= MOSTLY:
            return "whole numbers"
        return "numbers" if self.numbers >= MOSTLY else "text"


def column_profiles(export: Export) -> tuple[list[ColumnProfile], list[list[str]]]:
    """Return what the columns of an export look like, and its first rows.

    Args:
        export: The export.

    Returns:
        A look per column, in the order of the header, and up to three rows as text.
    """
    frame = _first_rows(export)
    found = [_profile(name, frame[str(at)]) for at, name in enumerate(export.header)]
    return found, [[cell or "" for cell in row] for row in frame.head(3).rows()]


def _first_rows(export: Export) -> pl.DataFrame:
    positions = range(len(export.header))
    pieces, rows = [], 0
    for block in islice(export.blocks(positions), 50):
        if len(block.lines):
            pieces.append(block.frame.head(LOOKED_AT - rows))
            rows += pieces[-1].height
        if rows >= LOOKED_AT:
            break
    schema = {str(at): pl.String for at in positions}
    return pl.concat(pieces).select(schema.keys()) if pieces else pl.DataFrame(schema=schema)


def _profile(name: str, column: pl.Series) -> ColumnProfile:
    text = column.str.strip_chars().drop_nulls()
    text = text.filter(text != "")
    unique = text.unique(maintain_order=True)
    date = to_datetime_either_way(unique)
    # A number of an order or a customer may look like a count of days or seconds; only its name tells.
    counted = unique.str.contains(f"{SERIAL}|{EPOCH}") & date.is_not_null()
    date = date.set(counted, None)
    dated = unique.filter(date.is_not_null())
    number = to_float(unique, "point")
    if number.null_count():
        number = max(number, to_float(unique, "comma"), key=_known)
    return ColumnProfile(
        name=name,
        filled=len(text) / max(len(column), 1),
        distinct=len(unique),
        dates=_share(date),
        counted=float(counted.mean() or 0.0),  # type: ignore[arg-type]
        numbers=_share(number),
        whole=_share(number.filter(number == number.floor()), of=len(unique)),
        negative=_share(number.filter(number < 0), of=len(unique)),
        spaced=_share(unique.filter(unique.str.contains(r"\S\s+\S")), of=len(unique)),
        iso=bool(len(dated)) and not iso(dated).null_count(),
        examples=tuple(unique.head(3)),
        values=tuple(unique) if len(unique) <= FEW else (),
    )


def _known(values: pl.Series) -> int:
    return len(values) - values.null_count()


def _share(values: pl.Series, of: int | None = None) -> float:
    return _known(values) / max(len(values) if of is None else of, 1)


def names_nothing(header: Sequence[str], found: Sequence[ColumnProfile]) -> bool:
    """Return whether what stands where the names of columns belong is a row of values."""
    kinds = {look.name: look.holds for look in found}
    like = [name for name in header if name and kinds.get(name) in ("dates", "numbers", "whole numbers")]
    cells = pl.Series([name.strip() for name in like], dtype=pl.String)
    return bool(like) and _known(to_float(cells, "point")) + _known(to_datetime(cells, "day_first")) > 0
