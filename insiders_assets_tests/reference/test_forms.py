"""The real data in every form they could arrive in give the same transactions, down to the last digit."""

import csv
import gzip
import io

import polars as pl
import pytest

from insiders_assets.ingest.mapping.header_aliases import FIELDS
from insiders_assets.ingest.rules import IngestRules
from insiders_assets.storage.conservation import unbalanced
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore

SLICE = 90
"""Trading days that a workbook is made of where the whole would take a minute to write."""
ROWS = 541_909
WIDELY_MOVED = pl.duration(days=2_190)
"""How far the company's own export moved its dates, whose times it left out."""


@pytest.fixture(scope="session")
def text(reference):
    """Every daily file as text, in order, read by nothing of ours."""
    days = sorted((reference / "data" / "online_retail" / "daily").glob("*.csv"))
    return pl.concat(pl.read_csv(day, infer_schema=False).with_columns(day=pl.lit(day.stem)) for day in days)


@pytest.fixture(scope="session")
def expected(text):
    return shape(
        text.select(
            invoice_no="InvoiceNo", stock_code="StockCode", description=pl.col("Description").str.strip_chars(),
            quantity=pl.col("Quantity").cast(pl.Int64),
            invoice_date=pl.col("InvoiceDate").str.to_datetime(time_unit="us"),
            unit_price=pl.col("UnitPrice").cast(pl.Float64), customer_id="CustomerID", country="Country",
        )
    )  # fmt: skip


def shape(rows):
    """Our columns, in an order that only the rows decide."""
    return rows.select(FIELDS).sort(FIELDS)


def typed(text):
    return text.select(
        "InvoiceNo", "StockCode", "Description", pl.col("Quantity").cast(pl.Int64),
        pl.col("InvoiceDate").str.to_datetime(time_unit="us"), pl.col("UnitPrice").cast(pl.Float64),
        pl.col("CustomerID").cast(pl.Float64), "Country",
    )  # fmt: skip


def ingested(landing, home):
    store = TransactionStore(home)
    result = store.ingest(open_landing(str(landing)), IngestRules())
    assert unbalanced(store) == []
    assert result.rows_read == result.rows_transactions
    return shape(store.scan().collect())


def as_parquet(text, path):
    typed(text).write_parquet(path)


def as_workbook(text, path):
    typed(text).write_excel(path, autofit=False)


def as_json_lines(text, path):
    path.write_bytes(typed(text).with_columns(pl.col("InvoiceDate").cast(pl.String)).write_ndjson().encode())


def as_packed_latin(text, path):
    rows = text.drop("day").write_csv(include_header=True).splitlines()
    content = "\r\n".join(row + "," for row in rows).encode("latin-1")
    path.write_bytes(gzip.compress(content, 1))


def as_semicolons(text, path):
    """Decimal commas, days first, semicolons, every text quoted."""
    shown = text.drop("day").with_columns(
        pl.col("UnitPrice").str.replace(".", ",", literal=True),
        pl.col("InvoiceDate").str.to_datetime().dt.to_string("%d/%m/%Y %H:%M:%S"),
    )
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerow(shown.columns)
    writer.writerows(["" if cell is None else cell for cell in row] for row in shown.iter_rows())
    path.write_bytes(written.getvalue().encode("utf-16"))


FORMS = {
    "a.parquet": as_parquet,
    "a.jsonl": as_json_lines,
    "a.csv.gz": as_packed_latin,
    "a.csv": as_semicolons,
}


def test_the_daily_files_give_what_another_reader_finds_in_them(reference, expected, tmp_path):
    found = ingested(reference / "data" / "online_retail" / "daily", tmp_path / "home")
    assert found.height == ROWS
    assert found.equals(expected)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.full) if name == "a.jsonl" else name for name in FORMS],
)
def test_one_file_of_any_form_gives_the_same_transactions(text, expected, tmp_path, name):
    landing = tmp_path / "landing"
    landing.mkdir()
    FORMS[name](text, landing / name)
    assert ingested(landing, tmp_path / "home").equals(expected)


def test_the_companys_own_export_differs_by_its_moved_days_alone(reference, expected, tmp_path):
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "own.csv.gz").symlink_to(reference / "data" / "online_retail" / "ecommerce.csv.gz")
    found = ingested(landing, tmp_path / "home")
    days = expected.with_columns(pl.col("invoice_date").dt.truncate("1d") + WIDELY_MOVED)
    assert found.equals(shape(days))


@pytest.mark.full
def test_a_workbook_of_whole_days_gives_the_same_transactions(text, tmp_path):
    landing = tmp_path / "landing"
    landing.mkdir()
    days = text["day"].unique().sort().head(SLICE)
    part = text.filter(pl.col("day").is_in(days.implode()))
    as_workbook(part, landing / "a.xlsx")
    as_semicolons(part, tmp_path / "a.csv")
    (tmp_path / "other").mkdir()
    (tmp_path / "a.csv").rename(tmp_path / "other" / "a.csv")
    found = ingested(landing, tmp_path / "home")
    assert found.height == part.height > 100_000
    assert found.equals(ingested(tmp_path / "other", tmp_path / "other-home"))


@pytest.mark.full
def test_a_workbook_of_everything_gives_the_same_transactions(text, expected, tmp_path):
    landing = tmp_path / "landing"
    landing.mkdir()
    as_workbook(text, landing / "a.xlsx")
    assert ingested(landing, tmp_path / "home").equals(expected)
