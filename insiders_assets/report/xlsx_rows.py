"""Put many rows into a workbook that xlsxwriter made: written column by column, not cell by cell.

xlsxwriter takes 0.14 ms a row, which for hundreds of thousands of members would outlast the rest of a refresh. So
it writes the workbook with a header and one row that shows each column's style; the sheet's other rows are put in here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import polars as pl
import polars.selectors as cs

if TYPE_CHECKING:
    from pathlib import Path

BATCH = 20_000
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every entry, as xlsxwriter has it: the same rows give the same bytes."""

CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"
"""Characters that XML cannot hold."""


def fill(pattern: Path, target: Path, sheets: dict[int, pl.DataFrame]) -> None:
    """Copy a workbook, its sheets filled.

    Args:
        pattern: A workbook of xlsxwriter's whose sheets to fill hold a header and one row.
        target: Where the filled workbook goes.
        sheets: The rows of each sheet to fill, by its number from 1; texts and numbers only.
    """
    with ZipFile(pattern) as given, ZipFile(target, "w", ZIP_DEFLATED) as made:
        for name in given.namelist():
            found = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
            rows = sheets.get(int(found.group(1))) if found else None
            entry = ZipInfo(name, EPOCH)
            entry.compress_type = ZIP_DEFLATED
            with made.open(entry, "w") as file:
                if rows is None:
                    file.write(given.read(name))
                else:
                    for piece in _sheet(given.read(name).decode(), rows):
                        file.write(piece.encode())


def _sheet(xml: str, rows: pl.DataFrame) -> Iterator[str]:
    """Yield the sheet's XML with ``rows`` in place of its second row."""
    sample = re.search(r'<row r="2".*?</row>', xml, re.DOTALL)
    if sample is None:
        raise ValueError("the sheet has no second row to take the styles from")
    styles = dict(re.findall(r'<c r="([A-Z]+)2"( s="\d+")?', sample.group()))
    letters = sorted(styles, key=lambda letter: (len(letter), letter))
    last = f"{letters[-1]}{rows.height + 1}"
    yield re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="A1:{last}"/>', xml[: sample.start()])
    for start in range(0, rows.height, BATCH):
        batch = rows.slice(start, BATCH).with_columns(
            cs.boolean().cast(pl.String), cs.temporal().cast(pl.String)
        )
        number = pl.int_range(start + 2, start + 2 + batch.height).cast(pl.String)
        cells = [
            _cell(name, dtype == pl.String, letter, number, styles[letter])
            for (name, dtype), letter in zip(batch.schema.items(), letters, strict=True)
        ]
        row = pl.concat_str(pl.lit('<row r="'), number, pl.lit('">'), *cells, pl.lit("</row>"))
        yield "".join(batch.select(row.alias("row"))["row"])
    yield xml[sample.end() :]


def _cell(name: str, text: bool, letter: str, number: pl.Expr, style: str) -> pl.Expr:
    """Return one column's cells; an empty one where there is no value."""
    value = pl.col(name).cast(pl.String)
    opened = pl.concat_str(pl.lit(f'<c r="{letter}'), number)
    if text:
        for sign, safe in ((CONTROL, ""), ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            value = value.str.replace_all(sign, safe)
        before, after = '"{} t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
    else:
        before, after = '"{}><v>', "</v></c>"
    full = pl.concat_str(opened, pl.lit(before.format(style)), value, pl.lit(after))
    return pl.when(value.is_null()).then(pl.concat_str(opened, pl.lit(f'"{style}/>'))).otherwise(full)
