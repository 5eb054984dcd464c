"""Texts that a spreadsheet would run as a formula, made harmless in CSV (OWASP, CSV injection).

A text runs where it begins like a formula. A reader that splits lines by another sign than they were written with, as a
spreadsheet does whose country writes lists with ``;``, begins a cell after every such sign, quoted or not. So an
apostrophe goes wherever a cell could begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

_SEPARATORS = r";,|\t\r\n"
_SIGNS = r"=+\-@＝＋－＠"
"""How a formula begins, full-width signs included."""
_CELL = rf"""(^|[{_SEPARATORS}])([ "']*[{_SIGNS}])"""
_SPACE = r"^('*[\t\r\n])"
"""How a text begins that some spreadsheets take for one whose first sign is left out."""
_NUMBER = rf"""[+\-][0-9][0-9 .,]*(?:$|[{_SEPARATORS}])"""
_RISKY = re.compile(rf"""(^|[{_SEPARATORS}])(?!{_NUMBER})([ "']*[{_SIGNS}])""")
_GUARDED = re.compile(rf"""(^|[{_SEPARATORS}])'([ "']*[{_SIGNS}])""")
_QUOTED = r'[",;\t\r\n]'
_QUOTES = re.compile(_QUOTED)


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with an apostrophe in every text before what a spreadsheet would take for a formula."""
    texts = [pl.col(name) for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(
        text.str.replace_all(_CELL, "${1}'${2}").str.replace(_SPACE, "'${1}") for text in texts
    )


def csv_rows(frame: pl.DataFrame) -> bytes:
    """Return the rows of ``frame`` as CSV that is harmless to spreadsheets.

    UTF-8, commas, line ends of one sign, shortest exact numbers. Quoted is what holds a quote, a line end or any sign
    that lists are written with, and an empty text, which tells it from nothing.
    """
    rows = _quoted(harmless(frame))
    return rows.write_csv(include_header=False, line_terminator="\n", quote_style="never").encode()


def _quoted(frame: pl.DataFrame) -> pl.DataFrame:
    texts = [pl.col(name) for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(
        pl.when(text.str.contains(_QUOTED) | (text == ""))
        .then(pl.concat_str(pl.lit('"'), text.str.replace_all('"', '""', literal=True), pl.lit('"')))
        .otherwise(text)
        .name.keep()
        for text in texts
    )


def csv_line(cells: Iterable[str], ends: str = "\n") -> str:
    """Return a line of CSV of texts as they are, quoted like those of :func:`csv_rows`; an empty one is nothing."""
    quoted = ('"' + cell.replace('"', '""') + '"' if _QUOTES.search(cell) else cell for cell in cells)
    return ",".join(quoted) + ends


def guarded(text: str) -> str:
    """Return a text with an apostrophe before what a spreadsheet would run; a number with a sign stays one."""
    return re.sub(_SPACE, r"'\1", _RISKY.sub(r"\1'\2", text))


def unguarded(text: str) -> str:
    """Return a text as it was before :func:`guarded`."""
    return _GUARDED.sub(r"\1\2", re.sub(r"^'('*[\t\r\n])", r"\1", text))
