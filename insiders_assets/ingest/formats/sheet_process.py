"""Reads a workbook in a process of its own, whose memory and time are bounded, and writes its sheets as parquet.

A few bytes can make a parser of workbooks ask for more memory than there is, and it then ends its process. That
process is this one: ``python -m insiders_assets.ingest.formats.sheet_process``, started by
:mod:`insiders_assets.ingest.formats.workbook`, which reads what is left in the folder.
"""

from __future__ import annotations

import ctypes
import json
import logging
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.formats.cells import HEADER_ROWS, as_text, header_row
from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.model import MOST_COLUMNS

if TYPE_CHECKING:
    from fastexcel import ExcelReader

CONTENTS = "contents.json"
"""What was found: an error, or the sheets in their order, each with its name, its first rows and its rows' file."""
_DIE_WITH_PARENT = 1
"""``PR_SET_PDEATHSIG`` of ``prctl(2)``."""


def main(path: str, folder: str, sheet: str, mapping: str, memory: str) -> None:
    """Read a workbook and write what is in it.

    Args:
        path: The workbook.
        folder: Where the sheets go.
        sheet: The only sheet wanted; every visible one if empty.
        mapping: What columns are called, as JSON.
        memory: Bytes that reading may take.
    """
    with suppress(AttributeError, OSError):  # only where there is prctl
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = contents(Path(path), Path(folder), sheet, Mapping.model_validate_json(mapping))
    (Path(folder) / CONTENTS).write_text(json.dumps(found))


def contents(path: Path, folder: Path, sheet: str, mapping: Mapping) -> dict[str, Any]:
    """Return what is in a workbook; see :data:`CONTENTS`."""
    import fastexcel

    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of every column with nothing in it
    try:
        reader = fastexcel.read_excel(path)
        names = reader.sheet_names
        if sheet and sheet not in names:
            return {"missing": names}
        sheets = [
            _sheet(reader, name, folder, at, mapping) for at, name in enumerate(names) if sheet in ("", name)
        ]
    except fastexcel.FastExcelError as error:
        return {"damaged": str(error).splitlines()[0]}
    shown = [each for each in sheets if each["visible"]] or sheets
    return {"sheets": sheets if sheet else shown}


def _sheet(reader: ExcelReader, name: str, folder: Path, at: int, mapping: Mapping) -> dict[str, Any]:
    """Return one sheet: the first rows as text, and where the rows below the names of its columns are."""
    import fastexcel

    visible = reader.load_sheet(name, header_row=None, n_rows=0).visible == "visible"
    found: dict[str, Any] = {"name": name, "visible": visible, "top": [], "header": None, "rows": None}
    try:
        top = _load(reader, name, rows=HEADER_ROWS)
        if top.width > MOST_COLUMNS:
            return found | {"wide": True}
        found["top"] = [list(row) for row in top.rows()]
        header = header_row(top.rows(), mapping)
        found["header"] = header
        if header is None and top.height:
            filled = top.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
            found["header"] = filled.arg_max() or 0
        found["recognised"] = header is not None
        if top.height:
            frame = pl.DataFrame(
                [as_text(column) for column in _load(reader, name, skip=found["header"] + 1)]
            )
            file = folder / f"{at}.parquet"
            frame.write_parquet(file, compression="uncompressed")
            found["rows"] = file.name
    except fastexcel.FastExcelError as error:
        found["damaged"] = str(error).splitlines()[0]
    return found


def _load(reader: ExcelReader, name: str, *, skip: int = 0, rows: int | None = None) -> pl.DataFrame:
    """Return rows of a sheet, counted from its very first, so that they keep their numbers.

    Args:
        reader: The workbook.
        name: The sheet's name.
        skip: Rows left out at the top.
        rows: Rows read, as text; all of them, with their types, if None: numbers then keep every digit.
    """
    import fastexcel

    try:
        sheet = reader.load_sheet(
            name,
            header_row=None,
            skip_rows=skip,
            n_rows=rows,
            dtypes="string" if rows else None,
            schema_sample_rows=None,
            whitespace_as_null=True,
        )
    except fastexcel.InvalidParametersError:  # there is no row left
        return pl.DataFrame()
    return sheet.to_polars() if sheet.width else pl.DataFrame()


if __name__ == "__main__":
    main(*sys.argv[1:])
