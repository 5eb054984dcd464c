"""Small CSV files that people keep in a home, read as text with the line of each row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.errors import UsageError

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Collection, Iterator

    from insiders_assets.places import Place

LONGEST_CELL = 32 << 20
"""Characters of one cell: more than the longest row of an export, whole rows of which stand in cells of ours."""
SAME = {"id": "customer_id", "is the same person as": "same_as"}
"""What else a column may be called."""


def read_csv(path: Place, *, required: Collection[str], allowed: Collection[str]) -> pl.DataFrame:
    """Return a file's rows as text, in its own columns and ``line``; blanks around values and empty rows go.

    Args:
        path: The file, UTF-8, with a header.
        required: Columns that it must have.
        allowed: Further columns that it may have.

    Raises:
        UsageError: It cannot be read, a column is unknown or lacking, or a row has more or fewer cells.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot be read as text in UTF-8 ({type(error).__name__})", where=str(path), hint="correct it"
        ) from None
    reader = _cells(text, path)
    _, names = next(reader, (1, []))
    header = [SAME.get(name, name) for name in (cell.strip().lower() for cell in names)]
    for name in header:
        if name not in (*required, *allowed) or header.count(name) > 1:
            twice = "stands twice" if header.count(name) > 1 else "is no column here"
            raise UsageError(
                f"{name!r} {twice}",
                where=f"{path} (line 1)",
                hint=f"choose among {', '.join((*required, *allowed))}",
            )
    if lacking := [name for name in required if name not in header]:
        raise UsageError(f"has no column {lacking[0]}", where=f"{path} (line 1)", hint="add it to the header")
    rows = []
    for line, cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise UsageError(
                f"has {len(cells)} cells, and the header has {len(header)}",
                where=f"{path} (line {line})",
                hint="put texts with commas in quotes",
            )
        rows.append([line, *(cell.strip() for cell in cells)])
    schema = {"line": pl.Int64} | dict.fromkeys(header, pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def csv_rows(text: str) -> Reader:
    """Return the cells of each row of a file of ours or of a person's, however long a cell is."""
    csv.field_size_limit(LONGEST_CELL)  # of the process; 128 KB otherwise, which a row without an end exceeds
    return csv.reader(io.StringIO(text, newline=""))


def _cells(text: str, path: Place) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each row, with the line that it ends on."""
    reader = csv_rows(text)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:  # a cell without an end, most likely a quote that nobody closes
        raise UsageError(
            f"holds a row that cannot be read ({error})",
            where=f"{path} (line {reader.line_num})",
            hint="close the quote that opens in it, or take the row out",
        ) from None


def records(text: str) -> list[str]:
    """Return the rows of a file as they stand in it, each with its line end and those inside its quotes."""
    found, open_row = [], ""
    for line in text.splitlines(keepends=True):
        open_row += line
        if open_row.count('"') % 2 == 0:
            found.append(open_row)
            open_row = ""
    return [*found, open_row]
