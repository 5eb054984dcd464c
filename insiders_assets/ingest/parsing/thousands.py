"""Whether points in plainly written numbers may stand between thousands: ``12.990`` is a price of pesos, too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.parsing.numbers import POINT_ONLY, points_are_decimal

if TYPE_CHECKING:
    from insiders_assets.ingest.model import Block

NUMBERS = ("quantity", "unit_price", "line_total", "unit_cost", "line_cost")
"""Our columns that are written in numbers."""
_ONLY_DECIMAL = re.compile(POINT_ONLY.encode())
GLANCE = 64
"""Rows that tell nearly always: a price such as 2.55 among them, and the question does not arise."""


class PointWatch:
    """Watches the rows of one export until one shows that its points are decimal.

    Args:
        columns: The position of each of our columns in the export.
    """

    def __init__(self, columns: dict[str, int]) -> None:
        self._places = [columns[name] for name in NUMBERS if name in columns]
        self._columns = [str(at) for at in self._places]
        self._settled = not self._columns

    def doubts(self, block: Block) -> bool:
        """Return whether numbers of a block can be read with points between thousands, as far as is known by now."""
        if self._settled:
            return False
        try:
            is_settled = _points_are_decimal(block.scan.select(self._columns).head(GLANCE).collect())
            is_settled = is_settled or _points_are_decimal(self.numbers(block))
        except pl.exceptions.PolarsError:  # a block that has to be read in the slow way
            is_settled = _points_are_decimal(block.frame.select(self._columns))
        self._settled = is_settled is True
        return is_settled is False

    def is_shown_by(self, head: bytes, separator: str) -> bool:
        """Return whether the first lines of a file show that its points are decimal.

        Args:
            head: The first bytes below the header.
            separator: What is between fields. A line with a quote tells nothing, nor do those below it.
        """
        cut = separator.encode()
        for line in head.split(b"\n")[:-1]:
            if b'"' in line:
                break
            fields = line.rstrip(b"\r").split(cut)
            if any(
                at < len(fields) and _ONLY_DECIMAL.fullmatch(fields[at].strip(b" +-")) for at in self._places
            ):
                return True
        return False

    def numbers(self, block: Block) -> pl.DataFrame:
        """Return the columns of a block that hold numbers, as text."""
        return block.scan.select(self._columns).collect()


def doubtful(frame: pl.DataFrame) -> bool:
    """Return whether the numbers of a whole export, a text column each, can be read with points between thousands."""
    return not _points_are_decimal(frame.head(GLANCE)) and _points_are_decimal(frame) is False


def _points_are_decimal(frame: pl.DataFrame) -> bool | None:
    """Return whether points are decimal by what all columns say, as :func:`points_are_decimal` does for one."""
    found = [points_are_decimal(column) for column in frame]
    return True if True in found else False if False in found else None
