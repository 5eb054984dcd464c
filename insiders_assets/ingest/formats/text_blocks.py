"""One block of delimited text: its well-formed rows for polars, the odd ones read by hand, the others set aside."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from insiders_assets.ingest.model import Block, rejected_frame
from insiders_assets.ingest.parsing.blanks import only_spaces
from insiders_assets.ingest.sniffing.dialect import Dialect, split_fields
from insiders_assets.language.message import Message, message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insiders_assets.ingest.parsing.row_boundaries import Rows
    from insiders_assets.ingest.sniffing.encoding import Decoder

QUOTE, ENCODING, NUL = message("row.quote"), message("row.encoding"), message("row.nul")


def scan_text(text: bytes, dialect: Dialect) -> pl.LazyFrame:
    """Return rows that all have every field, as text: one column per field, named by its position.

    Args:
        text: The rows in UTF-8.
        dialect: How they are written.
    """
    return pl.scan_csv(
        text,
        has_header=False,
        separator=dialect.separator,
        quote_char=dialect.quote,
        schema={str(position): pl.String for position in range(dialect.width)},
        infer_schema=False,
    )


class TextBlock:
    """A block of delimited text.

    Args:
        block: Its bytes.
        rows: Where its rows are.
        lines: Lines above it.
        dialect: How it is written.
        decoder: Turns its bytes into characters.
    """

    def __init__(self, block: bytes, rows: Rows, lines: int, dialect: Dialect, decoder: Decoder) -> None:
        self._block, self._rows, self._dialect, self._decoder = block, rows, dialect, decoder
        self._lines = rows.lines + lines + 1
        self._invalid = decoder.invalid(block, rows)

    def read(self, positions: Sequence[int]) -> Block:
        """Return the block with the columns at ``positions``."""
        kept, odd, rejected = self._judged()
        block = self._of_polars(kept, positions)
        if odd:
            numbers = np.concatenate([kept, np.fromiter(odd, dtype=np.int64)])
            order = np.argsort(numbers)
            frame = pl.concat([block.frame, self._by_hand(list(odd), positions)])[order]
            block = self._block_of(numbers[order], frame.lazy())
        block.rejected = rejected
        return block

    def _judged(self) -> tuple[NDArray[np.int64], dict[int, list[str]], pl.DataFrame]:
        """Return rows that are well formed, odd rows with their fields, and rows that are rejected."""
        good = (
            (self._rows.fields == self._dialect.width)
            & ~self._rows.broken
            & ~self._rows.literal
            & ~self._invalid
        )
        if b"\0" in self._block:
            zeros = np.flatnonzero(np.frombuffer(self._block, dtype=np.uint8) == 0)
            with_zero = np.searchsorted(self._rows.starts, zeros, side="right") - 1
            good[with_zero[with_zero >= 0]] = False
        odd, rejected = {}, []
        for row in np.flatnonzero(~good).tolist():
            text = self._text(row)
            fields = split_fields(text, self._dialect.separator, self._dialect.quote)
            if not any(field.strip() for field in fields):
                continue
            if reason := self._fault(row, text, len(fields)):
                rejected.append((int(self._lines[row]), None, None, reason, text))
            else:
                odd[row] = fields
        return np.flatnonzero(good), odd, rejected_frame(rejected)

    def _fault(self, row: int, text: str, fields: int) -> Message | None:
        """Return what is wrong with a row as a whole, or None."""
        if self._rows.broken[row]:
            return QUOTE
        if self._invalid[row]:
            return ENCODING
        if "\0" in text:
            return NUL
        if fields == self._dialect.width:
            return None
        return message("row.fields", count=fields, named=self._dialect.named)

    def _of_polars(self, kept: NDArray[np.int64], positions: Sequence[int]) -> Block:
        """Return the well-formed rows, read by polars from their bytes alone."""
        names = [str(position) for position in positions]
        if not len(kept):
            return self._block_of(kept, pl.LazyFrame(schema=dict.fromkeys(names, pl.String)))
        starts, ends = self._rows.starts[kept], self._rows.ends[kept]
        breaks = np.flatnonzero(starts[1:] != ends[:-1] + 1) + 1
        runs = zip(starts[np.append(0, breaks)], ends[np.append(breaks - 1, len(ends) - 1)], strict=True)
        text = self._decoder.utf8(b"\n".join(self._block[start:end] for start, end in runs))
        block = self._block_of(kept, scan_text(text, self._dialect).select(names))
        block.only_spaces = only_spaces(text, self._dialect.separator)
        block.again = partial(self._by_hand, kept.tolist(), positions)
        block.some = lambda rows: self._by_hand([int(kept[row]) for row in rows], positions)
        return block

    def _by_hand(self, rows: list[int], positions: Sequence[int]) -> pl.DataFrame:
        fields = [split_fields(self._text(row), self._dialect.separator, self._dialect.quote) for row in rows]
        return pl.DataFrame(
            {str(at): pl.Series([row[at] for row in fields], dtype=pl.String) for at in positions}
        )

    def _block_of(self, kept: NDArray[np.int64], scan: pl.LazyFrame) -> Block:
        first = self._text(int(kept[0])) if len(kept) else None
        return Block(
            scan,
            pl.Series(self._lines[kept], dtype=pl.Int64),
            rejected_frame([]),
            lambda rows: [self._text(int(kept[row])) for row in rows],
            split_fields(first, self._dialect.separator, self._dialect.quote) if first is not None else (),
        )

    def _text(self, row: int) -> str:
        return self._decoder.text(self._block[self._rows.starts[row] : self._rows.ends[row]]).rstrip("\r")
