"""Orders that stand in several exports: they count once, whichever way the files come and go, and no row is lost."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from insiders_assets.ingest.rules import IngestRules
from insiders_assets.settings import Settings
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.ingest.exports import HEADER, csv, row

LINES = [
    row(
        order,
        invoice_no=str(order),
        stock_code=f"A{line}",
        invoice_date=f"2025-01-{order:02d} 10:00:00",
        quantity=order,
    )
    for order in range(1, 21)
    for line in (1, 2)
]
"""Twenty orders of two lines each, one a day."""
WHOLE = sum(int(line[3]) for line in LINES)
EARLY, LATE = LINES[:24], LINES[20:]
"""Orders 1 to 12 and 11 to 20: two orders, four lines, in both."""


class Shop:
    def __init__(self, folder):
        self.landing = folder / "landing"
        self.landing.mkdir()
        self.store = TransactionStore(folder / "home")

    def ingest(self, **settings):
        found = self.store.ingest(
            open_landing(str(self.landing)), IngestRules.from_settings(Settings(**settings))
        )
        assert found.rows_read == found.rows_transactions + found.rows_quarantined
        return found

    def drop(self, **files):
        for name, lines in files.items():
            (self.landing / f"{name}.csv").write_bytes(csv(*lines))

    @property
    def units(self):
        return self.store.read()["quantity"].sum()


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


def test_an_order_in_two_files_counts_once(shop):
    shop.drop(a=EARLY, b=LATE)
    found = shop.ingest()
    assert shop.units == WHOLE
    assert (found.rows_read, found.rows_transactions, found.rows_quarantined) == (44, 40, 4)
    (note,) = found.files[1].notes
    assert note == "2 orders (4 rows worth 117.30) stand in a.csv, too; they count once"
    reasons = shop.store.rejected()["reason"].unique().to_list()
    assert reasons == ["stands in a.csv, too, with its whole order"]
    again = shop.ingest()
    assert (again.parsed, again.changed) == (0, False)
    assert shop.units == WHOLE


def test_which_file_comes_first_is_decided_by_name_and_not_by_the_day_it_came(shop, tmp_path):
    shop.drop(b=LATE)
    shop.ingest()
    shop.drop(a=EARLY)
    found = shop.ingest()
    assert shop.units == WHOLE
    assert [export.rows_transactions for export in found.files] == [24, 16]
    other = Shop(tmp_path / "x") if (tmp_path / "x").mkdir() is None else None
    other.drop(a=EARLY, b=LATE)
    other.ingest()
    assert other.store.read().equals(shop.store.read())


def test_what_a_file_gave_up_comes_back_when_the_other_goes(shop):
    shop.drop(a=EARLY, b=LATE)
    shop.ingest()
    (shop.landing / "a.csv").unlink()
    shop.ingest()
    assert shop.units == sum(int(line[3]) for line in LATE)
    shop.drop(a=EARLY[:2])
    shop.ingest()
    assert shop.units == sum(int(line[3]) for line in [*LATE, *EARLY[:2]])
    shop.drop(a=LINES, c=LATE)
    shop.ingest()
    assert shop.units == WHOLE


def test_the_setting_counts_them_each_time_and_says_so(shop):
    shop.drop(a=EARLY, b=LATE)
    found = shop.ingest(repeated_orders="each")
    assert shop.units == sum(int(line[3]) for line in [*EARLY, *LATE])
    assert "count each time" in found.files[1].notes[0]


def test_rows_that_repeat_without_their_order_count_and_are_told(shop):
    other = row(1, invoice_no="12", stock_code="B9", invoice_date="2025-01-12 10:00:00")
    shop.drop(a=EARLY, b=[LINES[22], other, *LINES[24:]])
    found = shop.ingest()
    assert found.rows_quarantined == 0
    assert "1 rows worth 30.60 stand in other exports, too" in found.files[1].notes[0]


def test_equal_lines_of_one_order_are_matched_one_by_one(shop):
    twice = [LINES[0], LINES[0]]
    shop.drop(a=[LINES[0], *LINES[2:4]], b=[*twice, *LINES[2:4]])
    shop.ingest()
    # Order 1 has two lines in the second file and one in the first: it does not repeat whole.
    assert shop.units == 1 + 2 + 2 + 1 + 1


def test_orders_of_two_shops_that_happen_to_have_the_same_number_are_others(shop):
    shop.drop(a=LINES, b=[[*line[:5], "9.99", *line[6:]] for line in LINES])
    assert shop.ingest().rows_quarantined == 0


def test_an_order_on_two_sheets_counts_once(shop):
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        for name, lines in (("spring", EARLY), ("summer", LATE)):
            sheet = book.add_worksheet(name)
            for number, cells in enumerate([HEADER.split(","), *lines]):
                sheet.write_row(number, 0, cells)
    (shop.landing / "year.xlsx").write_bytes(written.getvalue())
    found = shop.ingest()
    assert shop.units == WHOLE
    assert "stand in year.xlsx/spring, too" in found.files[1].notes[0]
