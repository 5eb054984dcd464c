"""What each way of writing a date, a number, a quantity or an identifier is read as, by its value."""
# ruff: noqa: E501

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from insiders_assets.errors import ExportError, UsageError
from insiders_assets.ingest.formats.cells import text_block
from insiders_assets.ingest.inspection.inference import propose
from insiders_assets.ingest.mapping.schema import Mapping, read_mappings
from insiders_assets.ingest.parsing.dates import DateEvidence, iso, to_datetime
from insiders_assets.ingest.parsing.ids import unified, zeros_mean_nothing
from insiders_assets.ingest.parsing.numbers import NumberEvidence, to_float, to_int, without_unit
from insiders_assets.ingest.sniffing.column_profile import column_profiles
from insiders_assets_tests.ingest.exports import csv, good, read, row

MORNING, NIGHT = datetime(2025, 1, 3, 9, 5), datetime(2025, 1, 3, 21, 5)
DAY = datetime(2025, 1, 3)
LAST_SECOND = datetime(2016, 12, 31, 23, 59, 59)

DATES = {
    "2025-01-03": DAY, "2025-01-03 09:05": MORNING, "2025-01-03 09:05:00": MORNING, "2025-01-03T09:05:00": MORNING,
    "2025/01/03 09:05": MORNING, "2025-01-03T09:05:00.000000": MORNING, "2025-01-03T09:05:00Z": MORNING,
    "2025-01-03T09:05:00+02:00": MORNING, "2025-01-03 09:05:00+00": MORNING, "2025-01-03 09:05:00-0330": MORNING,
    "2025-01-03 09:05:00.5+00": MORNING + timedelta(milliseconds=500), "2025-01-03 09:05:00 UTC": MORNING,
    "2025-01-03T09:05:00+01:00[Europe/Paris]": MORNING, "2025-01-03 09:05 PM": NIGHT,
    "03/01/2025": DAY, "3/1/2025 9:05": MORNING, "03-01-25 09:05": MORNING, "03.01.2025, 09:05": MORNING,
    "03/01/2025 9:05 a.m.": MORNING, "03/01/2025 09:05 PM": NIGHT, "03/01/2025 12:30 AM": datetime(2025, 1, 3, 0, 30),
    "03/01/2025 12:30 PM": datetime(2025, 1, 3, 12, 30), "09:05 03/01/2025": MORNING, "03/01/2025 09h05": MORNING,
    "3 Jan 2025": DAY, "03-Jan-25": DAY, "January 3rd, 2025 9:05 am": MORNING, "Jan 3, 2025 9:05:00 PM PST": NIGHT,
    "3 de janeiro de 2025 09:05 hs.": MORNING, "3 de enero de 2025 a las 09:05": MORNING, "1er mars 2025": datetime(2025, 3, 1),
    "3. Januar 2025 um 09:05 Uhr": MORNING, "vendredi 3 janvier 2025 à 09:05": MORNING, "3 gennaio 2025 ore 09:05": MORNING,
    "sexta-feira, 3 de janeiro de 2025 às 09:05": MORNING, "3 januari 2025 om 09:05 uur": MORNING, "3 de março de 2025": datetime(2025, 3, 3),
    "3 fevereiro 2025": datetime(2025, 2, 3), "2025-Jan-03 09:05": MORNING, "5 mai 2025": datetime(2025, 5, 5),
    "Fri Jan 03 2025 09:05:00 GMT+0000 (Coordinated Universal Time)": MORNING, "Fri, 03 Jan 2025 09:05:00 +0000": MORNING,
    "Fri Jan  3 09:05:00 UTC 2025": MORNING, "Fri 03/01/2025 09:05": MORNING,
    "20250103": DAY, "20250103T0905": MORNING, "20250103090500": MORNING, "2025010309": datetime(2025, 1, 3, 9),
    "1735895100": MORNING, "1735895100000": MORNING, "1735895100000000": MORNING, "45660": DAY, "45660.378472222": MORNING,
    "45660,378472222": MORNING,
    "2016-12-31 23:59:60": LAST_SECOND, "2016-12-31T23:59:60": LAST_SECOND, "31/12/2016 23:59:60": LAST_SECOND,
    "Dec 31, 2016 23:59:60": LAST_SECOND,
    "2016-12-31 23:59:61": None, "2016-12-31 24:00:00": None, "31/12/2016 23:60": None, "29/02/2025": None, "2025-02-30": None,
    "31/13/2025": None, "1969-12-31 23:59:59": None, "2200-01-01": None, "12345": None, "60001": None, "soon": None,
}  # fmt: skip
NUMBERS = {
    "point": {"1234.5": 1234.5, "1,234.50": 1234.5, "1 234.50": 1234.5, "1'234.50": 1234.5, "12.990": 12.99, "(5)": -5,
              "5-": -5, "-5": -5, "− 5": -5, "+5": 5, "£2.50": 2.5, "-£2.50": -2.5, "2.50 EUR": 2.5, "R$ 12.50": 12.5,
              "1e3": 1000, "1,23,456.00": 123456, ".5": 0.5, "1,234,567": 1234567, "1.2.3": None, "12 pcs": None,
              "NaN": None, "inf": None, "five": None, "--5": None},
    "comma": {"1.234,50": 1234.5, "1 234,50": 1234.5, "12.990": 12990, "12,990": 12.99, "R$ 12,50": 12.5, "(5,5)": -5.5,
              "5,5-": -5.5, "1.234.567": 1234567, "1e3": 1000, ",5": 0.5, "25": 25, "1,2,3": None},
}  # fmt: skip
PIECES = {"3": 3, "3.0": 3, "3 pcs": 3, "3 un.": 3, "12 Stück": 12, "2x": 2, "-3 pz": -3, "4 peças": 4, "1 kg": None,
          "1.5": None, "three": None}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), DATES.items())
def test_a_date(text, value):
    assert to_datetime(pl.Series([text, None]), "day_first").to_list() == [value, None]


def test_the_order_of_the_file_decides_on_dates_in_numbers_only():
    written = pl.Series(["03/01/2025", "3 Jan 2025", "2025-01-03"])
    assert to_datetime(written, "month_first").to_list() == [datetime(2025, 3, 1), DAY, DAY]


def test_no_form_of_iso_rolls_a_leap_second_over():
    texts = pl.Series(["2016-12-31 23:59:60", "2016-12-31T23:59:60"])
    assert iso(texts).null_count() == 2


@pytest.mark.parametrize("mark", NUMBERS)
def test_numbers(mark):
    for text, value in NUMBERS[mark].items():
        assert to_float(pl.Series([text]), mark).to_list() == [value], text


def test_quantities():
    for text, value in PIECES.items():
        assert to_int(without_unit(pl.Series([text])), "point").to_list() == [value], text


@pytest.mark.parametrize(
    ("prices", "mark"),
    [(["12.990", "990"], None), (["12,990", "990"], None), (["12.990", "2.55"], "point"), (["12.990", "0.035"], "point"),
     (["12.990", "12990"], "point"), (["12.990", "1.990.500"], "comma"), (["12,990", "2,55"], "comma"), (["5", "6"], "point")],
)  # fmt: skip
def test_the_decimal_mark_is_told_by_the_whole_file_or_asked_for(prices, mark):
    evidence = NumberEvidence()
    evidence.add(pl.Series(prices))
    if mark is None:
        with pytest.raises(ExportError, match="INSIDERS_DECIMAL"):
            evidence.mark("auto")
    else:
        assert evidence.mark("auto") == mark


@pytest.mark.parametrize("rows", [3, 70])
def test_points_that_may_stand_between_thousands_are_a_question(tmp_path, rows):
    dear = [row(number, unit_price=f"{number % 90 + 1}.990") for number in range(rows)]
    asked = read(tmp_path, csv(*dear))
    assert "decimal point and with a decimal comma, such as" in asked.outcome.set_aside
    assert read(tmp_path, csv(*dear), decimal="comma").column("unit_price")[0] == 1990
    assert read(tmp_path, csv(*dear), decimal="point").column("unit_price")[0] == 1.99
    # One price that can only be read in one way answers it, wherever it stands.
    assert read(tmp_path, csv(*dear, row(99, unit_price="2.5"))).column("unit_price")[0] == 1.99


def test_goods_by_weight_keep_their_money(tmp_path):
    rows = [row(1, quantity="0.35", unit_price="12"), row(2, quantity="-1.5", unit_price="2"), row(3, quantity="4", unit_price="3")]  # fmt: skip
    assert "decimal_quantities: true" in read(tmp_path, csv(*rows), max_rejected=0.1).outcome.set_aside
    found = read(tmp_path, csv(*rows), decimal_quantities=True)
    assert found.column("quantity") == [1, -1, 4]
    assert found.column("unit_price") == pytest.approx([4.2, 3.0, 3.0])
    kilos = Mapping(quantity_unit="kg")
    found = read(
        tmp_path, csv(row(1, quantity="0.35 kg", unit_price="12")), decimal_quantities=True, mapping=kilos
    )
    assert (found.column("quantity"), found.column("unit_price")) == ([1], pytest.approx([4.2]))
    assert (
        read(
            tmp_path, csv(*good(2), row(7, quantity="350 g")), decimal_quantities=True
        ).outcome.rows_quarantined
        == 1
    )


def test_dates_that_a_spreadsheet_half_swapped_are_told_and_can_be_put_right(tmp_path):
    written = ["2025-03-01 09:05:00", "2025-08-01 09:18:00", "13/01/2025 09:31", "18/01/2025 09:44"]
    rows = [row(number, invoice_date=date) for number, date in enumerate(written)]
    asked = read(tmp_path, csv(*rows)).outcome.set_aside
    assert "half swapped by a spreadsheet" in asked
    assert "2025-03-01" in asked
    assert "13/01/2025" in asked
    undone = read(tmp_path, csv(*rows), mapping=Mapping(swapped_dates="undo"))
    assert [date.day for date in undone.column("invoice_date")] == [3, 8, 13, 18]
    assert undone.column("invoice_date")[0] == MORNING
    kept = read(tmp_path, csv(*rows), mapping=Mapping(swapped_dates="keep"))
    assert kept.column("invoice_date")[0] == datetime(2025, 3, 1, 9, 5)
    late = [*rows, row(9, invoice_date="2025-01-25 10:00:00")]
    assert not read(tmp_path, csv(*late)).outcome.set_aside


def test_half_swapped_dates_are_told_when_the_first_blocks_were_plain():
    evidence = DateEvidence()
    evidence.add_iso(pl.Series([datetime(2025, 3, 1), None]))
    evidence.add(pl.Series(["13/01/2025"]))
    assert evidence.half_swapped
    evidence.add_iso(pl.Series([datetime(2025, 3, 13)]))
    assert not evidence.half_swapped


def test_a_date_format_of_the_mapping_is_the_only_one(tmp_path):
    rows = [row(1, invoice_date="01.03.25 9.05"), row(2, invoice_date="2025-01-03 09:05:00"), row(3, invoice_date="02.03.25 9.05")]  # fmt: skip
    found = read(tmp_path, csv(*rows), mapping=Mapping(date_format="%m.%d.%y %H.%M"))
    assert found.column("invoice_date") == [MORNING, datetime(2025, 2, 3, 9, 5)]
    assert found.outcome.rows_quarantined == 1


@pytest.mark.parametrize("form", ["%H:%M", "%d/%m", "%Q"])
def test_a_date_format_that_says_no_day_is_refused(form):
    with pytest.raises(UsageError, match="date_format"):
        read_mappings(f"exports: [{{date_format: '{form}'}}]", "mapping.yaml")


def test_one_person_in_many_spellings():
    spellings = ["Mary.O@Example.com", "mary.o@example.com", "mailto:mary.o@example.com", "mary.o@exam\u200bple.com", "\ufeffMARY.O@EXAMPLE.COM"]  # fmt: skip
    frame = pl.DataFrame({"invoice_no": "1", "stock_code": "A", "customer_id": spellings})
    assert unified(frame)["customer_id"].unique().to_list() == ["mary.o@example.com"]
    numbers = pl.DataFrame(
        {"invoice_no": "1.0", "stock_code": "A.0", "customer_id": ["9001", "9001.0", "9001.00"]}
    )
    assert unified(numbers).unique().rows() == [("1", "A.0", "9001")]


@pytest.mark.parametrize(
    ("ids", "same"), [(["9001", "0009001"], True), (["0009001", "0009002"], False), (["A-01", "01"], False), (["0", "00"], False)]
)  # fmt: skip
def test_leading_zeros_mean_nothing_where_a_number_stands_without_them_too(ids, same):
    assert zeros_mean_nothing(pl.Series(ids)) is same


def test_spellings_of_ids_are_counted(tmp_path):
    rows = [
        row(number, customer_id=name) for number, name in enumerate(["9001", "0009001", "9001.00", "9002"])
    ]
    found = read(tmp_path, csv(*rows))
    assert found.column("customer_id") == ["9001", "9001", "9001", "9002"]
    assert found.outcome.unified == {"decimals": 1, "leading zeros": 1}
    kept = [row(number, customer_id=name) for number, name in enumerate(["0009001", "0009002"])]
    assert read(tmp_path, csv(*kept)).column("customer_id") == ["0009001", "0009002"]


@pytest.mark.parametrize("column", ["customer_id", "invoice_no"])
def test_an_id_that_a_spreadsheet_rounded_is_nobodys(tmp_path, column):
    found = read(tmp_path, csv(*good(3), row(7, **{column: "5.40E+12"}), row(8, stock_code="1E+3")))
    assert found.outcome.rows_quarantined == 1
    assert found.faults.select("column", "value").row(0) == (column, "5.40E+12")
    assert "export the file again" in found.reasons


def test_a_mark_that_files_begin_with_is_part_of_no_value(tmp_path):
    found = read(
        tmp_path,
        csv(*good(3), row(4, invoice_no="\ufeff536304", quantity="\ufeff5", invoice_date="\ufeff2010-12-01")),
    )
    assert found.rows.tail(1).select("invoice_no", "quantity").row(0) == ("536304", 5)
    assert found.outcome.rows_quarantined == 0


def test_a_date_alone_in_another_year_moves_nothing(tmp_path):
    days = [row(number, invoice_date=f"2025-03-{number:02d} 10:00:00") for number in range(1, 26)]
    wrong = read(
        tmp_path,
        csv(*days, row(30, invoice_date="2026-03-20 10:00:00"), row(31, invoice_date="2052-03-20 10:00:00")),
    )
    assert max(wrong.column("invoice_date")).date().isoformat() == "2025-03-25"
    assert "is 360 days after every other date of the file" in wrong.reasons
    assert wrong.outcome.rows_quarantined == 2
    kept = read(tmp_path, csv(*days, row(30, invoice_date="2026-03-20 10:00:00")), date_gap_days=0)
    assert kept.outcome.rows_quarantined == 0
    # Late rows move nothing, and half a shop is no error.
    early = read(tmp_path, csv(*days, row(30, invoice_date="2019-03-20 10:00:00")))
    assert early.outcome.rows_quarantined == 0
    back = [row(number + 40, invoice_date=f"2026-01-{number:02d} 10:00:00") for number in range(1, 6)]
    assert read(tmp_path, csv(*days, *back)).outcome.rows_quarantined == 0


def test_a_row_dated_after_its_file_was_written_waits_in_quarantine(tmp_path):
    days = [row(number, invoice_date=f"2025-03-{number:02d} 10:00:00") for number in range(1, 26)]
    late = row(30, invoice_date="2025-04-02 10:00:00")
    written = datetime(2025, 3, 26, 8)
    found = read(tmp_path, csv(*days, late), arrived=written)
    assert "is after the day on which the file was written" in found.reasons
    assert found.outcome.rows_quarantined == 1
    assert (
        read(tmp_path, csv(*days, late), arrived=written, future_dates="keep").outcome.rows_quarantined == 0
    )
    # A time of writing that most rows contradict is not that of the export: it was copied by a program without a clock.
    assert read(tmp_path, csv(*days, late), arrived=datetime(1980, 1, 1)).outcome.rows_quarantined == 0


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("1970-01-01 00:00:00", "a day that programs write"),
        ("1970-01-02", "a day that programs write"),
        ("1980-01-01 00:00:00", "a day that programs write"),
        ("2000-01-01 00:00:00", "a day that programs write"),
        ("1900-01-01 00:00:00", "is not a date between"),
        ("0001-01-01 00:00:00", "is not a date between"),
    ],
)
def test_a_day_that_programs_write_for_none_is_a_rejected_row(tmp_path, day, reason):
    days = [row(number, invoice_date=f"2026-01-{number:02d} 10:00:00") for number in range(1, 29)]
    found = read(tmp_path, csv(*days[:9], row(30, invoice_date=day), *days[9:]))
    assert (found.outcome.rows_transactions, found.outcome.rows_quarantined) == (28, 1)
    assert reason in found.reasons
    assert min(found.column("invoice_date")).year == 2026


def test_a_day_that_programs_write_for_none_is_a_day_like_others_among_its_neighbours(tmp_path):
    turn = [row(number, invoice_date=f"1999-12-{number:02d} 10:00:00") for number in range(10, 30)]
    found = read(tmp_path, csv(*turn, row(40, invoice_date="2000-01-01 10:00:00")))
    assert found.outcome.rows_transactions == 21
    never = csv(*(row(number, invoice_date="1970-01-01") for number in range(3)))
    assert "a day that programs write" in read(tmp_path, never).outcome.set_aside


def test_numbers_of_orders_are_not_taken_for_dates_that_a_program_counts():
    names = ["Orden", "Cliente", "Fecha"]
    values = {
        "Orden": ["50001", "50002"],
        "Cliente": ["1735895100", "1735895101"],
        "Fecha": ["45660.4", "45661.5"],
    }
    export = Rows(names, pl.DataFrame(values))
    found, _ = column_profiles(export)
    assert [look.dates for look in found] == [0.0, 0.0, 0.0]
    proposed = propose(found, "*").mapping.columns
    assert proposed == {"invoice_no": "Orden", "customer_id": "Cliente", "invoice_date": "Fecha"}


class Rows:
    """An export of a frame."""

    def __init__(self, names, frame):
        self.header, self._frame = tuple(names), frame

    def blocks(self, positions):
        yield text_block(self._frame, pl.Series(range(self._frame.height), dtype=pl.Int64), positions)
