"""Exports that are tables already, with cells instead of characters: their rows as blocks of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.mapping.columns import header_score
from insiders_assets.ingest.model import Block, rejected_frame
from insiders_assets.ingest.parsing.numbers import all_unmistakable
from insiders_assets.language.message import message

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.schema import Mapping

HEADER_ROWS = 25
"""Rows among which the one that names the columns is looked for."""


def header_row(rows: Sequence[Sequence[str | None]], mapping: Mapping | None) -> int | None:
    """Return which of the first rows of a table names its columns; None if none does."""
    known = [header_score(names(row), mapping) for row in rows[:HEADER_ROWS]]
    return known.index(max(known)) if known and max(known) >= 2 else None


def names(row: Sequence[str | None]) -> tuple[str, ...]:
    """Return a row's cells as names of columns."""
    return tuple((cell or "").strip() for cell in row)


def as_text(column: pl.Series) -> pl.Series:
    """Return a column of any type as text that reads back as the same value."""
    if column.dtype == pl.String:
        return column
    if column.dtype == pl.Date:
        return column.dt.to_string("%Y-%m-%d")
    if isinstance(column.dtype, pl.Datetime):
        form = "%Y-%m-%d %H:%M:%S" + ("%.6f" if (column.dt.microsecond() != 0).any() else "")
        return column.dt.replace_time_zone(None).dt.to_string(form)
    if column.dtype.is_float() and (column == column.round()).all() and (column.abs() < 2**53).all():
        return column.cast(pl.Int64).cast(pl.String)
    if column.dtype == pl.Binary:
        return column.cast(pl.String, strict=False)
    if column.dtype.is_float() or column.dtype.is_decimal():
        return all_unmistakable(column.cast(pl.String))
    if column.dtype.is_nested() or column.dtype == pl.Object:
        return pl.Series(
            column.name, [None if cell is None else str(cell) for cell in column], dtype=pl.String
        )
    return column.cast(pl.String)


def text_block(frame: pl.DataFrame, lines: pl.Series, positions: Sequence[int]) -> Block:
    """Return a block of text cells; a row's text is its cells with commas between them.

    Args:
        frame: Text columns, in the order of the export.
        lines: The line each row is on, Int64.
        positions: The columns the block is to have.
    """
    frame = frame.rename({name: str(at) for at, name in enumerate(frame.columns)})
    rejected = rejected_frame([])
    zeros = frame.select(pl.any_horizontal(pl.all().str.contains("\0", literal=True))).to_series()
    if zeros.any():
        reason = message("row.nul")
        rejected = rejected_frame([(line, None, None, reason, None) for line in lines.filter(zeros)])
        frame, lines = frame.filter(~zeros.fill_null(False)), lines.filter(~zeros.fill_null(False))

    def texts(rows: Sequence[int]) -> list[str]:
        written = frame[list(rows)].write_csv(include_header=False)
        return _lines(written) if rows else []

    first = [cell or "" for cell in frame.row(0)] if frame.height else ()
    return Block(frame.select(str(at) for at in positions).lazy(), lines, rejected, texts, first)


def _lines(text: str) -> list[str]:
    """Return the rows of CSV text, with the line ends inside quotes left alone."""
    found, open_row = [], ""
    for line in text.split("\n")[:-1]:
        open_row = f"{open_row}\n{line}" if open_row else line
        if open_row.count('"') % 2 == 0:
            found.append(open_row)
            open_row = ""
    return found
