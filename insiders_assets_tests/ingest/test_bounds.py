"""No file ends the process that reads it, and none is read without end."""

from __future__ import annotations

import io
import re
import zipfile

import polars as pl
import pytest
import xlsxwriter

from insiders_assets.ingest.formats import archives, parquet
from insiders_assets.ingest.formats import workbook as formats
from insiders_assets.ingest.formats.workbook import LONGEST_TEXT
from insiders_assets.ingest.mapping.header_words import fits, spoken_of
from insiders_assets_tests.ingest.exports import HEADER, csv, good, read, read_all

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


@pytest.mark.parametrize(("bomb", "told"), [(far_cell, "cannot be read within"), (false_count, "")])
def test_a_workbook_that_asks_for_more_memory_than_there_is_goes_to_quarantine(tmp_path, bomb, told):
    found = read(tmp_path, bomb(), "bomb.xlsx")
    assert found.outcome.set_aside or found.outcome.rows_transactions == 3
    assert told in found.outcome.set_aside
    assert "nobody foresaw" not in found.outcome.set_aside


SHARED, SHEET = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"
TEXT = b"W" * (2 * LONGEST_TEXT)
INLINE = b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + TEXT + b"</t></is></c></row></sheetData>"
PIECES = b"<r><t>W</t></r>" * (LONGEST_TEXT * (formats.MOST_PIECES + 1) // 15)


@pytest.mark.parametrize(
    ("member", "old", "new"),
    [
        (SHARED, b"WHITE LANTERN", TEXT),
        (SHEET, b"</sheetData>", INLINE),
        (SHARED, b"<t>WHITE LANTERN</t>", PIECES),
    ],
    ids=["shared", "in its cell", "in pieces"],
)  # fmt: skip
def test_a_text_that_no_workbook_can_hold_is_refused_before_it_is_parsed(
    tmp_path, monkeypatch, member, old, new
):
    long = changed(workbook([NAMES, *good(3)]), member, old, new)
    monkeypatch.setattr(formats, "_contents", lambda *_: pytest.fail("it was parsed"))
    assert "a text of more than 327,670 characters" in read(tmp_path, long, "long.xlsx").outcome.set_aside


def test_as_long_a_text_as_excel_writes_is_read(tmp_path):
    rows = good(3)
    rows[1][2] = "&" * 32_767  # five bytes each
    assert read(tmp_path, workbook([NAMES, *rows]), "long.xlsx").outcome.rows_transactions == 3


def test_a_name_of_a_million_letters_is_no_compound_of_known_words():
    """Taken apart at each of its letters, it would take hours."""
    assert fits("x" * 1_000_000) == {}
    assert spoken_of(("kundennummer" * 100_000,)) == set()
    assert spoken_of(("Kundennummer",)) == {"customer_id"}


def test_a_file_has_at_most_as_many_rows_as_the_setting_says(tmp_path):
    assert "has more than 4 rows" in read(tmp_path, csv(*good(5)), max_rows=4).outcome.set_aside
    assert not read(tmp_path, csv(*good(4)), max_rows=4).outcome.set_aside
    written = io.BytesIO()
    pl.DataFrame({name: [field] for name, field in zip(NAMES, good(1)[0], strict=True)}).select(
        pl.all().repeat_by(1000).explode()
    ).write_parquet(written)
    outcome = read(tmp_path, written.getvalue(), "long.parquet", max_rows=999).outcome
    assert "has more than 999 rows" in outcome.set_aside


def test_an_export_of_very_many_columns_is_refused(tmp_path):
    wide = csv(*(",".join([*fields, *["x"] * 993]) for fields in good(2)), header=HEADER + ",x" * 993)
    assert "has more than 1,000 columns" in read(tmp_path, wide).outcome.set_aside
    wide = workbook([[*fields, *["x"] * 993] for fields in (NAMES, *good(2))])
    assert "has more than 1,000 columns" in read(tmp_path, wide, "wide.xlsx").outcome.set_aside


def test_an_object_of_very_many_levels_is_damaged_json(tmp_path):
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000 + "\n"
    assert "nobody foresaw" not in read(tmp_path, deep.encode(), "deep.jsonl").outcome.set_aside


def test_a_value_that_stands_in_many_rows_is_measured_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "ALWAYS_ALLOWED", 1 << 20)
    cells = {name: [field] for name, field in zip(NAMES, good(1)[0], strict=True)}
    rows = pl.DataFrame(cells | {"Description": ["x" * 10_000]})
    written = io.BytesIO()
    rows.select(pl.all().repeat_by(2_000).explode()).write_parquet(written)
    assert len(written.getvalue()) < 40_000
    found = read(tmp_path, written.getvalue(), "bomb.parquet").outcome
    assert "unpacks to more than 500 times its size" in found.set_aside


def test_rows_of_parquet_that_take_much_room_come_a_few_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "BATCH_BYTES", 10_000)
    written = io.BytesIO()
    pl.DataFrame(good(200), schema=NAMES, orient="row").write_parquet(written)
    found = read(tmp_path, written.getvalue(), "a.parquet")
    assert found.outcome.rows_transactions == 200
    assert found.rows["source_line"].to_list() == list(range(2, 202))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parquet, "BATCH_BYTES", 1 << 20)
        assert read(tmp_path, written.getvalue(), "a.parquet").rows.equals(found.rows)


def test_an_archive_of_very_many_files_is_refused_and_one_of_many_is_opened_once(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 20)
    opened = []
    monkeypatch.setattr(archives, "open_zip", lambda path: opened.append(path) or zipfile.ZipFile(path))
    for count, told in ((20, ""), (21, "is an archive of more than 20 files")):
        opened.clear()
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            for number in range(count):
                archive.writestr(f"{number}.csv", csv(*good(1)))
        (tmp_path / "a.zip").write_bytes(written.getvalue())
        found = [export.outcome for export in read_all(tmp_path / "a.zip").values()]
        assert len(found) == (1 if told else count)
        assert all(told in outcome.set_aside for outcome in found)
        assert len(opened) <= 2
