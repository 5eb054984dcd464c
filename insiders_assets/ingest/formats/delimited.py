"""Delimited text as blocks of rows, however large it is: one block is in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.formats.text_blocks import TextBlock
from insiders_assets.ingest.model import LONGEST_ROW, Block, endless, rejected_frame
from insiders_assets.ingest.parsing.quotes import UnclosedQuoteError
from insiders_assets.ingest.parsing.row_boundaries import split_rows
from insiders_assets.ingest.refusal import CutShortError, RefusedExportError
from insiders_assets.ingest.sniffing.dialect import SAMPLE, Dialect, sniff
from insiders_assets.ingest.sniffing.encoding import END_OF_FILE, Decoder, Encoding, decoded
from insiders_assets.language.message import message

if TYPE_CHECKING:
    from insiders_assets.ingest.formats.archives import Opener
    from insiders_assets.ingest.rules import FileRules

BLOCK = 8 << 20
"""Bytes parsed at a time. Fixed, so that the same file always gives the same blocks."""
MOST_CONTROLS = 0.05
"""Share of control characters above which bytes are no text."""
ZEROS = bytes(512)
"""What stands where a file was given its size and never its content: a sparse one, or a copy that was cut short."""
_CONTROLS = bytes({*range(32)} - set(b"\t\n\r\x01\x1f\x1a\f"))


class DelimitedExport:
    """CSV and its relatives.

    Args:
        opener: Opens the bytes, unpacked, from their beginning; called once per pass.
        rules: How it is read.
    """

    def __init__(self, opener: Opener, rules: FileRules) -> None:
        self._open, self._rules = opener, rules
        self._decoder: Decoder | None = None

    @cached_property
    def head(self) -> tuple[Encoding, Dialect, str]:
        """The encoding as far as its beginning tells, how it is written, and what its header is encoded in."""
        with closing(self._open()) as stream:
            raw = stream.read(4 * SAMPLE)
        mapping = self._rules.mapping
        encoding = Encoding.of(raw, mapping.encoding if mapping else None)
        text = b"".join(encoding.to_text([raw]))
        if not is_text(text):
            raise RefusedExportError("export.zeros" if ZEROS in text else "export.no_text")
        known = "utf-8" if encoding.is_wide else encoding.name
        dialect = sniff(text, mapping, final=len(raw) < 4 * SAMPLE, encoding=known)
        if dialect is None:
            raise RefusedExportError("export.empty")
        return encoding, dialect, _encoding_of(text[: dialect.header_end])

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        return self.head[1].header

    @property
    def form(self) -> dict[str, Any]:
        """Encoding, separator and the line of the header."""
        encoding, dialect, of_header = self.head
        found = self._decoder.name if self._decoder and not encoding.is_wide else encoding.name
        return {
            "kind": "delimited text",
            "encoding": found or of_header,
            "separator": dialect.separator,
            "header_line": dialect.lines,
        }

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """Yield its rows, from the first on; see :class:`insiders_assets.ingest.model.Export`."""
        encoding, dialect, _ = self.head
        self._decoder = decoder = Decoder(encoding)
        if dialect.above:
            reason = message("row.above")
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
                    rest = sum(1 for line in block.split(b"\n") if line.strip())
                    raise _unclosed(lines + error.line + 1, rest) from None
                if len(rows.starts):
                    yield TextBlock(block, rows, lines, dialect, decoder).read(positions)
                lines += rows.newlines
                carry = block[rows.consumed :]
                if len(carry) > LONGEST_ROW:
                    if dialect.quote and dialect.quote.encode() in carry:
                        raise _unclosed(lines + 1, 1)
                    raise CutShortError("export.zeros", rows=1) if ZEROS in carry else endless(lines + 1)


def is_text(head: bytes) -> bool:
    """Return whether bytes could be text, in an encoding that contains ASCII: hardly any is a control character."""
    return len(head.translate(None, _CONTROLS)) >= (1 - MOST_CONTROLS) * len(head)


def _encoding_of(header: bytes) -> str:
    """Return what a header is written in, where no row has shown yet."""
    if header.isascii():
        return "ascii"
    return "utf-8" if decoded(header, None).encode() == header else "cp1252"


def _with_end(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each chunk, and whether it is the last."""
    held = next(chunks, b"")
    for chunk in chunks:
        yield held, False
        held = chunk
    yield held, True


def _unclosed(line: int, rows: int) -> CutShortError:
    return CutShortError("export.unclosed", rows=rows, line=line)


def _nothing_but(rejected: pl.DataFrame) -> Block:
    return Block(pl.LazyFrame(), pl.Series(dtype=pl.Int64), rejected, lambda _: [], ())
