"""No file ends the process that reads it, and none is read without end."""

from __future__ import annotations

import io
import re
import zipfile

import polars as pl
import pytest
import xlsxwriter

from insiders_assets_tests.ingest.exports import HEADER, csv, good, read

NAMES = HEADER.split(",")


def workbook(rows):
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Orders")
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    return written.getvalue()


def changed(content, member, old, new):
    """A workbook with a part of one of its members changed."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for info in before.infolist():
            data = before.read(info)
            after.writestr(
                info.filename, re.sub(old, new, data, count=1) if info.filename == member else data
            )
    return written.getvalue()


def far_cell():
    end = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return changed(workbook([NAMES, *good(3)]), "xl/worksheets/sheet1.xml", b"</sheetData>", end)


def false_count():
    return changed(
        workbook([NAMES, *good(3)]),
        "xl/sharedStrings.xml",
        b'uniqueCount="\\d+"',
        b'uniqueCount="4000000000000"',
    )


def long_text():
    return changed(workbook([NAMES, *good(3)]), "xl/sharedStrings.xml", b"WHITE LANTERN", b"W" * (600 << 20))


@pytest.mark.parametrize("bomb", [far_cell, false_count, pytest.param(long_text, marks=pytest.mark.full)])
def test_a_workbook_that_asks_for_more_memory_than_there_is_goes_to_quarantine(tmp_path, bomb):
    found = read(tmp_path, bomb(), "bomb.xlsx")
    assert found.outcome.set_aside or found.outcome.rows_transactions == 3
    assert "nobody foresaw" not in found.outcome.set_aside


def test_the_far_cell_is_told(tmp_path):
    assert "cannot be read within" in read(tmp_path, far_cell(), "bomb.xlsx").outcome.set_aside


def test_a_file_has_at_most_as_many_rows_as_the_setting_says(tmp_path):
    assert "has more than 4 rows" in read(tmp_path, csv(*good(5)), max_rows=4).outcome.set_aside
    assert not read(tmp_path, csv(*good(4)), max_rows=4).outcome.set_aside
    written = io.BytesIO()
    pl.DataFrame({name: [field] for name, field in zip(NAMES, good(1)[0], strict=True)}).select(
        pl.all().repeat_by(1000).explode()
    ).write_parquet(written)
    outcome = read(tmp_path, written.getvalue(), "long.parquet", max_rows=999).outcome
    assert "has more than 999 rows" in outcome.set_aside
