"""Where each row of delimited text begins and ends: the one place that decides what a row is.

CSV readers made for speed pad, truncate or merge malformed rows without a word. Here every row is found by its
separators and quotes first, so that a reader is only ever handed rows that mean one thing; the others are set aside
with the line they stand on. Separators, quotes and line ends are found with numpy; only lines whose quotes do not pair
up are looked at one by one.

A quote opens a field only at its very beginning (RFC 4180); anywhere else it is a character like any other, as in
``12" RULER``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insiders_assets.ingest.parsing.quotes import NEWLINE, RETURN, QuotedText

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNTER = np.uint16
"""Separators are counted in this type, which is fast; rows that could overflow it are counted again."""


@dataclass(frozen=True)
class Rows:
    """The rows of a block of text, in order. Blank lines are not rows.

    Attributes:
        starts: First byte of each row.
        ends: Byte after each row, its line end left out (a carriage return before it may be left in).
        lines: Line ends before each row, counted from the start of the block.
        fields: Fields in each row.
        broken: Rows (of one line) whose quotes cannot be paired.
        literal: Rows with a quote that is a character like any other.
        consumed: Bytes of the block that belong to complete rows.
        newlines: Line ends among them.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    lines: NDArray[np.int64]
    fields: NDArray[np.int64]
    broken: NDArray[np.bool_]
    literal: NDArray[np.bool_]
    consumed: int
    newlines: int


def split_rows(block: bytes, separator: str, quote: str | None, width: int, *, final: bool) -> Rows:
    """Find the rows of ``block``.

    Args:
        block: UTF-8 text that begins at the start of a row; lines end with a line feed.
        separator: The one-character field separator.
        quote: The quote character, or None if there is none.
        width: Fields expected in a row. A quoted field whose own lines are as wide as rows was never closed: its first
            line is broken, and the others are rows.
        final: Whether the text ends here; if not, an incomplete last row is left for the next block.

    Raises:
        UnclosedQuoteError: A quoted field is still open at the end of the text.
    """
    data = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(data == NEWLINE)
    if final and len(data) and data[-1] != NEWLINE:
        ends = np.append(ends, len(data))
    if not len(ends):
        none, no = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
        return Rows(none, none, none, none, no, no, 0, 0)
    starts = np.concatenate([[0], ends[:-1] + 1])
    lines = np.arange(len(starts))
    broken, literal = np.zeros(len(starts), dtype=bool), np.zeros(len(starts), dtype=bool)
    newlines = len(starts)
    separators = data == ord(separator)
    if quote and quote.encode() in block:
        text = QuotedText(data, starts, ends, separators, ord(separator), ord(quote), width, final=final)
        text.mask_quoted()
        newlines = text.complete
        lines = np.flatnonzero(text.is_row[:newlines])
        broken, literal = text.broken[lines], text.literal[lines]
        starts, ends = starts[lines], ends[np.append(lines[1:], newlines) - 1] if newlines else ends[:0]
    consumed = min(int(ends[-1]) + 1, len(data)) if len(ends) else 0
    fields = _fields(separators[:consumed], starts, ends, width)
    blank = ends - starts <= 1
    if blank.any():
        blank &= (ends == starts) | (data[np.minimum(starts, len(data) - 1)] == RETURN)
        kept = ~blank
        starts, ends, lines, fields = starts[kept], ends[kept], lines[kept], fields[kept]
        broken, literal = broken[kept], literal[kept]
    return Rows(starts, ends, lines, fields, broken, literal, consumed, newlines)


def _fields(
    separators: NDArray[np.bool_], starts: NDArray[np.int64], ends: NDArray[np.int64], width: int
) -> NDArray[np.int64]:
    """Return fields per row; counted row by row only if not every row has the expected ones."""
    if not len(starts):
        return np.zeros(0, dtype=np.int64)
    marks = np.flatnonzero(separators)
    if width > 1 and len(marks) == len(starts) * (width - 1):
        first, last = marks[:: width - 1], marks[width - 2 :: width - 1]
        if (first >= starts).all() and (last < ends).all():
            return np.full(len(starts), width)
    fields = np.add.reduceat(separators.view(np.uint8), starts, dtype=COUNTER).astype(np.int64) + 1
    for row in np.flatnonzero(ends - starts > np.iinfo(COUNTER).max):
        fields[row] = int(separators[starts[row] : ends[row]].sum()) + 1
    return fields
