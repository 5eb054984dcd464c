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


class UnclosedQuoteError(Exception):
    """A quoted field goes on to the end of the file.

    Args:
        line: Lines before the one it opens on, counted from the start of the block.
    """

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class QuotedText:
    """Lines with quotes in them, and what the quotes turn out to be."""

    def __init__(
        self,
        data: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        separators: NDArray[np.int64],
        separator: int,
        quote: int,
        width: int,
    ) -> None:
        self.data, self.starts, self.ends = data, starts, ends
        self.separators, self.separator, self.width = separators, separator, width
        limit = ends[-1] if len(ends) else 0
        quotes = np.flatnonzero(data == quote)
        self.quotes = quotes[quotes < limit]
        self.first = np.searchsorted(self.quotes, starts)
        self.complete = len(starts)
        self._marks = np.zeros(len(data) + 1, dtype=bool)

    def pair_quotes(
        self, broken: NDArray[np.bool_], literal: NDArray[np.bool_], *, final: bool
    ) -> NDArray[np.bool_]:
        """Pair the quotes, fill ``broken`` and ``literal``, and return which lines begin a row."""
        quotes, counts = self.quotes, np.diff(np.append(self.first, len(self.quotes)))
        is_row = np.ones(len(self.starts), dtype=bool)
        if not len(quotes):
            return is_row
        number = np.arange(len(quotes)) - np.repeat(self.first, counts)
        opening = (number & 1) == 0
        before = np.where(quotes > 0, self.data[quotes - 1], NEWLINE)
        after = self.data[np.minimum(quotes + 1, len(self.data) - 1)]
        after = np.where(quotes + 1 < len(self.data), after, NEWLINE)
        if (returns := np.flatnonzero(after == RETURN)).size:
            beyond = quotes[returns] + 2
            line_end = (beyond >= len(self.data)) | (
                self.data[np.minimum(beyond, len(self.data) - 1)] == NEWLINE
            )
            after[returns[line_end]] = NEWLINE
        twin = np.zeros(len(quotes) + 1, dtype=bool)
        twin[1:-1] = np.diff(quotes) == 1
        opens = (before == self.separator) | (before == NEWLINE) | (twin[:-1] & (number > 0))
        closes = (after == self.separator) | (after == NEWLINE) | twin[1:]
        wrong = np.where(opening, ~opens, ~closes)
        line = np.repeat(np.arange(len(counts)), counts)
        suspect = (counts & 1) == 1
        suspect[line[wrong]] = True
        self._marks[quotes[~suspect[line]]] = True
        resume = 0
        for number_of_line in np.flatnonzero(suspect):
            if number_of_line >= resume:
                resume = self._read(int(number_of_line), is_row, broken, literal, final=final)
        return is_row

    def outside(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of the sorted positions that lie outside quoted fields."""
        marks = np.flatnonzero(self._marks)
        if len(marks) * 32 > len(self.data):
            return positions[~np.logical_xor.accumulate(self._marks)[positions]]
        first, beyond = np.searchsorted(positions, marks[0::2]), np.searchsorted(positions, marks[1::2])
        inside = [np.arange(low, high) for low, high in zip(first, beyond, strict=True) if high > low]
        return np.delete(positions, np.concatenate(inside)) if inside else positions

    def _read(
        self,
        line: int,
        is_row: NDArray[np.bool_],
        broken: NDArray[np.bool_],
        literal: NDArray[np.bool_],
        *,
        final: bool,
    ) -> int:
        """Read the row that begins on ``line`` quote by quote; return the line after it."""
        quotes, data, last = self.quotes, self.data, line
        index, marks = int(self.first[line]), []
        while index < len(quotes) and quotes[index] < self.ends[last]:
            at = int(quotes[index])
            if at != self.starts[line] and data[at - 1] != self.separator:
                literal[line] = True
                index += 1
                continue
            closing = index + 1
            while closing + 1 < len(quotes) and quotes[closing + 1] == quotes[closing] + 1:
                closing += 2
            if closing >= len(quotes):
                if final:
                    raise UnclosedQuoteError(last)
                self.complete = line
                return len(is_row)
            close = int(quotes[closing])
            reached = int(np.searchsorted(self.ends, close))
            after = data[close + 1 : close + 3].tobytes()
            ends_here = not after or after[0] in (self.separator, NEWLINE) or after in (b"\r\n", b"\r")
            if not ends_here or self._swallows_rows(last, reached):
                broken[line] = True
                return line + 1
            marks += [at, close]
            last, index = reached, closing + 1
        self._marks[self.starts[line] : self.ends[last]] = False
        self._marks[marks] = True
        is_row[line + 1 : last + 1] = False
        return last + 1

    def _swallows_rows(self, first: int, last: int) -> bool:
        """Whether a line between the first and the last line of a field is as wide as a row."""
        if last - first < 2 or self.width < 3:
            return False
        inner = slice(first + 1, last)
        widths = np.searchsorted(self.separators, self.ends[inner]) - np.searchsorted(
            self.separators, self.starts[inner]
        )
        return bool((widths == self.width - 1).any())
