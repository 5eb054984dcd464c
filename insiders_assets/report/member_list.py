"""The member list as files people open: ``members.csv`` for programs, ``members.xlsx`` for desks.

Both neutralise formula injection: an id or a reason that starts like a formula must not run when a spreadsheet opens
it. In Excel every text is written as text; in CSV, which has no types, it gets an apostrophe.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.messages import with_facts, without_facts
from insiders_assets.contracts.programme import MEMBERS
from insiders_assets.formulas import csv_line, csv_rows
from insiders_assets.language import DEFAULT
from insiders_assets.presentation.columns import heading, meaning

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from insiders_assets.contracts.table import Column
    from insiders_assets.language import Language
    from insiders_assets.report.report_inputs import ReportInputs

COLUMNS = tuple(column for column in MEMBERS.columns if column.name in without_facts(MEMBERS.names))
"""What is listed of a member: what people read, and not the facts that it is made of."""

SHEET_ROWS = 1_048_575
"""Rows that fit an Excel sheet below its header."""

WIDTHS = {"customer_id": 14, "reason": 60, "headline": 22, "next_step": 60, "cluster_name": 30, "country": 20}


def write_csv(members: pl.DataFrame, path: Path) -> None:
    """Write ``members.csv``: UTF-8, columns as in the contract, shortest exact numbers, the same bytes each time."""
    listed = members.select(column.name for column in COLUMNS)
    path.write_bytes(csv_line(listed.columns).encode() + csv_rows(listed))


def write_xlsx(inputs: ReportInputs, path: Path) -> None:
    """Write ``members.xlsx``: a sheet of members and one that says what it is. Memory does not grow with members."""
    import xlsxwriter

    from insiders_assets.report.xlsx_rows import fill

    words, members = inputs.words, _rendered(inputs)
    starts = range(0, max(members.height, 1), SHEET_ROWS)
    sheets = {number: members.slice(start, SHEET_ROWS) for number, start in enumerate(starts, start=1)}
    pattern = path.with_suffix(".pattern")
    # Its temporary files lie beside it: the folder goes if this run is killed, the system's would keep them.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(pattern), options) as book:
        # The as-of date rather than now: the same members give the same bytes.
        book.set_properties(
            {"title": words.text("Insiders: members"), "created": datetime.combine(inputs.as_of, time())}
        )
        for number, rows in sheets.items():
            name = words.text("Members") + (f" {number}" if number > 1 else "")
            _members(book, book.add_worksheet(name), words, rows.height)
        _about(book, book.add_worksheet(words.text("About")), inputs)
    fill(pattern, path, sheets)
    pattern.unlink()


def _rendered(inputs: ReportInputs) -> pl.DataFrame:
    """Return the members with reasons and cluster names as the report tells them in the reader's language."""
    members, words = inputs.members, inputs.words
    names = (
        ("cluster_name",) if words.name == DEFAULT else ("reason", "cluster_name", "headline", "next_step")
    )
    said = [pl.Series(name, _said(words, members, name), dtype=pl.String) for name in names]
    return members.select(column.name for column in COLUMNS).with_columns(said)


def _said(words: Language, members: pl.DataFrame, name: str) -> list[str]:
    """Return what each member's column says."""
    facts = [each for each in with_facts(name) if each in members.columns]
    return [words.said(dict(zip(facts, row, strict=True)), name) for row in members.select(facts).iter_rows()]


def _members(book: Workbook, sheet: Worksheet, words: Language, rows: int) -> None:
    """A header, and one empty row with each column's format, to be filled."""
    header = book.add_format(
        {"bold": True, "bg_color": "#E8EEF5", "bottom": 1, "text_wrap": True, "valign": "top"}
    )
    for index, column in enumerate(COLUMNS):
        number_format = _format(book, column)
        sheet.set_column(index, index, WIDTHS.get(column.name, 13), number_format)
        sheet.write_string(0, index, heading(words, column.name), header)
        sheet.write_blank(1, index, None, number_format)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(rows, 1), len(COLUMNS) - 1)


def _format(book: Workbook, column: Column) -> Any:
    if column.dtype == "float64":
        return book.add_format({"num_format": "#,##0.00"})
    return book.add_format({"num_format": "@" if column.dtype == "str" else "#,##0"})


def _about(book: Workbook, sheet: Worksheet, inputs: ReportInputs) -> None:
    words, bold = inputs.words, book.add_format({"bold": True})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    lines = [
        (words.text("Members of the Insiders programme"), words.number(inputs.members.height)),
        (words.text("As of"), words.day(inputs.as_of)),
        (words.text("Segmentation model"), inputs.model_version),
        ("", ""),
        *((heading(words, column.name), meaning(words, column)) for column in COLUMNS),
    ]
    for row, (name, text) in enumerate(lines):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, text)
