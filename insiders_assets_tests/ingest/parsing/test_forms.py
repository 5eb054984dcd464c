"""Forms that the quick way of reading goes by."""

from __future__ import annotations

import polars as pl
import pytest

from insiders_assets.ingest.parsing.dates import DateEvidence, iso, plain_form, to_datetime
from insiders_assets.ingest.parsing.ids import fault_of, needs_care
from insiders_assets.ingest.parsing.numbers import to_int
from insiders_assets.ingest.parsing.row_boundaries import split_rows


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2025-01-31 10:20:30", "%Y-%m-%d %H:%M:%S"),
        ("2025-01-31", "%Y-%m-%d"),
        ("2025-01-31T10:20:30", "%Y-%m-%dT%H:%M:%S"),
        ("2025-01-31 10:20", "%Y-%m-%d %H:%M"),
        ("31/01/2025", None),
        ("2025-02-30", None),
    ],
)
def test_the_form_of_a_plain_date(text, form):
    assert plain_form(text) == form


@pytest.mark.parametrize(
    ("text", "is_a_day"),
    [("1969-12-31", False), ("1970-01-01", True), ("2199-12-31", True), ("2200-01-01", False)],
)
def test_days_that_a_shop_can_have_sold_on(text, is_a_day):
    for found in (
        to_datetime(pl.Series([text]), "day_first"),
        to_datetime(pl.Series([f"{text} 00:00 "]), "day_first"),
    ):
        assert found.is_not_null().to_list() == [is_a_day]


@pytest.mark.parametrize("text", ["1/2/3", "01/02/3", "2011/2/345", "123/4/5"])
def test_three_numbers_are_no_day_unless_one_can_be_a_year(text):
    assert to_datetime(pl.Series([text]), "day_first").to_list() == [None]


@pytest.mark.parametrize(
    ("text", "untidy", "answer"),
    [
        ("536365", False, False),
        ("536365.0", False, True),
        ("536365.00", False, True),
        ("536.0365", False, False),
        ("536365.0 ", True, True),
        ("536365.0 ", False, False),
        ("é", False, True),
        ("a@b.c", False, True),
    ],
)
def test_ids_that_may_be_written_in_more_ways_than_one(text, untidy, answer):
    frame = pl.DataFrame({"customer_id": [text]})
    care = needs_care({"customer_id": pl.col("customer_id")}, ["customer_id"] if untidy else [])
    assert frame.select(care).item() is answer
    other = needs_care({"invoice_no": pl.col("customer_id")}, ["invoice_no"] if untidy else [])
    assert frame.select(other).item() is (answer and "@" not in text)


def test_without_a_quote_character_a_quote_is_a_letter():
    rows = split_rows(b'a,"b\nc",d\n', ",", None, 2, final=True)
    assert rows.starts.tolist() == [0, 5]
    assert rows.fields.tolist() == [2, 2]
    assert not rows.broken.any()


def test_evidence_of_dates_is_what_the_forms_say():
    evidence = DateEvidence()
    evidence.add(pl.Series(["2025-01-31", "31/01/2025"]))
    assert evidence.order("auto") == "day_first"
    assert iso(pl.Series(["2025-01-31", "31/01/2025"])).is_not_null().to_list() == [True, False]


def test_ids_of_the_anonymous_are_reserved_for_customers_alone():
    assert fault_of("customer_id", "anonymous-1") is not None
    assert fault_of("invoice_no", "anonymous-1") is None
    assert fault_of("customer_id", None) is None


def test_the_largest_whole_number_that_a_decimal_holds_is_one():
    assert to_int(pl.Series(["9007199254740992.0", "9007199254740994.0", "6.5"]), "point").to_list() == [
        2**53, None, None
    ]  # fmt: skip
