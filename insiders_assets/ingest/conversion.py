"""Rows as text become transactions, or rejected rows with the column at fault, its value and the reason."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.transactions import RAW_TRANSACTIONS
from insiders_assets.ingest.blocks import Block, rejected_frame
from insiders_assets.ingest.dates import FIRST, LAST, plain_form, to_datetime
from insiders_assets.ingest.names import FIELDS
from insiders_assets.ingest.numbers import to_float, to_int

if TYPE_CHECKING:
    from insiders_assets.ingest.evidence import Formats

LIMIT = 1_000_000_000
"""Quantities and prices beyond are mistyped; below it, no sum of a column can overflow."""
NOTHING = ("NULL", "null", "Null", "NaN", "nan", "None", "#N/A", "N/A", "\\N")
"""What programs write for a missing value, beside nothing at all."""
MAY_MISS = ("description", "customer_id", "country")
IDS = ("invoice_no", "stock_code", "customer_id")
NEEDED = ("invoice_no", "stock_code", "quantity", "invoice_date", "unit_price")
"""Columns that every transaction has a value in."""
TRANSACTION_COLUMNS = [name for name in RAW_TRANSACTIONS.names if name != "source_file"]


def plain(block: Block, columns: dict[str, int]) -> pl.DataFrame | None:
    """Rows as transactions if every value is written plainly and none is at fault, or None.

    Nearly every block of nearly every export is plain, and this looks at it once.

    Args:
        block: The rows.
        columns: The position of each of our columns.
    """
    form = plain_form(block.first[columns["invoice_date"]]) if block.first else None
    if form is None:
        return None
    found = block.scan.select(*_plainly(form, tuple(columns.items())), source_line=block.lines).collect()
    if found.height != len(block.lines):
        raise RuntimeError(f"{found.height} rows where {len(block.lines)} were found")
    if any(found[name].null_count() for name in NEEDED):
        return None
    within = (
        _within(found["quantity"], -LIMIT, LIMIT)
        and _within(found["unit_price"], -LIMIT, LIMIT)
        and _within(found["invoice_date"], FIRST, LAST)
        and math.isfinite(found["unit_price"].sum())
    )
    return _without_tails(found).select(TRANSACTION_COLUMNS) if within else None


@lru_cache(maxsize=64)
def _plainly(form: str, columns: tuple[tuple[str, int], ...]) -> list[pl.Expr]:
    """Every column read in the plain way, null where that fails."""
    texts, source = _texts(dict(columns)), {name: pl.col(str(at)) for name, at in columns}
    date = source["invoice_date"].str.to_datetime(form, time_unit="us", strict=False)
    exprs = texts | {
        "quantity": source["quantity"].cast(pl.Int64, strict=False),
        "unit_price": source["unit_price"].cast(pl.Float64, strict=False),
        "invoice_date": date,
        "invoice_day": date.dt.epoch("d").cast(pl.Int32),
    }
    return [expr.alias(name) for name, expr in exprs.items()]


def _within(values: pl.Series, low: Any, high: Any) -> bool:
    return values.is_empty() or bool(low <= values.min() and values.max() <= high)


def _texts(columns: dict[str, int]) -> dict[str, pl.Expr]:
    """Our columns by name as text: blanks around values taken off, null where nothing is left."""
    found = {}
    for name in FIELDS:
        if name not in columns:
            found[name] = pl.lit(None, dtype=pl.String)
            continue
        text = pl.col(str(columns[name])).str.strip_chars()
        nothing = text.is_in(["", *NOTHING]) if name in MAY_MISS else text == ""
        found[name] = pl.when(~nothing).then(text)
    return found


def _without_tails(frame: pl.DataFrame) -> pl.DataFrame:
    """Identifiers that went through a program that took them for decimal numbers, mended: ``17850.0`` is ``17850``."""
    if not any(frame.select(pl.col(IDS).str.ends_with(".0").any()).row(0)):
        return frame
    return frame.with_columns(pl.col(IDS).str.replace(r"^(\d+)\.0$", "$1"))


def stripped(frame: pl.DataFrame, columns: dict[str, int]) -> pl.DataFrame:
    """Our columns by name as text: see :func:`_texts` and :func:`_without_tails`.

    Args:
        frame: Columns named by position.
        columns: The position of each of our columns.
    """
    return _without_tails(frame.select(**_texts(columns)))


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
