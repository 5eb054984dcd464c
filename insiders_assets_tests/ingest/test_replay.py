"""Rejected rows are corrected in a sheet and taken back in: once, for good, and without losing any."""

import csv as csv_module
import io
import json
import shutil

import polars as pl
import pytest

from insiders_assets.corrections.replay import take_in, waiting
from insiders_assets.corrections.sheet import read_sheet, write_sheet
from insiders_assets.errors import UsageError
from insiders_assets.ingest import IngestRules
from insiders_assets.ingest.corrections import CELLS
from insiders_assets.ingest.mapping.schema import Mapping, Mappings
from insiders_assets.ingest.privacy import Privacy
from insiders_assets.ingest.rules import FileRules
from insiders_assets.storage.conservation import unbalanced
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.commands import failure, insiders, run
from insiders_assets_tests.ingest.exports import csv, good, row

RULES = IngestRules(FileRules(max_rejected=0.5))


class Shop:
    """A landing zone, a home, and a person with a spreadsheet."""

    def __init__(self, folder):
        self.landing, self.home, self.sheet = folder / "landing", folder / "home", folder / "sheet.csv"
        self.landing.mkdir()
        self.store = TransactionStore(self.home)

    def put(self, content, name="a.csv"):
        (self.landing / name).write_bytes(content)

    def ingest(self, rules=RULES):
        result = self.store.ingest(open_landing(str(self.landing)), rules)
        assert unbalanced(self.store) == []
        assert result.rows_read == result.rows_transactions + result.rows_quarantined
        return result

    def edit(self, change, rules=RULES, **save):
        """Write the sheet, let ``change`` have each row of it, save it, and take it back in."""
        write_sheet(self.sheet, waiting(self.store))
        rows = list(csv_module.DictReader(io.StringIO(self.sheet.read_text("utf-8-sig"))))
        kept = [line for line in rows if change(line) is not False]
        text = io.StringIO()
        writer = csv_module.DictWriter(text, rows[0].keys(), delimiter=save.get("separator", ","))
        writer.writeheader()
        writer.writerows(kept)
        content = text.getvalue().encode(save.get("encoding", "utf-8"))
        result = take_in(self.store, content, "sheet", rules.common.privacy)
        self.ingest(rules)
        return result

    def rows(self):
        return self.store.scan().collect().sort("source_file", "source_line")


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


def setting(**values):
    return lambda line: line.update(values)


@pytest.mark.parametrize("save", [{}, {"separator": ";"}, {"encoding": "cp1252"}, {"encoding": "utf-16"}])
def test_a_mended_row_becomes_a_transaction_of_its_file_on_its_line(shop, save):
    shop.put(csv(row(1), row(2, quantity="six", description="CAFÉ"), row(3), "a,b,c", row(5)))
    shop.ingest()
    result = shop.edit(lambda line: line["column"] == "quantity" and line.update(quantity="6"), **save)
    assert (len(result.corrected), len(result.rejected)) == (1, 1)
    rows = shop.rows()
    assert rows["source_line"].to_list() == [2, 3, 4, 6]
    assert rows.row(1, named=True)["description"] == "CAFÉ"
    assert rows["quantity"].to_list() == [6, 6, 6, 6]
    assert shop.store.rejected()["source_line"].to_list() == [5]


def test_a_row_that_could_not_be_taken_apart_is_mended_from_its_text(shop):
    shop.put(csv(row(1), "536399,85123A,LANTERN,6", row(3)))
    shop.ingest()
    values = dict(zip(CELLS, row(2), strict=False))

    def change(line):
        assert line["as_it_stood"] == "536399,85123A,LANTERN,6"
        line.update(values)

    assert len(shop.edit(change).corrected) == 1
    assert shop.rows()["invoice_no"].to_list() == ["536301", "536302", "536303"]


@pytest.mark.parametrize(
    "change", [setting(**dict.fromkeys(CELLS, "")), lambda line: False, setting(quantity="x y")]
)
def test_a_row_made_blank_or_taken_out_or_made_worse_is_still_rejected_and_still_counted(shop, change):
    shop.put(csv(row(1), row(2, quantity="six"), row(3)))
    before = shop.ingest()
    result = shop.edit(change)
    assert (len(result.corrected), len(result.rejected)) == (0, 1)
    after = shop.ingest()
    assert (after.rows_read, after.rows_quarantined) == (before.rows_read, before.rows_quarantined) == (3, 1)


def test_what_was_written_into_a_row_that_is_still_wrong_is_kept_with_the_new_reason(shop):
    shop.put(csv(row(1), row(2, quantity="six", unit_price="?"), row(3)))
    shop.ingest()
    (still,) = shop.edit(setting(quantity="6")).rejected
    assert (still.cells["quantity"], still.column, still.value) == ("6", "unit_price", "?")


def test_taking_in_the_same_sheet_again_changes_nothing(shop):
    shop.put(csv(row(1), row(2, quantity="six"), row(3)))
    shop.ingest()
    shop.edit(setting(quantity="6"))
    before, content = shop.rows(), shop.sheet.read_bytes().replace(b",six,", b",6,")
    again = take_in(shop.store, content, "sheet", Privacy())
    assert (again.corrected, len(again.unknown)) == ([], 1)
    assert not shop.ingest().changed
    assert shop.rows().equals(before)


def test_mended_rows_outlive_another_name_a_lost_lake_and_other_rules_but_not_another_content(shop):
    content = csv(row(1), row(2, quantity="six"), row(3))
    shop.put(content)
    shop.ingest()
    shop.edit(setting(quantity="60"))
    (shop.landing / "a.csv").rename(shop.landing / "b.csv")
    assert shop.ingest().rows_quarantined == 0
    shutil.rmtree(shop.store.folder)
    assert shop.ingest().rows_quarantined == 0
    assert shop.ingest(IngestRules(FileRules(max_rejected=0.4))).rows_quarantined == 0
    assert shop.rows()["quantity"].to_list() == [6, 60, 6]
    shop.put(content + b"\n" + csv(row(4)).split(b"\n", 1)[1], "b.csv")
    assert shop.ingest().rows_quarantined == 1


def test_a_file_set_aside_for_its_faults_comes_back_once_enough_of_them_are_mended(shop):
    shop.put(csv(*(row(number) for number in (7, 8, 9))), "b.csv")
    shop.put(csv(row(1), row(2, quantity="x"), row(3, quantity="y"), row(4, quantity="z")))
    assert shop.ingest().rows_transactions == 3
    first = shop.edit(lambda line: line["value"] == "x" and line.update(quantity="1"))
    assert (len(first.corrected), shop.ingest().rows_transactions) == (1, 5)
    assert shop.store.rejected()["source_line"].to_list() == [4, 5]


def test_a_mended_row_is_read_by_the_form_and_the_mapping_of_its_file(shop):
    mapping = Mapping(
        files=("*.txt",), columns={"line_total": "Total", "quantity": "Qtde"},
        returns={"column": "Tipo", "values": ["Troca"]}, date_order="day_first",
    )  # fmt: skip
    rules = IngestRules(FileRules(max_rejected=0.5), Mappings(exports=(mapping,)))
    header = "InvoiceNo;StockCode;Qtde;InvoiceDate;Total;CustomerID;Tipo"
    lines = [
        "1;A1;2;25/03/2026;25,00;C1;Venda",
        "2;A1;dois;26/03/2026;25,00;C1;Troca",
        "3;A1;2;27/03/2026;25,00;;",
    ]
    shop.put("\n".join([header, *lines]).encode(), "a.txt")
    shop.ingest(rules)

    def change(line):
        assert (line["line_total"], line["return_flag"], line["unit_price"]) == ("25,00", "yes", "")
        line.update(quantity="2", invoice_date="05/04/2026", line_total="31,00")

    assert len(shop.edit(change, rules).corrected) == 1
    mended = shop.rows().row(1, named=True)
    assert (mended["quantity"], mended["unit_price"], f"{mended['invoice_date']:%Y-%m-%d}") == (
        -2,
        15.5,
        "2026-04-05",
    )


@pytest.mark.parametrize("name", ["a.xlsx", "a.parquet", "a.jsonl"])
def test_rows_of_tables_and_json_are_mended_too(shop, name):
    header, *rows = csv(row(1), row(2, quantity="six"), row(3)).decode().splitlines()
    table = pl.DataFrame([line.split(",") for line in rows], schema=header.split(","), orient="row")
    write = {"a.xlsx": table.write_excel, "a.parquet": table.write_parquet, "a.jsonl": table.write_ndjson}[
        name
    ]
    write(shop.landing / name)
    shop.ingest()
    assert len(shop.edit(setting(quantity="6")).corrected) == 1
    assert shop.ingest().rows_quarantined == 0


def test_a_row_whose_file_is_gone_waits_for_the_file(shop):
    shop.put(csv(row(1), row(2, quantity="six"), row(3)))
    shop.put(csv(row(7), row(8)), "b.csv")
    keep = IngestRules(RULES.common, removed_files="keep")
    shop.ingest(keep)
    (shop.landing / "a.csv").unlink()
    shop.ingest(keep)
    result = shop.edit(setting(quantity="6"), keep)
    assert (len(result.corrected), len(result.rejected), result.absent) == (0, 1, 1)


def test_a_value_that_a_spreadsheet_would_run_comes_through_the_sheet_as_it_was(shop):
    risky = ["=1+1", "+1", "-1", "@x", "'quoted", "'=1", "-", "plain"]
    shop.put(csv(*[row(n, description=text, quantity="?") for n, text in enumerate(risky, 1)], *good(30)))
    shop.ingest()
    rows = waiting(shop.store)
    write_sheet(shop.sheet, rows)
    found = read_sheet(shop.sheet.read_bytes(), "sheet")
    assert [found[each.key]["description"] for each in rows] == risky
    cells = [line.split(",")[8] for line in shop.sheet.read_text("utf-8-sig").splitlines()[1:]]
    assert [cell for cell in cells if cell.startswith(("=", "@"))] == []


def test_what_is_not_kept_is_in_neither_sheet_nor_mended_rows(shop):
    private = IngestRules(FileRules(max_rejected=0.5, privacy=Privacy((), ("customer_id",), "secret")))
    shop.put(csv(row(1), row(2, quantity="six", customer_id="90210"), row(3)))
    shop.ingest(private)
    write_sheet(shop.sheet, waiting(shop.store))
    assert b"90210" not in shop.sheet.read_bytes()
    values = dict(zip(CELLS, row(2, customer_id="90210"), strict=False))
    assert len(shop.edit(setting(**values), private).corrected) == 1
    held = [path.read_bytes() for path in shop.home.rglob("*") if path.is_file()]
    kept = pl.concat(
        [shop.rows().cast(pl.String), shop.store.corrected.read().cast(pl.String)], how="diagonal"
    )
    assert b"90210" not in b"".join(held)
    assert "90210" not in kept.write_csv()
    assert shop.rows()["customer_id"].n_unique() == 2
    assert shop.ingest(RULES).rows_quarantined == 1  # under other rules it has to be corrected again


def test_a_sheet_that_is_none_is_refused_in_one_line():
    with pytest.raises(UsageError, match="keep the first line as it was"):
        read_sheet(csv(*good(2)), "sheet.csv")
    with pytest.raises(UsageError, match="is empty"):
        read_sheet(b"", "sheet.csv")


def test_the_command_writes_the_sheet_takes_it_back_and_says_so_in_one_line(refreshed, tmp_path):
    landing, home = refreshed.copy(tmp_path)
    nothing_read = insiders("replay", "--landing", landing, "--home", tmp_path / "new")
    assert "read exports first" in failure(nothing_read, 1)
    before = refreshed.said["rows"]
    sheet = home / "quarantine" / "to_mend.csv"
    said = insiders("replay", "--landing", landing, "--home", home)
    assert said.stdout.count("\n") == 1
    assert f"{before['quarantined']} rejected rows written to {sheet}" in said.stdout
    sheet.write_bytes(sheet.read_bytes().replace(b",six,", b",6,"))
    said = insiders("replay", "--landing", landing, "--home", home, "--json")
    assert said.returncode == 0, said.stderr
    facts = json.loads(said.stdout)
    assert facts["mended"] > 0
    assert facts["mended"] + facts["still_rejected"] == before["quarantined"]
    after = json.loads((home / "reports" / "latest" / "report.json").read_text())["rows"]
    assert after["transactions"] == before["transactions"] + facts["mended"]
    again = insiders("replay", "--landing", landing, "--home", home)
    assert (
        again.stdout
        == f"0 rows corrected and taken in; {facts['still_rejected']} still rejected (in {sheet}).\n"
    )
    assert run(landing, home)["nothing_new"]
