"""Spreadsheets (.xlsx, .xls, .xlsb, .ods): every sheet that names our columns is an export."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.tabular import HEADER_ROWS, as_text, header_row, names, text_block

if TYPE_CHECKING:
    from fastexcel import ExcelReader

    from insiders_assets.ingest.blocks import Block, Export
    from insiders_assets.ingest.rules import FileRules


def open_sheets(source: Path | BinaryIO, rules: FileRules) -> dict[str, Callable[[], Export]]:
    """The exports in a workbook: the sheet the rules name, else every sheet whose columns are recognised.

    Args:
        source: The workbook.
        rules: How it is read.

    Returns:
        What opens each export, by its sheet's name; a lone one goes by the workbook's.

    Raises:
        ExportError: It cannot be read, or has no such sheet.
    """
    import fastexcel

    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of every column with nothing in it
    try:
        reader = fastexcel.read_excel(source if isinstance(source, Path) else source.read())
    except fastexcel.FastExcelError as error:
        raise ExportError(
            f"is a damaged workbook ({str(error).splitlines()[0]})", cure="save it again or export it as CSV"
        ) from None
    wanted = [rules.sheet] if rules.sheet else _shown(reader)
    if not set(wanted) <= set(reader.sheet_names):
        raise ExportError(
            f"has no sheet {rules.sheet} (it has {', '.join(reader.sheet_names)})", cure="correct the mapping"
        )
    sheets = {name: SheetExport(reader, name, rules) for name in wanted}
    found = {name: sheet for name, sheet in sheets.items() if sheet.is_recognised} or dict(
        list(sheets.items())[:1]
    )
    if not found:
        raise ExportError("is a workbook without a sheet", cure="take it away")
    return {name if len(found) > 1 else "": _opener(sheet) for name, sheet in found.items()}


def _shown(reader: ExcelReader) -> list[str]:
    """The sheets that a person sees: hidden ones are copies and scratch paper, read only where a mapping names one."""
    names = reader.sheet_names
    if len(names) < 2:
        return names
    shown = [
        name for name in names if reader.load_sheet(name, header_row=None, n_rows=0).visible == "visible"
    ]
    return shown or names


def _opener(sheet: SheetExport) -> Callable[[], Export]:
    return lambda: sheet


class SheetExport:
    """One sheet.

    Args:
        reader: The workbook.
        name: The sheet's name.
        rules: How it is read.
    """

    def __init__(self, reader: ExcelReader, name: str, rules: FileRules) -> None:
        self._reader, self._name, self._mapping = reader, name, rules.mapping

    @property
    def is_recognised(self) -> bool:
        """Whether one of its first rows names columns of ours."""
        return header_row(self._top.rows(), self._mapping) is not None

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        if not self._top.height:
            raise ExportError("is empty", cure="export it again or take it away")
        return names(self._top.row(self._header_row))

    @property
    def form(self) -> dict[str, Any]:
        """The sheet and the row of its header."""
        return {"kind": "workbook", "sheet": self._name, "header_line": self._header_row + 1}

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """Its rows; see :class:`insiders_assets.ingest.blocks.Export`."""
        first = self._header_row + 1
        frame = pl.DataFrame([as_text(column) for column in self._load(skip=first)])
        if not frame.height:
            return
        lines = pl.Series(range(first + 1, first + 1 + frame.height), dtype=pl.Int64)
        filled = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
        yield text_block(frame.filter(filled), lines.filter(filled), positions)

    @cached_property
    def _top(self) -> pl.DataFrame:
        return self._load(rows=HEADER_ROWS)

    @property
    def _header_row(self) -> int:
        found = header_row(self._top.rows(), self._mapping)
        if found is not None:
            return found
        filled = self._top.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
        return filled.arg_max() or 0

    def _load(self, *, skip: int = 0, rows: int | None = None) -> pl.DataFrame:
        """Rows of the sheet, counted from its very first, so that they keep their numbers.

        Args:
            skip: Rows left out at the top.
            rows: Rows read, as text; all of them, with their types, if None: numbers then keep every digit.
        """
        import fastexcel

        try:
            sheet = self._reader.load_sheet(
                self._name,
                header_row=None,
                skip_rows=skip,
                n_rows=rows,
                dtypes="string" if rows else None,
                schema_sample_rows=None,
                whitespace_as_null=True,
            )
        except fastexcel.InvalidParametersError:  # there is no row left
            return pl.DataFrame()
        except fastexcel.FastExcelError as error:
            raise ExportError(
                f"has a sheet {self._name} that cannot be read ({str(error).splitlines()[0]})",
                cure="save it again or export it as CSV",
            ) from None
        return sheet.to_polars() if sheet.width else pl.DataFrame()
