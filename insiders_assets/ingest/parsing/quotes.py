"""Which quotes of a text open and close fields, and which lines therefore belong to one row.

All lines are judged at once, each as if it began outside quotes; only those whose quotes do not pair up are read one by
one, together with the lines that a quoted field takes in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEWLINE, RETURN = 10, 13
DENSE = 32
"""Bytes per quote below which quoted stretches are found byte by byte rather than one by one."""


class UnclosedQuoteError(Exception):
    """A quoted field goes on to the end of the file.

    Args:
        line: Lines before the one it opens on, counted from the start of the block.
    """

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class QuotedText:
    """Lines with quotes in them, and what the quotes turn out to be.

    Args:
        data: The bytes of the text.
        starts: First byte of each line.
        ends: Byte after each line.
        separators: Which bytes are separators, quoted or not.
        separator: The separator.
        quote: The quote character.
        width: Fields expected in a row.
        final: Whether the text ends here.

    Attributes:
        is_row: Which lines begin a row.
        broken: Lines whose quotes cannot be paired.
        literal: Lines (that begin a row) with a quote that is a character like any other.
        complete: Lines that belong to complete rows; the others wait for more text.

    Raises:
        UnclosedQuoteError: A quoted field is still open at the end of the text.
    """

    def __init__(
        self,
        data: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        separators: NDArray[np.bool_],
        separator: int,
        quote: int,
        width: int,
        *,
        final: bool,
    ) -> None:
        self._data, self._starts, self._ends, self._final = data, starts, ends, final
        self._separators, self._separator, self._width = separators, separator, width
        self.is_row = np.ones(len(starts), dtype=bool)
        self.broken = np.zeros(len(starts), dtype=bool)
        self.literal = np.zeros(len(starts), dtype=bool)
        self.complete = len(starts)
        quotes = np.flatnonzero(data == quote)
        self._quotes = quotes[: np.searchsorted(quotes, ends[-1])] if len(ends) else quotes[:0]
        self._first = np.append(np.searchsorted(self._quotes, starts), len(self._quotes))
        self._pairs = np.zeros(len(self._quotes), dtype=bool)
        if len(self._quotes):
            self._pair()

    def mask_quoted(self) -> None:
        """Take the separators inside quoted fields for what they are: text."""
        marks = self._quotes[self._pairs]
        if len(marks) * DENSE > len(self._data):
            inside = np.zeros(len(self._data), dtype=bool)
            inside[marks] = True
            self._separators &= ~np.logical_xor.accumulate(inside)
            return
        for opening, closing in zip(marks[0::2].tolist(), marks[1::2].tolist(), strict=True):
            self._separators[opening:closing] = False

    def _pair(self) -> None:
        """Pair all quotes that pair up within their line, then look at the other lines one by one."""
        quotes, data = self._quotes, self._data
        counts = np.diff(self._first)
        number = np.arange(len(quotes)) - np.repeat(self._first[:-1], counts)
        opening = (number & 1) == 0
        before = np.where(quotes > 0, data[quotes - 1], NEWLINE)
        after = np.where(quotes + 1 < len(data), data[np.minimum(quotes + 1, len(data) - 1)], NEWLINE)
        if (returns := np.flatnonzero(after == RETURN)).size:
            beyond = quotes[returns] + 2
            line_end = (beyond >= len(data)) | (data[np.minimum(beyond, len(data) - 1)] == NEWLINE)
            after[returns[line_end]] = NEWLINE
        twin = np.zeros(len(quotes) + 1, dtype=bool)
        twin[1:-1] = np.diff(quotes) == 1
        opens = (before == self._separator) | (before == NEWLINE) | (twin[:-1] & (number > 0))
        closes = (after == self._separator) | (after == NEWLINE) | twin[1:]
        line = np.repeat(np.arange(len(counts)), counts)
        suspect = (counts & 1) == 1
        suspect[line[np.where(opening, ~opens, ~closes)]] = True
        self._pairs = ~suspect[line]
        resume = 0
        for suspicious in np.flatnonzero(suspect).tolist():
            if suspicious >= resume:
                resume = self._read(suspicious)

    def _read(self, line: int) -> int:
        """Read the row that begins on ``line`` quote by quote; return the line after it."""
        quotes, data, last = self._quotes, self._data, line
        index, pairs = int(self._first[line]), []
        while index < self._first[last + 1]:
            at = int(quotes[index])
            if at != self._starts[line] and data[at - 1] != self._separator:
                self.literal[line] = True
                index += 1
                continue
            closing = index + 1
            while closing + 1 < len(quotes) and quotes[closing + 1] == quotes[closing] + 1:
                closing += 2
            if closing >= len(quotes):
                if self._final:
                    raise UnclosedQuoteError(last)
                self.complete = line
                return len(self._starts)
            close = int(quotes[closing])
            reached = int(np.searchsorted(self._ends, close))
            after = data[close + 1 : close + 3].tobytes()
            ends_here = not after or after[0] in (self._separator, NEWLINE) or after in (b"\r\n", b"\r")
            if not ends_here or self._swallows_rows(last, reached):
                self.broken[line] = True
                self._pairs[self._first[line] : self._first[line + 1]] = False
                return line + 1
            pairs += [index, closing]
            last, index = reached, closing + 1
        self._pairs[self._first[line] : self._first[last + 1]] = False
        self._pairs[pairs] = True
        self.is_row[line + 1 : last + 1] = False
        return last + 1

    def _swallows_rows(self, first: int, last: int) -> bool:
        """Return whether a line between the first and the last line of a field is as wide as a row."""
        return self._width > 2 and any(
            int(self._separators[self._starts[line] : self._ends[line]].sum()) == self._width - 1
            for line in range(first + 1, last)
        )
