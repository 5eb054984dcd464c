"""The member list: the same bytes for the same members, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import hypothesis
import polars as pl
import pytest
from hypothesis import strategies as st

from insiders_assets.contracts.messages import without_facts
from insiders_assets.contracts.programme import MEMBERS
from insiders_assets.formulas import csv_rows, guarded, harmless, unguarded
from insiders_assets.language import Language
from insiders_assets.report import build_report, xlsx_rows
from insiders_assets.report.member_list import write_csv, write_xlsx
from insiders_assets_tests.report_tables import refresh

FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=HYPERLINK("http://x")']


def test_members_csv_has_the_contract_columns_and_every_member_highest_revenue_first(tmp_path: Path) -> None:
    inputs = refresh(400)
    write_csv(inputs.members, tmp_path / "members.csv")
    read = pl.read_csv(tmp_path / "members.csv", schema_overrides={"customer_id": pl.String})
    assert read.columns == without_facts(MEMBERS.names)
    assert set(read["customer_id"]) == set(inputs.insiders.filter("is_member")["customer_id"])
    assert read["revenue"].to_list() == sorted(read["revenue"], reverse=True)


def test_both_files_are_byte_identical_whatever_the_row_order(tmp_path: Path) -> None:
    inputs = refresh(400)
    members = inputs.tables["members"].sample(fraction=1, shuffle=True, seed=3)
    other = replace(inputs, tables={**inputs.tables, "members": members})
    for name, given in (("one", inputs), ("other", other)):
        (tmp_path / name).mkdir()
        build_report(given, tmp_path / name)
    for file in ("members.csv", "members.xlsx", "report.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes(), file


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_text_that_begins_like_a_formula_is_neutralised_in_csv(formula: str) -> None:
    frame = harmless(pl.DataFrame({"customer_id": [formula, "17850"], "reason": ["Spent 5.", formula]}))
    told = "'" + re.sub("^([\t\r])", "\\1'", formula)
    assert frame["customer_id"].to_list() == [told, "17850"]
    assert frame["reason"].to_list() == ["Spent 5.", told]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("before", ["x;", "x,", "x\n", "x; ", 'x;"', "x|"])
@pytest.mark.parametrize("delimiter", [",", ";", "|"])
def test_no_reader_finds_a_formula_whatever_it_splits_at(formula: str, before: str, delimiter: str) -> None:
    frame = pl.DataFrame({"customer_id": ["1", before + formula], "reason": [before + formula, "y"]})
    rows = csv_rows(frame).decode()
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        read = csv.reader(io.StringIO(rows, newline=""), delimiter=delimiter, quoting=quoting)
        cells = [cell for row in read for cell in row]
        assert not [cell for cell in cells if cell.lstrip(' "').startswith(("=", "+", "-", "@", "＝"))]


def test_csv_is_read_back_as_it_was_and_only_what_needs_it_is_quoted() -> None:
    frame = pl.DataFrame(
        {"a": ["", None, 'q"x', "a,b", "x;y", "plain", " x"], "n": [1.5, None, 2, 3, 4, 5, 1e16]}
    )
    rows = csv_rows(frame)
    assert b'"x;y",4.0\n' in rows
    assert rows.replace(b'"x;y"', b"x;y") == frame.write_csv(include_header=False).encode()
    assert pl.read_csv(rows, has_header=False, new_columns=["a", "n"]).equals(frame)


@hypothesis.settings(deadline=None)
@hypothesis.given(st.text("=+-@;,|\t\n\r\"' 1aＩ＝", max_size=12))
def test_a_guarded_text_is_read_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
    guarded_frame = harmless(pl.DataFrame({"a": [text]}))
    assert unguarded(guarded_frame["a"][0]) == text


def test_numbers_with_a_sign_stay_numbers_in_a_row_as_it_stood() -> None:
    assert guarded("a,-5,+1.5,2") == "a,-5,+1.5,2"
    assert guarded("-5") == "-5"
    assert guarded("-5+cmd|x") == "'-5+cmd|x"


def test_negative_numbers_are_left_alone_because_numbers_cannot_run() -> None:
    frame = pl.DataFrame({"returned": [-3]})
    assert harmless(frame).equals(frame)


def test_excel_holds_every_text_as_text_and_no_formula_or_link(tmp_path: Path) -> None:
    inputs = refresh(200)
    first = inputs.members["customer_id"].head(len(FORMULAS)).to_list()
    members = inputs.tables["members"].with_columns(
        pl.col("customer_id").replace(dict(zip(first, FORMULAS, strict=True)))
    )
    write_xlsx(replace(inputs, tables={**inputs.tables, "members": members}), tmp_path / "members.xlsx")
    with zipfile.ZipFile(tmp_path / "members.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet
        assert not [name for name in book.namelist() if "rels" in name and "sheet1" in name]
    texts = pl.read_excel(
        tmp_path / "members.xlsx", engine="calamine", schema_overrides={"Customer": pl.String}
    )
    assert set(FORMULAS) - {"\t=1", "\r=1"} <= set(texts["Customer"])


def test_excel_has_all_members_a_heading_per_column_and_a_sheet_that_explains_them(tmp_path: Path) -> None:
    inputs = refresh(200)
    write_xlsx(inputs, tmp_path / "members.xlsx")
    members = pl.read_excel(tmp_path / "members.xlsx", sheet_name="Members")
    about = pl.read_excel(tmp_path / "members.xlsx", sheet_name="About", has_header=False)
    assert members.shape == (inputs.members.height, len(without_facts(MEMBERS.names)))
    assert members["Revenue"].to_list() == inputs.members["revenue"].to_list()
    assert set(members.columns) <= set(about["column_0"])


def test_what_xml_cannot_hold_is_escaped_or_left_out_and_a_missing_value_is_an_empty_cell(
    tmp_path: Path,
) -> None:
    inputs = refresh(100)
    texts = ["a & b <c> \x07\x1f\ufffe", " spaces kept ", None]
    members = inputs.members.head(3).with_columns(country=pl.Series(texts))
    write_xlsx(replace(inputs, tables={**inputs.tables, "members": members}), tmp_path / "members.xlsx")
    read = pl.read_excel(tmp_path / "members.xlsx", sheet_name="Members")
    assert read["Country"].to_list() == ["a & b <c> ", " spaces kept ", None]


def test_every_reason_of_a_long_list_is_in_the_readers_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_rows, "BATCH", 200)
    inputs = refresh(100)
    words = Language("pt_BR", "BRL")
    size = 401
    members = pl.concat([inputs.members] * -(-size // inputs.members.height)).head(size).with_columns(
        customer_id=pl.int_range(pl.len()).cast(pl.String),
        reason_code=pl.lit("reason.gross"),
        reason_args=pl.concat_str(
            pl.lit('{"days":2,"orders":'),
            pl.int_range(2, pl.len() + 2),
            pl.lit(',"value":10,"why":{"code":"why.nobody"}}'),
        ),
    )  # fmt: skip
    long = replace(inputs, tables={**inputs.tables, "members": members}, language="pt_BR", currency="BRL")
    write_xlsx(long, tmp_path / "members.xlsx")
    told = pl.read_excel(tmp_path / "members.xlsx", sheet_name="Membros")["Motivo"]
    assert told.len() == size
    assert told.to_list() == [words.said(row, "reason") for row in long.members.to_dicts()]
    assert told.str.contains("^R.*pedidos, o último há 2 dias").all()


def test_a_list_without_members_is_a_sheet_with_its_header(tmp_path: Path) -> None:
    inputs = refresh(100)
    write_xlsx(
        replace(inputs, tables={**inputs.tables, "members": inputs.members.clear()}),
        tmp_path / "members.xlsx",
    )
    read = pl.read_excel(tmp_path / "members.xlsx", sheet_name="Members", raise_if_empty=False)
    assert read.is_empty()


def test_members_beyond_one_sheet_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("insiders_assets.report.member_list.SHEET_ROWS", 50)
    inputs = refresh(200)
    write_xlsx(inputs, tmp_path / "members.xlsx")
    with zipfile.ZipFile(tmp_path / "members.xlsx") as book:
        names = re.findall(r'sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    sheets = [pl.read_excel(tmp_path / "members.xlsx", sheet_name=name) for name in names if name != "About"]
    assert [name for name in names if name != "About"][:2] == ["Members", "Members 2"]
    assert pl.concat(sheets)["Customer"].cast(pl.String).to_list() == inputs.members["customer_id"].to_list()
