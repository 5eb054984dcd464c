"""Hostile files, each made here, with what must become of it: transactions, rejected rows, and a word of the reason."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from insiders_assets_tests.ingest.exports import HEADER, csv, good, row


@dataclass(frozen=True)
class Animal:
    """A hostile file.

    Attributes:
        content: Makes its bytes.
        transactions: Rows that must become transactions.
        rejected: Rows that must not, but be counted.
        reason: What must be said about them, or about the file.
        whole: Whether the file must be set aside as a whole.
        name: What it is called.
    """

    content: Callable[[], bytes]
    transactions: int
    rejected: int
    reason: str = ""
    whole: bool = False
    name: str = "export.csv"


def _with(bad: list[str] | str, **options: str) -> Callable[[], bytes]:
    """Two good rows with a bad one between them."""
    return lambda: csv(row(1), bad, row(3), **options)


def _value(**values: object) -> Callable[[], bytes]:
    return _with(row(2, **values))


def _zip(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _workbook(rows: list[list[object]]) -> bytes:
    import xlsxwriter

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Orders")
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
            for at, cell in enumerate(cells):
                if cell == "=1/0":
                    sheet.write_formula(number, at, cell, None, "#DIV/0!")
    return written.getvalue()


def _parquet(frame: pl.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.write_parquet(written)
    return written.getvalue()


def _table(**columns: list[object]) -> pl.DataFrame:
    names = HEADER.split(",")
    rows = good(3)
    plain = {name: [fields[at] for fields in rows] for at, name in enumerate(names)}
    return pl.DataFrame(plain | columns, strict=False)


def _locked() -> bytes:
    """An archive whose member claims to be encrypted."""
    packed = bytearray(_zip({"a.csv": csv(*good())}))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = packed.index(sign) + offset
        packed[at : at + 2] = struct.pack("<H", 1)
    return bytes(packed)


def _misnamed() -> bytes:
    """An archive whose member has a name that claims to be UTF-8 and is not."""
    return _zip({"é.csv": csv(*good())}).replace("é".encode(), b"\xb1\xb1")


SHORT = row(2)[:5]
LONG = [*row(2), "and more"]

ZOO: dict[str, Animal] = {
    # Files that are no exports
    "empty": Animal(lambda: b"", 0, 0, "is empty", whole=True),
    "only blank lines": Animal(lambda: b"\n\r\n  \n\n", 0, 0, "is empty", whole=True),
    "only a byte order mark": Animal(lambda: b"\xef\xbb\xbf", 0, 0, "is empty", whole=True),
    "a PDF": Animal(lambda: b"%PDF-1.7\n%\xe2\xe3", 0, 0, "a PDF document", whole=True),
    "a picture": Animal(lambda: b"\x89PNG\r\n\x1a\n" + bytes(64), 0, 0, "a picture", whole=True),
    "a web page": Animal(
        lambda: b"<!DOCTYPE html><html><body>Log in</body></html>", 0, 0, "a web page", whole=True
    ),
    "a database": Animal(lambda: b"SQLite format 3\0" + bytes(100), 0, 0, "a database", whole=True),
    "random bytes": Animal(
        lambda: bytes((i * 73 + 41) % 251 for i in range(1, 5000)), 0, 0, "no text at all", whole=True
    ),
    "nothing but room": Animal(lambda: bytes(5000), 0, 0, "zero bytes in the place of text", whole=True),
    "a copy that was cut short": Animal(
        lambda: csv(*good(20)) + bytes(100_000), 0, 0, "zero bytes in the place of text", whole=True
    ),
    "prose": Animal(
        lambda: b"Dear all,\nplease find the export attached.\nBest\n", 0, 2, "no export", whole=True
    ),
    "JSON in one array": Animal(lambda: b'[{"InvoiceNo": 1}]', 0, 1, "is missing", whole=True),
    "no header": Animal(
        lambda: csv(*good(5)).split(b"\n", 1)[1], 0, 4, "no export of transactions", whole=True
    ),
    "a column missing": Animal(
        lambda: csv(*[fields[:6] for fields in good(4)], header=HEADER.rsplit(",", 2)[0]),
        0,
        4,
        "customer_id is missing",
        whole=True,
    ),
    "a column twice": Animal(
        lambda: csv(*[[*fields, "1"] for fields in good(3)], header=HEADER + ",Quantity"),
        0,
        3,
        "2 columns for quantity",
        whole=True,
    ),
    "a header and nothing else": Animal(csv, 0, 0),
    "a header without a line end": Animal(lambda: HEADER.encode(), 0, 0),
    # Archives
    "gzip cut off": Animal(
        lambda: gzip.compress(csv(*good(50)))[:-20], 0, 0, "damaged or cut off", whole=True
    ),
    "gzip cut off in its header": Animal(
        lambda: gzip.compress(b"x")[:5], 0, 0, "damaged or cut off", whole=True
    ),
    "gzip with a wrong checksum": Animal(
        lambda: gzip.compress(csv(*good()))[:-8] + b"\0" * 8, 0, 0, "damaged or cut off", whole=True
    ),
    "gzip of nothing": Animal(lambda: gzip.compress(b""), 0, 0, "is empty", whole=True),
    "gzip in two members": Animal(
        lambda: gzip.compress(csv(row(1))) + gzip.compress(b",".join(map(str.encode, row(2)))), 2, 0
    ),
    "gzip with rubbish after it": Animal(
        lambda: gzip.compress(csv(*good())) + b"rubbish", 0, 0, "damaged", whole=True
    ),
    "gzip under another name": Animal(lambda: gzip.compress(csv(*good())), 3, 0, name="export.txt"),
    "CSV that claims to be gzip": Animal(lambda: csv(*good()), 3, 0, name="export.csv.gz"),
    "zip cut off": Animal(lambda: _zip({"a.csv": csv(*good(50))})[:-30], 0, 0, "damaged", whole=True),
    "zip of nothing": Animal(lambda: _zip({}), 0, 0, "nothing in it", whole=True),
    "zip with a name that is no text": Animal(_misnamed, 0, 0, "its list of contents", whole=True),
    "zip with a password": Animal(_locked, 0, 0, "password", whole=True),
    "zip with what macOS leaves": Animal(
        lambda: _zip({"a.csv": csv(*good()), "__MACOSX/._a.csv": b"\0\5\x16\7"}), 3, 0
    ),
    "zip that climbs out": Animal(lambda: _zip({"../../a.csv": csv(*good())}), 3, 0),
    "zstd": Animal(lambda: pa.compress(csv(*good()), "zstd", asbytes=True), 3, 0),
    "zstd cut off": Animal(
        lambda: pa.compress(csv(*good(50)), "zstd", asbytes=True)[:-9], 0, 0, "damaged", whole=True
    ),
    "bzip2": Animal(lambda: bz2.compress(csv(*good())), 3, 0),
    "xz": Animal(lambda: lzma.compress(csv(*good())), 3, 0),
    # Shapes of rows
    "a short row": Animal(_with(SHORT), 2, 1, "has 5 fields where the header names 8"),
    "a long row": Animal(_with(LONG), 2, 1, "has 9 fields"),
    "a row of one word": Animal(_with("Total"), 2, 1, "has 1 field where"),
    "a row of separators": Animal(_with(",,,,,,,"), 2, 0),
    "blank lines between rows": Animal(lambda: csv(row(1), "", "   ", row(2), "", ""), 2, 0),
    "no line end at the end": Animal(lambda: csv(*good()).rstrip(b"\n"), 3, 0),
    "the header again": Animal(_with(HEADER), 2, 1, "is not a whole number"),
    "titles above the header": Animal(
        lambda: b"Sales of the year\n\nPrinted on 2026-01-01\n" + csv(*good()), 3, 0
    ),
    "a row above the header": Animal(
        lambda: ",".join(row(9)).encode() + b"\n" + csv(*good()), 3, 1, "above the line"
    ),
    "a separator at every end": Animal(lambda: csv(*[[*fields, ""] for fields in good()]), 3, 0),
    "a ninth empty column": Animal(
        lambda: csv(*[[*fields, ""] for fields in good()], header=HEADER + ',""'), 3, 0
    ),
    "a row cut off at the end": Animal(lambda: csv(*good(4))[:-30], 3, 1, "where the header names 8"),
    "65,536 separators too many": Animal(_with(",".join(row(2)) + "," * 65536), 2, 1, "65544 fields"),
    "a row of a megabyte": Animal(_value(description="x" * (1 << 20)), 3, 0),
    # Quotes
    "a separator in quotes": Animal(_value(description='"LANTERN, WHITE"'), 3, 0),
    "a line end in quotes": Animal(_value(description='"LANTERN\nWHITE"'), 3, 0),
    "a doubled quote": Animal(_value(description='"12"" RULER"'), 3, 0),
    "an inch mark": Animal(_value(description='RULER 12" LONG'), 3, 0),
    "a quote left open": Animal(_value(description='"LANTERN'), 0, 3, "line 3 is never closed", whole=True),
    "a quote left open before a quoted row": Animal(
        lambda: csv(row(1), row(2, description='"LANTERN'), row(3), row(4, description='"A, B"')),
        3,
        1,
        "quote inside",
    ),
    "a quote left open that another one closes": Animal(
        lambda: csv(row(1), row(2, description='"LANTERN'), row(3), row(4), row(5, description='RULER 12"')),
        4,
        1,
        "quote inside",
    ),
    "text after a closing quote": Animal(
        _value(description='"LANTERN" WHITE'), 2, 1, "quote inside a quoted field"
    ),
    "single quotes": Animal(lambda: csv(*[[f"'{field}'" for field in fields] for fields in good()]), 3, 0),
    "every field in quotes": Animal(
        lambda: csv(
            *[[f'"{field}"' for field in fields] for fields in [HEADER.split(","), *good()]], header=""
        ),
        3,
        0,
    ),
    # Characters
    "latin-1": Animal(lambda: csv(*good(), row(4, description="CAFÉ £5")).decode().encode("latin-1"), 4, 0),
    "bytes Windows has no letter for": Animal(
        lambda: csv(row(1, description="A\x81B")).decode().encode("latin-1"), 1, 0
    ),
    "one broken UTF-8 row": Animal(
        lambda: csv(
            row(1, description="CAFÉ"), row(2, description="É"), row(3, description="BROKEN?")
        ).replace(b"BROKEN?", b"BROKEN\xff"),
        2,
        1,
        "not valid UTF-8",
    ),
    "UTF-16": Animal(lambda: csv(*good()).decode().encode("utf-16"), 3, 0),
    "UTF-16 without a mark": Animal(lambda: csv(*good()).decode().encode("utf-16-le"), 3, 0),
    "UTF-16 cut in half a character": Animal(lambda: csv(*good()).decode().encode("utf-16")[:-1], 3, 0),
    "UTF-8 with a mark": Animal(lambda: b"\xef\xbb\xbf" + csv(*good()), 3, 0),
    "a NUL in a row": Animal(_value(description="A\0B"), 2, 1, "NUL"),
    "a DOS end of file": Animal(lambda: csv(*good()) + b"\x1a", 3, 0),
    "old Macintosh line ends": Animal(lambda: csv(*good(), end="\r"), 3, 0),
    "Windows line ends": Animal(lambda: csv(*good(), end="\r\n"), 3, 0),
    "mixed line ends": Animal(lambda: csv(row(1), end="\r\n") + csv(row(2), row(3)).split(b"\n", 1)[1], 3, 0),
    "a script in a name": Animal(_value(description="<script>alert(1)</script>"), 3, 0),
    # Values
    "an invoice without a number": Animal(_value(invoice_no=""), 2, 1, "is empty"),
    "a product without a code": Animal(_value(stock_code="  "), 2, 1, "is empty"),
    "a quantity in words": Animal(_value(quantity="six"), 2, 1, "is not a whole number"),
    "half a piece": Animal(_value(quantity="1.5"), 2, 1, "is not a whole number"),
    "a quantity beyond all measure": Animal(_value(quantity="9" * 30), 2, 1, "is not a whole number"),
    "a quantity just beyond": Animal(_value(quantity="1000000001"), 2, 1, "up to 1,000,000,000"),
    "a price that is no number": Animal(_value(unit_price="NaN"), 2, 1, "is not a number"),
    "a price without end": Animal(_value(unit_price="inf"), 2, 1, "is not a number"),
    "a price that overflows": Animal(_value(unit_price="1e400"), 2, 1, "is not a number"),
    "a price below zero": Animal(_value(unit_price="-11062.06"), 3, 0),
    "a formula for a price": Animal(_value(unit_price="=1+1"), 2, 1, "is not a number"),
    "the thirtieth of February": Animal(_value(invoice_date="2011-02-30 10:00:00"), 2, 1, "is not a date"),
    "the year 16": Animal(_value(invoice_date="0016-11-29 10:00:00"), 2, 1, "is not a date between 1970"),
    "the year 9999": Animal(_value(invoice_date="9999-12-31 00:00:00"), 2, 1, "is not a date between 1970"),
    "hour 25": Animal(_value(invoice_date="2011-02-03 25:00:00"), 2, 1, "is not a date"),
    "dates in two orders": Animal(
        lambda: csv(row(1, invoice_date="25/12/2010"), row(2, invoice_date="12/26/2010")),
        0,
        2,
        "day first and month",
        whole=True,
    ),
    "dates in either order": Animal(
        lambda: csv(row(1, invoice_date="03/04/2010"), row(2, invoice_date="05/06/2010")),
        0,
        2,
        "INSIDERS_DATE_ORDER",
        whole=True,
    ),
    "thousands or decimals": Animal(
        lambda: csv(row(1, quantity="1", unit_price='"1,234"'), row(2, quantity="2", unit_price='"5,678"')),
        0,
        2,
        "INSIDERS_DECIMAL",
        whole=True,
    ),
    "more bad rows than good ones": Animal(
        lambda: csv(row(1), *[row(i, quantity="x") for i in range(2, 5)]), 0, 4, "3 of its 4 rows", whole=True
    ),
    # Tables that are not text
    "a workbook": Animal(lambda: _workbook([HEADER.split(","), *good()]), 3, 0, name="a.xlsx"),
    "a workbook cut off": Animal(
        lambda: _workbook([HEADER.split(","), *good()])[:-200], 0, 0, "damaged", whole=True, name="a.xlsx"
    ),
    "a workbook of nothing": Animal(lambda: _workbook([]), 0, 0, "is empty", whole=True, name="a.xlsx"),
    "a workbook with a header alone": Animal(lambda: _workbook([HEADER.split(",")]), 0, 0, name="a.xlsx"),
    "a workbook with titles and gaps": Animal(
        lambda: _workbook([["Sales"], [], HEADER.split(","), row(1), [], row(2), [], []]), 2, 0, name="a.xlsx"
    ),
    "a workbook with an error in a cell": Animal(
        lambda: _workbook([HEADER.split(","), row(1), row(2, quantity="=1/0"), row(3)]),
        2,
        1,
        "quantity|empty",
        name="a.xlsx",
    ),
    "something that only begins like a workbook": Animal(
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        0,
        0,
        "damaged workbook",
        whole=True,
        name="a.xls",
    ),
    "parquet": Animal(lambda: _parquet(_table(Quantity=[1, 2, 3])), 3, 0, name="a.parquet"),
    "parquet cut off": Animal(
        lambda: _parquet(_table())[:-40], 0, 0, "damaged parquet", whole=True, name="a.parquet"
    ),
    "parquet with lists": Animal(
        lambda: _parquet(_table(Quantity=[[1], [2], None])), 0, 3, "3 of its 3", whole=True, name="a.parquet"
    ),
    "parquet with a NUL": Animal(
        lambda: _parquet(_table(Description=["a", "b\0", None])), 2, 1, "NUL", name="a.parquet"
    ),
    "JSON lines with broken ones": Animal(
        lambda: b"\n".join(
            [
                *_table().write_ndjson().encode().splitlines()[:2],
                b'{"InvoiceNo": ',
                b"[1]",
                b'{"InvoiceNo": "\\ud800"}',
            ]
        ),
        0,
        5,
        "3 of its 5",
        whole=True,
        name="a.jsonl",
    ),
    "JSON objects of nothing": Animal(
        lambda: b"{}\n{}\n", 0, 2, "is no export of transactions", whole=True, name="a.jsonl"
    ),
    "JSON nested without end": Animal(
        lambda: _table().write_ndjson().encode() + b'{"InvoiceNo":' * 5000,
        3,
        1,
        "no JSON object",
        name="a.jsonl",
    ),
}
