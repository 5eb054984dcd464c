"""Rows as text become transactions, or rejected rows with the column at fault, its value and the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.contracts.transactions import RAW_TRANSACTIONS
from insiders_assets.errors import ExportError
from insiders_assets.ingest.blocks import Block, rejected_frame
from insiders_assets.ingest.dates import FIRST, LAST, DateEvidence, Order, iso, to_datetime
from insiders_assets.ingest.names import FIELDS, MANDATORY, recognise
from insiders_assets.ingest.numbers import Mark, NumberEvidence, irregular, to_float, to_int

if TYPE_CHECKING:
    from insiders_assets.ingest.rules import IngestRules

LIMIT = 1_000_000_000
"""Quantities and prices beyond are mistyped; below it, no sum of a column can overflow."""
NOTHING = ("NULL", "null", "Null", "NaN", "nan", "None", "#N/A", "N/A", "\\N")
"""What programs write for a missing value, beside nothing at all."""
NEEDED = ("invoice_no", "stock_code", "quantity", "invoice_date", "unit_price")
"""Columns that every transaction has a value in."""
TRANSACTION_COLUMNS = [name for name in RAW_TRANSACTIONS.names if name != "source_file"]


def plan(header: tuple[str, ...]) -> dict[str, int]:
    """Which position of an export holds which of our columns.

    Raises:
        ExportError: A mandatory column is missing, or two columns have the same name.
    """
    found = recognise(header)
    named = [name for name in header if name]
    missing = [name for name in MANDATORY if name not in found]
    if len(missing) == len(MANDATORY):
        raise ExportError(
            f"is no export of transactions: its first line names none of the columns looked for ({_list(named)})",
            cure="take it away, or map its columns",
        )
    if missing:
        raise ExportError(
            f"column {_list(missing)} is missing; it has {_list(named)}", cure="export it with that column"
        )
    for name, positions in found.items():
        if len(positions) > 1:
            raise ExportError(
                f"has {len(positions)} columns for {name} ({_list([header[at] for at in positions])})",
                cure="leave one of them out, or map its columns",
            )
    return {name: found[name][0] for name in FIELDS if name in found}


def _list(names: list[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:12])
    return shown + (f" and {len(names) - 12} more" if len(names) > 12 else "")


@dataclass
class Evidence:
    """What the rows seen so far say about the formats of a file."""

    numbers: NumberEvidence = field(default_factory=NumberEvidence)
    dates: DateEvidence = field(default_factory=DateEvidence)

    def add(self, texts: pl.DataFrame) -> None:
        """Take in some rows, as :func:`stripped` gives them."""
        quantity, price, date = (texts[name] for name in ("quantity", "unit_price", "invoice_date"))
        if irregular(quantity) or irregular(price):
            self.numbers.add(quantity.drop_nulls().unique())
            self.numbers.add(price.drop_nulls().unique())
        odd = date.filter(iso(date).is_null() & date.is_not_null())
        if len(odd):
            self.dates.add(odd.unique(maintain_order=True))

    def formats(self, rules: IngestRules) -> Formats:
        """The formats; see :meth:`NumberEvidence.mark` and :meth:`DateEvidence.order`."""
        return Formats(self.dates.order(rules.date_order), self.numbers.mark(rules.decimal))


@dataclass(frozen=True)
class Formats:
    """How dates and numbers of a file are read."""

    order: Order
    mark: Mark


def stripped(frame: pl.DataFrame, columns: dict[str, int]) -> pl.DataFrame:
    """Our columns by name: blanks around values taken off, null where nothing is left.

    Args:
        frame: Columns named by position.
        columns: The position of each of our columns.
    """
    text = {name: pl.col(str(at)).str.strip_chars() for name, at in columns.items()}
    nothing = {
        name: value.is_in(["", *NOTHING] if name in _MAY_MISS else [""]) for name, value in text.items()
    }
    cleaned: dict[str, pl.Expr] = {name: pl.when(~nothing[name]).then(value) for name, value in text.items()}
    for name in ("invoice_no", "stock_code", "customer_id"):
        cleaned[name] = cleaned[name].str.replace(r"^(\d+)\.0+$", "$1")
    absent = {name: pl.lit(None, dtype=pl.String) for name in FIELDS if name not in columns}
    return frame.select(**cleaned, **absent).select(FIELDS)


_MAY_MISS = ("description", "customer_id", "country")


@dataclass(frozen=True)
class Converted:
    """What became of some rows.

    Attributes:
        transactions: All columns of the contract but the file, in the order of the export.
        rejected: Rows that became none, in the order of the export.
        blank: Rows with nothing in any field, which are no rows.
    """

    transactions: pl.DataFrame
    rejected: pl.DataFrame
    blank: int = 0


def convert(block: Block, texts: pl.DataFrame, formats: Formats) -> Converted:
    """Turn rows into transactions.

    Args:
        block: The rows.
        texts: The same rows as :func:`stripped` gives them.
        formats: How dates and numbers are read.
    """
    quantity = to_int(texts["quantity"], formats.mark)
    price = to_float(texts["unit_price"], formats.mark)
    date = to_datetime(texts["invoice_date"], formats.order)
    frame = texts.with_columns(
        quantity=quantity.set(quantity.abs() > LIMIT, None),
        unit_price=price.set(price.abs() > LIMIT, None),
        invoice_date=date,
        invoice_day=date.dt.epoch("d").cast(pl.Int32),
        source_line=block.lines,
    ).select(TRANSACTION_COLUMNS)
    if not any(frame[name].null_count() for name in NEEDED):
        return Converted(frame, block.rejected)
    faulty = frame.select(pl.any_horizontal(pl.col(name).is_null() for name in NEEDED)).to_series()
    found = _rejected(block, texts, frame, faulty)
    rejected = pl.concat([block.rejected, rejected_frame(found)]).sort("source_line", maintain_order=True)
    return Converted(frame.filter(~faulty), rejected, int(faulty.sum()) - len(found))


def _rejected(
    block: Block, texts: pl.DataFrame, frame: pl.DataFrame, faulty: pl.Series
) -> list[tuple[int, str, str | None, str, str]]:
    """The rows at fault, each with the first column that is; blank rows left out."""
    rows = faulty.arg_true().to_list()
    read, as_text = frame.filter(faulty), texts.filter(faulty)
    found = []
    for number, (row, whole) in enumerate(zip(rows, block.texts(rows), strict=True)):
        if not re.search(r"\w", whole):
            continue
        column = next(name for name in NEEDED if read[name][number] is None)
        value = as_text[column][number]
        found.append((block.lines[row], column, value, _reason(column, value), whole))
    return found


def _reason(column: str, value: str | None) -> str:
    if value is None:
        return "is empty"
    return {
        "quantity": f"is not a whole number up to {LIMIT:,}",
        "unit_price": f"is not a number up to {LIMIT:,}",
        "invoice_date": f"is not a date between {_day(FIRST)} and {_day(LAST)}, such as 2026-01-31 13:45",
    }[column]


def _day(date: object) -> str:
    return str(date)[:10]
