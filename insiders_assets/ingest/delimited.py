"""Delimited text as blocks of rows: every field as text, every malformed row set aside with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.blocks import Block, rejected_frame
from insiders_assets.ingest.dialect import SAMPLE, Dialect, sniff, split_fields
from insiders_assets.ingest.encoding import END_OF_FILE, Decoder, Encoding
from insiders_assets.ingest.quotes import UnclosedQuoteError
from insiders_assets.ingest.rows import Rows, split_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 8 << 20
"""Bytes parsed at a time. Fixed, so that the same file always gives the same blocks."""
LONGEST_ROW = 64 << 20
"""Bytes after which a row without an end is given up."""


class DelimitedExport:
    """CSV and its relatives.

    Args:
        open_stream: Opens the bytes, decompressed, from their beginning; called once per pass.
    """

    def __init__(self, open_stream: Callable[[], BinaryIO]) -> None:
        self._open = open_stream
        self._decoder: Decoder | None = None

    @cached_property
    def _head(self) -> tuple[Encoding, Dialect]:
        with closing(self._open()) as stream:
            raw = stream.read(4 * SAMPLE)
        encoding = Encoding.of(raw)
        text = b"".join(encoding.to_text([raw]))
        dialect = sniff(text, encoding="utf-8", final=len(raw) < 4 * SAMPLE)
        if dialect is None:
            raise ExportError("is empty", cure="export it again or take it away")
        return encoding, dialect

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        return self._head[1].header

    @property
    def form(self) -> dict[str, Any]:
        """Encoding, separator and the line of the header."""
        encoding, dialect = self._head
        found = self._decoder.name if self._decoder and not encoding.is_wide else encoding.name
        return {
            "kind": "delimited text",
            "encoding": found or "ascii",
            "separator": dialect.separator,
            "header_line": dialect.lines,
        }

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """Its rows, from the first on; see :class:`insiders_assets.ingest.blocks.Export`."""
        encoding, dialect = self._head
        self._decoder = decoder = Decoder(encoding)
        if dialect.above:
            reason = "stands above the line that names the columns"
            yield _nothing_but(
                rejected_frame([(line, None, None, reason, text) for line, text in dialect.above])
            )
        lines, carry, skip = dialect.lines, b"", dialect.header_end
        with closing(self._open()) as stream:
            for chunk, final in _with_end(encoding.to_text(iter(lambda: stream.read(BLOCK), b""))):
                block = carry + chunk
                if skip:
                    block, skip = block[skip:], max(0, skip - len(block))
                if final:
                    block = block.rstrip(END_OF_FILE)
                try:
                    rows = split_rows(block, dialect.separator, dialect.quote, dialect.width, final=final)
                except UnclosedQuoteError as error:
                    raise _unclosed(lines + error.line + 1) from None
                if len(rows.starts):
                    yield _Parser(block, rows, lines, dialect, decoder).block(positions)
                lines += rows.newlines
                carry = block[rows.consumed :]
                if len(carry) > LONGEST_ROW:
                    raise _unclosed(lines + 1)


def _with_end(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each chunk, and whether it is the last."""
    held = next(chunks, b"")
    for chunk in chunks:
        yield held, False
        held = chunk
    yield held, True


def _unclosed(line: int) -> ExportError:
    return ExportError(
        f"the quote that opens on line {line} is never closed", cure="close it and put the file back"
    )


def _nothing_but(rejected: pl.DataFrame) -> Block:
    return Block(pl.LazyFrame(), pl.Series(dtype=pl.Int64), rejected, lambda _: [], ())


class _Parser:
    """One block: its good rows into a frame, the others into quarantine."""

    def __init__(self, block: bytes, rows: Rows, lines: int, dialect: Dialect, decoder: Decoder) -> None:
        self._block, self._rows, self._dialect, self._decoder = block, rows, dialect, decoder
        self._lines = rows.lines + lines + 1

    def block(self, positions: Sequence[int]) -> Block:
        """The block with the columns at ``positions``."""
        rows, dialect = self._rows, self._dialect
        reasons: dict[int, str] = {}
        invalid = self._decoder.invalid(self._block, rows)
        good = (rows.fields == dialect.width) & ~rows.broken & ~rows.literal & ~invalid
        if b"\0" in self._block:
            zeros = np.flatnonzero(np.frombuffer(self._block, dtype=np.uint8) == 0)
            with_zero = np.searchsorted(rows.starts, zeros, side="right") - 1
            good[with_zero[with_zero >= 0]] = False
        odd: dict[int, list[str]] = {}
        for index in np.flatnonzero(~good):
            text = self._text(int(index))
            fields = split_fields(text, dialect.separator, dialect.quote)
            if not any(field.strip() for field in fields):
                continue
            if reason := self._fault(int(index), text, len(fields), invalid=bool(invalid[index])):
                reasons[int(index)] = reason
            else:
                odd[int(index)] = fields
        kept = np.flatnonzero(good)
        scan = self._scan(kept, positions)
        if odd:
            kept = np.concatenate([kept, np.fromiter(odd, dtype=np.int64)])
            order = np.argsort(kept)
            kept = kept[order]
            scan = pl.concat([scan.collect(), _of_fields(list(odd.values()), positions)])[order].lazy()
        rejected = rejected_frame(
            [(int(self._lines[i]), None, None, reason, self._text(i)) for i, reason in reasons.items()]
        )
        return Block(
            scan,
            pl.Series(self._lines[kept], dtype=pl.Int64),
            rejected,
            lambda indices: [self._text(int(kept[index])) for index in indices],
            split_fields(self._text(int(kept[0])), dialect.separator, dialect.quote) if len(kept) else (),
        )

    def _text(self, row: int) -> str:
        return self._decoder.text(self._block[self._rows.starts[row] : self._rows.ends[row]]).rstrip("\r")

    def _fault(self, row: int, text: str, fields: int, *, invalid: bool) -> str | None:
        """What is wrong with the row as a whole, or None."""
        width = self._dialect.width
        if self._rows.broken[row]:
            return "has a quote inside a quoted field; quotes inside must be doubled"
        if invalid:
            return "is not valid UTF-8, as the rest of the file is"
        if "\0" in text:
            return "holds a NUL character"
        if fields == width:
            return None
        return f"has {fields} field{'s' * (fields != 1)} where the header names {width}"

    def _scan(self, kept: NDArray[np.int64], positions: Sequence[int]) -> pl.LazyFrame:
        """The well-formed rows, read by polars from their bytes alone."""
        starts, ends = self._rows.starts[kept], self._rows.ends[kept]
        schema = {str(i): pl.String for i in range(self._dialect.width)}
        names = [str(position) for position in positions]
        if not len(kept):
            return pl.LazyFrame(schema=dict.fromkeys(names, pl.String))
        breaks = np.flatnonzero(starts[1:] != ends[:-1] + 1) + 1
        runs = zip(starts[np.append(0, breaks)], ends[np.append(breaks - 1, len(ends) - 1)], strict=True)
        data = b"\n".join(self._block[start:end] for start, end in runs)
        return pl.scan_csv(
            self._decoder.utf8(data),
            has_header=False,
            separator=self._dialect.separator,
            quote_char=self._dialect.quote,
            schema=schema,
            infer_schema=False,
        ).select(names)


def _of_fields(rows: list[list[str]], positions: Sequence[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {str(position): pl.Series([row[position] for row in rows], dtype=pl.String) for position in positions}
    )
