"""How a delimited text is written: separator, quote, and the line that names the columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from insiders_assets.ingest.names import MANDATORY, recognise
from insiders_assets.ingest.quotes import UnclosedQuoteError
from insiders_assets.ingest.rows import Rows, split_rows

SEPARATORS = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f")
SAMPLE = 8192
"""Bytes looked at to find the header; titles above it may take this much and no more."""
HEADER_ROWS = 25
"""Rows among which the header is looked for."""


@dataclass(frozen=True)
class Dialect:
    """How a delimited text is written.

    Attributes:
        separator: The character between fields.
        quote: The quote character, or None if quotes mean nothing.
        header: The names of the columns; the last ones are empty where rows have more fields than the header.
        header_end: Byte after the header's line.
        lines: Lines up to and including the header's.
        above: Rows above the header that are as wide as it: ``(line, text)``.
    """

    separator: str
    quote: str | None
    header: tuple[str, ...]
    header_end: int
    lines: int
    above: tuple[tuple[int, str], ...] = ()

    @property
    def width(self) -> int:
        """Fields in a row."""
        return len(self.header)


def split_fields(text: str, separator: str, quote: str | None) -> list[str]:
    """The fields of one row, unquoted. A quote that does not open a field is a character like any other."""
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


def sniff(head: bytes, *, encoding: str, final: bool) -> Dialect | None:
    """Find out how a text is written from its beginning.

    The separator is the one by which the most columns are recognised; where none is recognised, the one that cuts the
    most rows into the same number of fields.

    Args:
        head: The first bytes, lines ending with a line feed.
        encoding: An encoding that contains ASCII.
        final: Whether this is the whole text.

    Returns:
        The dialect, or None if there is no line but blank ones.
    """
    start, lines, forced = 0, 0, None
    if declared := re.match(rb'"?sep=(.)"?\r?\n', head[:16]):
        start, lines, forced = declared.end(), 1, declared[1].decode("latin-1")
    sample = head[start : start + SAMPLE]
    final = final and len(head) <= start + SAMPLE
    if not final and b"\n" not in sample:
        sample, final = head[start:], True
    quote = _quote(sample)
    best: tuple[tuple[int, int, float], Dialect] | None = None
    for separator in (forced,) if forced else SEPARATORS:
        if separator.encode() not in sample and separator != SEPARATORS[0]:
            continue
        rows, used = _rows(sample, separator, quote, final=final)
        if not len(rows.starts):
            continue
        texts = [
            sample[begin:end].decode(encoding, "replace").rstrip("\r")
            for begin, end in zip(rows.starts[:HEADER_ROWS], rows.ends[:HEADER_ROWS], strict=True)
        ]
        names, known = [], []
        for text in texts:
            names.append(tuple(field.strip() for field in split_fields(text, separator, used)))
            known.append(len(recognise(names[-1]).keys() & set(MANDATORY)))
            if known[-1] == len(MANDATORY):
                break
        number = known.index(max(known)) if max(known) >= 2 else 0
        common = int(np.bincount(rows.fields[number:]).argmax())
        same = float((rows.fields[number:] == common).mean())
        score = (max(known), int(common > 1), same * common)
        if best and score <= best[0]:
            continue
        header = names[number]
        body = rows.fields[number + 1 :]
        width = int(np.bincount(body).argmax()) if len(body) else len(header)
        header = _fitted(header, width)
        above = tuple(
            (lines + int(rows.lines[i]) + 1, texts[i])
            for i in range(number)
            if rows.fields[i] == len(names[number])
        )
        beyond = int(rows.ends[number]) + 1
        dialect = Dialect(
            separator, used, header, start + beyond, lines + sample[:beyond].count(b"\n"), above
        )
        if max(known) == len(MANDATORY) and number == 0:
            return dialect
        best = (score, dialect)
    return best[1] if best else None


def _fitted(header: tuple[str, ...], width: int) -> tuple[str, ...]:
    """The header made as wide as the rows, where only nameless columns are added or taken away."""
    if width > len(header):
        return header + ("",) * (width - len(header))
    return header[:width] if width > 1 and not any(header[width:]) else header


def _quote(sample: bytes) -> str:
    """The double quote, unless fields are wrapped in single ones and none in double ones."""
    single = re.search(rb"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|]|\r?$)", sample, re.MULTILINE)
    return "'" if single and b'"' not in sample else '"'


def _rows(sample: bytes, separator: str, quote: str, *, final: bool) -> tuple[Rows, str | None]:
    """The rows of a sample; quotes are taken for ordinary characters if they do not close."""
    try:
        rows = split_rows(sample, separator, quote, 0, final=final)
        if len(rows.starts):
            return rows, quote
    except UnclosedQuoteError:
        pass
    return split_rows(sample, separator, None, 0, final=final), quote
