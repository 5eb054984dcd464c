"""Identifiers, written in one way whatever programs they went through on their way into an export.

The rules, each counted where it changes anything: ``17850.0`` and ``17850.00`` are ``17850``; characters that cannot be
seen are no part of an identifier; an e-mail address is the same in any case, without ``mailto:``, brackets and
quotes; where a file has both ``9001`` and ``0009001``, they are the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

import polars as pl

from insiders_assets.contracts.customers import ANONYMOUS
from insiders_assets.language.message import Message, message

IDS = ("invoice_no", "stock_code", "customer_id")
PEOPLE = ("customer_id", "invoice_no")
"""Identifiers that are numbers in every shop's mind, which a spreadsheet may have rounded."""

INVISIBLE = "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
"""Soft hyphens, spaces without width, marks of direction, and the mark that files begin with."""
_TAIL = r"^(\d+)\.0+$"
SCIENTIFIC = r"^[+-]?\d(?:[.,]\d+)?[eE]\+\d{1,3}$"
_AROUND_MAIL = "<>'\" "
ROUNDED = message("row.rounded")

RESERVED = message("row.reserved", prefix=ANONYMOUS)

DECIMALS = "decimals"
UNSEEN = "unseen characters"
MAIL = "e-mail case"
ZEROS = "leading zeros"


def needs_care(source: dict[str, pl.Expr], untidy: Collection[str] = ()) -> pl.Expr:
    """Return whether any identifier of a block may be written in more ways than one.

    Args:
        source: The identifiers' columns, as they stand in the export.
        untidy: Those of them that may have blanks around their values.
    """
    found = []
    for name, text in source.items():
        tails = (
            [text.str.contains(".0", literal=True)]
            if name in untidy
            else [text.str.ends_with(".0"), text.str.ends_with(".00")]
        )
        found += [*tails, text.str.len_bytes() != text.str.len_chars()]
    if "customer_id" in source:
        found.append(source["customer_id"].str.contains("@", literal=True))
    return pl.any_horizontal([flag.any() for flag in found])


def unified(frame: pl.DataFrame, changes: Counter[str] | None = None, *, zeros: bool = False) -> pl.DataFrame:
    """Return a frame with its identifiers written in one way.

    Args:
        frame: Rows with the columns of :data:`IDS`, stripped text.
        changes: Takes in how many values each rule changes.
        zeros: Whether zeros in front of a customer's number mean nothing in this export.
    """
    counts: Counter[str] = changes if changes is not None else Counter()
    for name in IDS:
        column = frame[name]
        if not is_ascii(column):
            column = _replaced(column, INVISIBLE, "", UNSEEN, counts)
        if (column.str.ends_with(".0") | column.str.ends_with(".00")).any():
            column = _replaced(column, _TAIL, "$1", DECIMALS, counts)
        if name == "customer_id":
            column = _person(column, counts, zeros=zeros)
        if column is not frame[name]:
            frame = frame.with_columns(column)
    return frame


def person(column: pl.Series) -> pl.Series:
    """Return a column of customers' ids written in one way, as far as that needs no look at all of an export."""
    column = without_unseen(column).str.replace(_TAIL, "$1")
    return _person(column, Counter(), zeros=False)


def is_ascii(column: pl.Series) -> bool:
    """Return whether all characters of a column are the plainest ones."""
    return not (column.str.len_bytes() != column.str.len_chars()).any()


def without_unseen(column: pl.Series) -> pl.Series:
    """Return a column's texts without characters that cannot be seen."""
    return column.str.replace_all(INVISIBLE, "")


def _person(column: pl.Series, counts: Counter[str], *, zeros: bool) -> pl.Series:
    mail = column.str.contains("@", literal=True)
    if mail.any():
        lower = column.set(~mail, None).str.to_lowercase().str.strip_chars(_AROUND_MAIL)
        lower = lower.str.replace(r"^mailto:\s*", "").str.replace(r"^[^<>@]*<([^<>@\s]+@[^<>@\s]+)$", "$1")
        lower = lower.str.replace(r"^(\S+)\s*@\s*(\S+)$", "$1@$2")
        counts[MAIL] += int((lower != column).sum())
        column = pl.select(pl.coalesce(lower, column)).to_series().alias(column.name)
    return _replaced(column, r"^0+(\d)", "$1", ZEROS, counts) if zeros else column


def _replaced(column: pl.Series, pattern: str, by: str, rule: str, counts: Counter[str]) -> pl.Series:
    digits = column.str.contains(r"^\d+$") if rule == ZEROS else None
    new = column.str.replace_all(pattern, by)
    new = new if digits is None else column.zip_with(~digits.fill_null(value=False), new)
    new = new.set(new == "", None)
    counts[rule] += int((new.fill_null("") != column.fill_null("")).sum())
    return new


def fault_of(name: str, value: str | None) -> Message | None:
    """Return what is wrong with an identifier that stands for nobody in particular, if anything is."""
    if value and re.match(SCIENTIFIC, value):
        return ROUNDED
    return RESERVED if name == "customer_id" and value and value.startswith(ANONYMOUS) else None


def impossible() -> pl.Expr:
    """Return whether a row has an identifier that :func:`fault_of` finds fault with; never missing."""
    rounded = [pl.col(name).str.contains(SCIENTIFIC) for name in PEOPLE]
    reserved = pl.col("customer_id").str.starts_with(ANONYMOUS)
    return pl.any_horizontal(*(each.fill_null(value=False) for each in (*rounded, reserved)))


def zeros_mean_nothing(ids: pl.Series) -> bool:
    """Return whether the same number stands in an export with zeros in front and without.

    Args:
        ids: Customer ids, each at least once.
    """
    numbers = ids.filter(ids.str.contains(r"^\d+$")).unique()
    led = numbers.filter(numbers.str.starts_with("0") & (numbers != "0"))
    return bool(led.len()) and bool(led.str.strip_chars_start("0").is_in(numbers.implode()).any())
