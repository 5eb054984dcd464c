"""Small CSV files that people keep in a home, read as text with the line of each row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from insiders_assets.places import Place

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
            f"cannot be read as text in UTF-8 ({type(error).__name__})", where=str(path), hint="mend it"
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    names = [cell.strip().lower() for cell in next(reader, [])]
    header = [SAME.get(name, name) for name in names]
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
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise UsageError(
                f"has {len(cells)} cells, and the header has {len(header)}",
                where=f"{path} (line {reader.line_num})",
                hint="put texts with commas in quotes",
            )
        rows.append([reader.line_num, *(cell.strip() for cell in cells)])
    schema = {"line": pl.Int64} | dict.fromkeys(header, pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def records(text: str) -> list[str]:
    """Return the rows of a file as they stand in it, each with its line end and those inside its quotes."""
    found, open_row = [], ""
    for line in text.splitlines(keepends=True):
        open_row += line
        if open_row.count('"') % 2 == 0:
            found.append(open_row)
            open_row = ""
    return [*found, open_row]
