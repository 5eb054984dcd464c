"""How a delimited text is written: separator, quote, and the line that names the columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from insiders_assets.ingest.mapping.columns import header_score
from insiders_assets.ingest.mapping.header_aliases import MANDATORY
from insiders_assets.ingest.parsing.quotes import UnclosedQuoteError
from insiders_assets.ingest.parsing.row_boundaries import Rows, split_rows
from insiders_assets.ingest.sniffing.encoding import decoded

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.schema import Mapping

SEPARATORS = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f")
SAMPLE = 8192
"""Bytes looked at to find the header; titles above it may take this much and no more."""
_BLANK = " \t,;|\"'\ufeff"
HEADER_ROWS = 25
"""Rows among which the header is looked for."""


@dataclass(frozen=True)
class Dialect:
    """How a delimited text is written.

    Attributes:
        separator: The character between fields.
        quote: The quote character, or None if quotes mean nothing.
        header: The names of the columns; the last ones are empty where rows have more fields than the header.
        named: Fields of the header as it is written.
        header_end: Byte after the header's line.
        lines: Lines up to and including the header's.
        above: Rows above the header that are as wide as it: ``(line, text)``.
    """

    separator: str
    quote: str | None
    header: tuple[str, ...]
    named: int
    header_end: int
    lines: int
    above: tuple[tuple[int, str], ...] = ()

    @property
    def width(self) -> int:
        """Fields in a row."""
        return len(self.header)


def split_fields(text: str, separator: str, quote: str | None) -> list[str]:
    """Return the fields of one row, unquoted. A quote that does not open a field is a character like any other."""
    if not quote or quote not in text:
        return text.split(separator)
    fields, at = [], 0
    while True:
        if text.startswith(quote, at):
            parts, at = [], at + 1
            while True:
                close = text.find(quote, at)
                parts.append(text[at : close if close >= 0 else len(text)])
                at = close + 1 if close >= 0 else len(text)
                if close < 0 or not text.startswith(quote, at):
                    break
                parts.append(quote)
                at += 1
            end = text.find(separator, at)
            fields.append("".join(parts) + text[at : end if end >= 0 else len(text)].rstrip("\r"))
        else:
            end = text.find(separator, at)
            fields.append(text[at : end if end >= 0 else len(text)])
        if end < 0:
            return fields
        at = end + 1


def sniff(
    head: bytes, mapping: Mapping | None = None, *, final: bool, encoding: str | None = None
) -> Dialect | None:
    """Find out how a text is written from its beginning.

    The separator is the one by which the most columns are recognised; where none is recognised, the one that cuts the
    most rows into the same number of fields.

    Args:
        head: The first bytes, in an encoding that contains ASCII, lines ending with a line feed.
        mapping: What the user said of the file.
        final: Whether this is the whole text.
        encoding: The encoding, if it is known.

    Returns:
        The dialect, or None if there is no line but blank ones.
    """
    start, lines = 0, 0
    forced = mapping.separator if mapping else None
    if declared := re.match(rb'"?sep=(.)"?\r?\n', head[:16]):
        start, lines, forced = declared.end(), 1, forced or declared[1].decode("latin-1")
    sample = head[start : start + SAMPLE]
    final = final and len(head) <= start + SAMPLE
    if not final and b"\n" not in sample:
        sample, final = head[start:], True
    best: tuple[tuple[int, int, float], Dialect] | None = None
    for separator in (forced,) if forced else SEPARATORS:
        if separator.encode() not in sample and separator != SEPARATORS[0]:
            continue
        if (found := _read_as(sample, separator, mapping, final=final, encoding=encoding)) is None:
            continue
        score, dialect = found
        if best is None or score > best[0]:
            best = (
                score,
                replace(
                    dialect,
                    header_end=start + dialect.header_end,
                    lines=lines + dialect.lines,
                    above=tuple((lines + line, text) for line, text in dialect.above),
                ),
            )
        if score[0] == len(MANDATORY):
            break
    return best[1] if best else None


def _read_as(
    sample: bytes, separator: str, mapping: Mapping | None, *, final: bool, encoding: str | None
) -> tuple[tuple[int, int, float], Dialect] | None:
    """Return the dialect with a given separator, and how well it fits."""
    quote = _quote(sample)
    rows = _rows(sample, separator, quote, final=final)
    if not len(rows.starts):
        return None
    texts: list[str] = []
    names: list[tuple[str, ...]] = []
    known: list[int] = []
    for begin, end in zip(rows.starts[:HEADER_ROWS], rows.ends[:HEADER_ROWS], strict=True):
        texts.append(decoded(sample[begin:end], encoding).rstrip("\r"))
        if not texts[-1].strip(_BLANK):
            names.append(())
            known.append(-1)
            continue
        names.append(tuple(field.strip() for field in split_fields(texts[-1], separator, quote)))
        known.append(header_score(names[-1], mapping))
        if known[-1] == len(MANDATORY):
            break
    if max(known) < 0:
        return None
    number = known.index(max(known)) if max(known) >= 2 else next(i for i, n in enumerate(known) if n >= 0)
    counts = np.bincount(rows.fields[number:])
    common = int(counts.argmax())
    score = max(known), int(common > 1), float(common * counts[common] / counts.sum())
    body = rows.fields[number + 1 :]
    header = _fitted(names[number], int(np.bincount(body).argmax()) if len(body) else len(names[number]))
    named = len(names[number])
    above = tuple(
        (int(rows.lines[row]) + 1, texts[row]) for row in range(number) if rows.fields[row] == named > 1
    )
    beyond = int(rows.ends[number]) + 1
    lines = sample[: rows.ends[number]].count(b"\n") + 1
    return score, Dialect(separator, quote, header, named, beyond, lines, above)


def _fitted(header: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Return the header made as wide as the rows, where only nameless columns are added or taken away."""
    if width > len(header):
        return header + ("",) * (width - len(header))
    return header[:width] if width > 1 and not any(header[width:]) else header


def _quote(sample: bytes) -> str:
    """Return the double quote, unless a line begins with two fields in single ones, as a header would."""
    single = re.search(rb"^'[^'\n]*'[,;\t|]'[^'\n]*'[,;\t|\r\n]", sample, re.MULTILINE)
    return "'" if single and b'"' not in sample else '"'


def _rows(sample: bytes, separator: str, quote: str, *, final: bool) -> Rows:
    """Return the rows of a sample; quotes are taken for ordinary characters if they do not close."""
    try:
        rows = split_rows(sample, separator, quote, 0, final=final)
        if len(rows.starts):
            return rows
    except UnclosedQuoteError:
        pass
    return split_rows(sample, separator, None, 0, final=final)
