"""Where each row of delimited text begins and ends: the one place that decides what a row is.

CSV readers made for speed pad, truncate or merge malformed rows without a word. Here every row is found by its
separators and quotes first, so that a reader is only ever handed rows that mean one thing; the others are set aside
with the line they stand on. Positions of separators, quotes and line ends are found with numpy; only lines whose
quotes do not pair up are looked at one by one.

A quote opens a field only at its very beginning (RFC 4180); anywhere else it is a character like any other, as in
``12" RULER``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insiders_assets.ingest.quotes import NEWLINE, RETURN, QuotedText

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    lines = np.arange(len(starts))
    broken = np.zeros(len(starts), dtype=bool)
    literal = np.zeros(len(starts), dtype=bool)
    separators = np.flatnonzero(data == ord(separator))
    if quote and quote.encode() in block:
        text = QuotedText(data, starts, ends, separators, ord(separator), ord(quote), width)
        is_row = text.pair_quotes(broken, literal, final=final)
        separators = text.outside(separators)
        keep = text.complete
        row_numbers = np.flatnonzero(is_row[:keep])
        last_lines = np.append(row_numbers[1:], keep) - 1
        lines = row_numbers
        starts, ends = starts[row_numbers], ends[last_lines] if len(row_numbers) else ends[:0]
        broken, literal = broken[row_numbers], literal[row_numbers]
        newlines = keep
    else:
        newlines = len(starts)
    consumed = min(int(ends[-1]) + 1, len(data)) if len(ends) else 0
    fields = _fields(separators, starts, ends, width)
    blank = ends - starts <= 1
    if blank.any():
        blank &= (ends == starts) | (data[np.minimum(starts, len(data) - 1)] == RETURN)
        keep_rows = ~blank
        starts, ends, lines, fields = starts[keep_rows], ends[keep_rows], lines[keep_rows], fields[keep_rows]
        broken, literal = broken[keep_rows], literal[keep_rows]
    return Rows(starts, ends, lines, fields, broken, literal, consumed, newlines)


def _fields(
    separators: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], width: int
) -> NDArray[np.int64]:
    """Fields per row; when every row is as wide as expected, two comparisons prove it."""
    if (
        width > 1
        and len(separators) == len(starts) * (width - 1)
        and (separators[:: width - 1] >= starts).all()
        and (separators[width - 2 :: width - 1] < ends).all()
    ):
        return np.full(len(starts), width, dtype=np.int64)
    return np.searchsorted(separators, ends) - np.searchsorted(separators, starts) + 1
