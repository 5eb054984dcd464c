"""Tables of transactions as hypothesis makes them, and every form an export can have."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
from hypothesis import strategies as st

from insiders_assets.ingest.doubts.nobody import _stands_for_nobody
from insiders_assets.ingest.doubts.services import _kind
from insiders_assets.ingest.parsing.numbers import unmistakable

NAMES = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]
Table = list[dict[str, Any]]
_MISSING = ("NULL", "null", "Null", "NaN", "nan", "None", "#N/A", "N/A", "\\N")


def _texts(alphabet: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Text that nothing is taken off of: no blanks around it, no tail of a decimal number, no word for nothing."""
    return st.text(alphabet, min_size=1, max_size=12).filter(
        lambda text: text == text.strip() and not text.endswith(".0") and text not in _MISSING
    )


PRINTABLE = st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Cn", "Co"), max_codepoint=0xFFFF)
WESTERN = st.characters(whitelist_categories=("L", "N", "P", "S", "Zs"), max_codepoint=0xFF)
WITH_LINE_ENDS = st.one_of(PRINTABLE, st.sampled_from("\n\r\t\",;|'\\"))


def _people(alphabet: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Ids that nobody asks about: no word or number for nobody, no e-mail address, no zero or apostrophe in front."""
    return _texts(alphabet).filter(
        lambda text: not (_stands_for_nobody(text) or "@" in text or text[0] in "0'")
    )


def _goods(alphabet: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Codes and names of goods: no word for shipping, vouchers or other services, which would be asked about."""
    return _texts(alphabet).filter(lambda text: not (_kind(text, "") or _kind("", text)))


def _is_plain(price: float) -> bool:
    """Whether a price cannot be read with its point between thousands."""
    return unmistakable(str(price)) == str(price)


def tables(alphabet: st.SearchStrategy[str]) -> st.SearchStrategy[Table]:
    """Tables of one to eight transactions."""
    seconds = st.integers(0, 7_000_000_000)
    return st.lists(
        st.fixed_dictionaries(
            {
                "InvoiceNo": _texts(alphabet),
                "StockCode": _goods(alphabet),
                "Description": st.none() | _goods(alphabet),
                "Quantity": st.integers(-(10**9), 10**9),
                "InvoiceDate": seconds.map(lambda count: datetime(1970, 1, 1) + timedelta(seconds=count)),
                "UnitPrice": st.floats(-1e9, 1e9, allow_nan=False)
                .map(lambda price: price + 0.0)
                .filter(_is_plain)
                | st.integers(0, 10**7).map(lambda cents: cents / 100),
                "CustomerID": st.none() | _people(alphabet),
                "Country": st.none() | _texts(alphabet),
            }
        ),
        min_size=1,
        max_size=8,
    )


@dataclass(frozen=True)
class Form:
    """A way to write a table.

    Attributes:
        write: Turns a table into the bytes of a file.
        rules: What the user has to say so that it can be read.
        alphabet: Characters it can hold.
        price: What becomes of a price's digits in it.
    """

    write: Callable[[Table], bytes]
    rules: dict[str, Any] = field(default_factory=dict)
    alphabet: st.SearchStrategy[str] = WITH_LINE_ENDS
    price: Callable[[float], float] = float


def as_csv(
    table: Table,
    *,
    separator: str = ",",
    end: str = "\n",
    encoding: str = "utf-8",
    quoting: int = csv.QUOTE_MINIMAL,
    number: Callable[[float], str] = repr,
    date: str = "%Y-%m-%d %H:%M:%S",
) -> bytes:
    """A table as delimited text."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerow(NAMES)
    for row in table:
        shown = row | {
            "Quantity": str(row["Quantity"]),
            "UnitPrice": number(row["UnitPrice"]),
            "InvoiceDate": row["InvoiceDate"].strftime(date),
        }
        writer.writerow(["" if shown[name] is None else shown[name] for name in NAMES])
    return written.getvalue().encode(encoding)


def _comma(price: float) -> str:
    """A price with decimal comma and points between thousands."""
    return f"{price:,.2f}".translate(str.maketrans(",.", ".,"))


def _frame(table: Table) -> pl.DataFrame:
    types = {"Quantity": pl.Int64, "InvoiceDate": pl.Datetime("us"), "UnitPrice": pl.Float64}
    return pl.DataFrame(table, schema={name: types.get(name, pl.String) for name in NAMES})


def as_parquet(table: Table) -> bytes:
    """A table as parquet."""
    written = io.BytesIO()
    _frame(table).write_parquet(written)
    return written.getvalue()


def as_json_lines(table: Table) -> bytes:
    """A table as newline-delimited JSON."""
    return b"".join(json.dumps(row, default=str).encode() + b"\n" for row in table)


def as_workbook(table: Table) -> bytes:
    """A table as .xlsx, numbers and dates as such."""
    import xlsxwriter

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        sheet, dated = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(0, 0, NAMES)
        for number, row in enumerate(table, start=1):
            for at, name in enumerate(NAMES):
                if isinstance(row[name], datetime):
                    sheet.write_datetime(number, at, row[name], dated)
                elif isinstance(row[name], str):
                    sheet.write_string(number, at, row[name])
                elif row[name] is not None:
                    sheet.write_number(number, at, row[name])
    return written.getvalue()


def _zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.csv", content)
    return packed.getvalue()


FORMS: dict[str, Form] = {
    "comma": Form(as_csv),
    "semicolon": Form(lambda table: as_csv(table, separator=";")),
    "tab": Form(lambda table: as_csv(table, separator="\t")),
    "pipe": Form(lambda table: as_csv(table, separator="|")),
    "every field quoted": Form(lambda table: as_csv(table, quoting=csv.QUOTE_ALL)),
    "Windows line ends": Form(lambda table: as_csv(table, end="\r\n", quoting=csv.QUOTE_ALL)),
    "UTF-8 with a mark": Form(lambda table: as_csv(table, encoding="utf-8-sig")),
    "UTF-16": Form(lambda table: as_csv(table, encoding="utf-16", quoting=csv.QUOTE_ALL)),
    "cp1252": Form(lambda table: as_csv(table, encoding="latin-1"), alphabet=WESTERN),
    "decimal comma": Form(
        lambda table: as_csv(table, separator=";", number=_comma),
        {"decimal": "comma"},
        price=lambda price: float(f"{price:.2f}"),
    ),
    "day first": Form(lambda table: as_csv(table, date="%d/%m/%Y %H:%M:%S"), {"date_order": "day_first"}),
    "month first": Form(
        lambda table: as_csv(table, date="%m/%d/%Y %I:%M:%S %p"), {"date_order": "month_first"}
    ),
    "months in letters": Form(lambda table: as_csv(table, date="%d-%b-%Y %H:%M:%S")),
    "ISO with a T": Form(lambda table: as_csv(table, date="%Y-%m-%dT%H:%M:%S")),
    "gzip": Form(lambda table: gzip.compress(as_csv(table))),
    "zip": Form(lambda table: _zipped(as_csv(table))),
    "zstd": Form(lambda table: pa.compress(as_csv(table), "zstd", asbytes=True)),
    "parquet": Form(as_parquet),
    "JSON lines": Form(as_json_lines),
    "workbook": Form(as_workbook, alphabet=WESTERN, price=lambda price: float(f"{price:.16G}")),
}
