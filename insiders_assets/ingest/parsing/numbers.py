"""Numbers as people write them: decimal comma, thousands apart, currency signs, minus on either side.

Text that is a plain number is cast at once. Only if something in the file is not is every distinct value looked at, to
tell decimal commas from decimal points: by evidence from the whole file, never by a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from insiders_assets.ingest.refusal import RefusedExportError

Mark = Literal["point", "comma"]

CURRENCIES = (
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|"
    "MYR|NOK|NZD|PEN|PHP|PLN|RON|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
"""ISO codes of currencies that stand beside amounts, as a pattern."""
_SIGN = rf"(?:[\p{{Sc}}]|R\$|US\$|A\$|C\$|Rs\.?|kr\.?|zł|Kč|Ft|Fr\.|{CURRENCIES})"
_SPACE = r"[ \x{00a0}\x{202f}\x{2009}'’]"
POINT_ONLY = (
    r"^\d*\.(?:\d{1,2}|\d{4,})$|^0*\.\d+$|^\d{4,}\.\d+$"
    r"|^\d{1,3}(?:,\d{2,3})*,\d{3}\.\d*$|^\d{1,3}(?:,\d{3}){2,}$"
)
_COMMA_ONLY = (
    r"^\d*,(?:\d{1,2}|\d{4,})$|^0*,\d+$|^\d{4,},\d+$|^\d{1,3}(?:\.\d{3})+,\d*$|^\d{1,3}(?:\.\d{3}){2,}$"
)
_PIECES = (
    "pcs?|pieces?|units?|ea|each|x|pz|pzas?|piezas?|uds?|unidad(?:es)?|und?s?|unid|unidades?|pe[cç]as?|st|stk|stck|"
    "st[uü]cke?|stueck|pi[eè]ces?|pces?|pezz[io]|stuks?"
)
"""Words for pieces behind a quantity."""
_EITHER = r"^\d{1,3},\d{3}$"
_POINT_OR_THOUSANDS = r"^[1-9]\d{0,2}\.\d{3}$"
"""``12.990`` is thirteen nearly, or thousands where prices have no decimals."""
_THREE_DECIMALS = r"^(-?[1-9]\d{0,2}\.\d{3})$"
_UNGROUPED = r"^\d{4,}$"
"""Where ``12990`` stands beside ``12.990``, the point does not stand between thousands."""
_PLAIN = r"^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$"
_EXPONENT = r"[eE]"
_GROUPED = r"^\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?$"


def _bare(text: pl.Expr) -> pl.Expr:
    """Return the digits and marks of a number: sign, currency and spaced-out thousands taken off."""
    return (
        text.str.replace_all("−", "-", literal=True)
        .str.strip_chars()
        .str.replace(r"^\((.*)\)$", "$1")
        .str.replace(rf"(?i)^([+-]?)\s*{_SIGN}\s*", "$1")
        .str.replace(rf"(?i)\s*{_SIGN}\s*(-?)$", "$1")
        .str.replace(r"^([+-])\s*", "")
        .str.replace(r"\s*-$", "")
        .str.replace_all(rf"(\d){_SPACE}(\d{{3}})\b", "$1$2")
        .str.replace_all(rf"(\d){_SPACE}(\d{{3}})\b", "$1$2")
    )


@dataclass
class NumberEvidence:
    """What the numbers of a file say about its decimal mark.

    Attributes:
        point: Distinct values that only make sense with a decimal point.
        comma: Distinct values that only make sense with a decimal comma.
        either: Distinct values that are numbers both ways.
        example: One of the latter.
        currencies: Signs of currencies that amounts bear.
    """

    point: int = 0
    comma: int = 0
    either: int = 0
    example: str = ""
    currencies: set[str] = field(default_factory=set)

    def add(self, values: pl.Series) -> None:
        """Take in the distinct texts of a column."""
        self.currencies |= set(values.str.extract(rf"(?i)({_SIGN})").drop_nulls().str.to_uppercase().unique())
        bare = values.to_frame("text").select("text", bare=_bare(pl.col("text")))
        either = bare.filter(pl.col("bare").str.contains(f"{_EITHER}|{_POINT_OR_THOUSANDS}"))
        self.point += int(bare["bare"].str.contains(POINT_ONLY).sum())
        if bare["bare"].str.contains(_POINT_OR_THOUSANDS).any():
            self.point += int(bare["bare"].str.contains(_UNGROUPED).sum())
        self.comma += int(bare["bare"].str.contains(_COMMA_ONLY).sum())
        self.either += either.height
        self.example = self.example or (either["text"][0] if either.height else "")

    def mark(self, given: Literal["auto", "point", "comma"]) -> Mark:
        """Return the decimal mark.

        Raises:
            ExportError: Both readings are possible and the user has not said which.
        """
        if len(self.currencies) > 1:
            raise RefusedExportError("export.currencies", sorted(self.currencies))
        if given != "auto":
            return given
        if self.point == self.comma and (self.point or self.either):
            if not self.example:
                raise RefusedExportError("export.decimal")
            raise RefusedExportError("export.decimal.example", example=self.example)
        return "comma" if self.comma > self.point else "point"


def points_are_decimal(text: pl.Series) -> bool | None:
    """Return whether points in plain numbers are decimal points; None if nothing here tells.

    Args:
        text: Stripped text.

    Returns:
        True if a value can only be read so, False if a value such as ``12.990`` can be read both ways and none only
        so, None if neither is there.
    """
    bare = text.str.strip_chars(" +-")
    if bare.str.contains(POINT_ONLY).any():
        return True
    return False if bare.str.contains(_POINT_OR_THOUSANDS).any() else None


def unmistakable(number: str) -> str:
    """Return a number as a program wrote it so that its decimal point cannot be taken for one between thousands."""
    return re.sub(_THREE_DECIMALS, r"\g<1>0", number)


def all_unmistakable(numbers: pl.Series) -> pl.Series:
    """Return :func:`unmistakable` of each number in a column."""
    return numbers.str.replace(_THREE_DECIMALS, "${1}0")


def irregular(text: pl.Series) -> bool:
    """Return whether a column holds anything that is neither empty nor a plain number."""
    return bool((text.cast(pl.Float64, strict=False).is_null() & text.is_not_null()).any())


def to_float(text: pl.Series, mark: Mark) -> pl.Series:
    """Return the numbers of a column; null where there is none, or none that is finite.

    Args:
        text: Stripped text.
        mark: The decimal mark of the file.
    """
    plain = text.cast(pl.Float64, strict=False)
    again = text.is_not_null() & (
        text.str.contains(".", literal=True) if mark == "comma" else plain.is_null()
    )
    again |= plain.is_null() & text.is_not_null()
    if again.any():
        odd = text.filter(again).unique(maintain_order=True)
        plain = pl.select(
            pl.when(again)
            .then(text.replace_strict(odd, _spelled(odd, mark), default=None, return_dtype=pl.Float64))
            .otherwise(plain)
        ).to_series()
    return plain.set(~plain.is_finite(), None) if not plain.is_finite().all() else plain


def _spelled(odd: pl.Series, mark: Mark) -> pl.Series:
    """Return the numbers of distinct texts that are no plain numbers."""
    text, bare = pl.col("text"), pl.col("bare")
    if mark == "comma":
        swapped = bare.str.replace_many([",", "."], [".", ","])
        bare = pl.when(bare.str.contains(_EXPONENT)).then(bare).otherwise(swapped)
    negative = text.str.contains(r"^\D*[-−]|[-−]\D*$|^\(.*\)$")
    number = (
        pl.when(bare.str.contains(_GROUPED))
        .then(bare.str.replace_all(",", "", literal=True))
        .when(bare.str.contains(_PLAIN))
        .then(bare)
        .cast(pl.Float64, strict=False)
    )
    frame = odd.to_frame("text").with_columns(bare=_bare(text))
    return frame.select(pl.when(negative).then(-number).otherwise(number)).to_series()


def to_int(text: pl.Series, mark: Mark) -> pl.Series:
    """Return the whole numbers of a column; null where there is none. ``6.0`` is 6, ``6.5`` is none."""
    plain = text.cast(pl.Int64, strict=False)
    if plain.null_count() == text.null_count():
        return plain
    number = to_float(text, mark)
    whole = number.set((number != number.floor()) | (number.abs() > 2**53), None).cast(pl.Int64)
    return pl.select(pl.coalesce(plain, whole)).to_series()


def as_fraction(shares: pl.Series, *, in_percent: bool = False) -> pl.Series:
    """Return shares of a column as fractions: a column with one above 1 is in percent.

    Args:
        shares: The shares, none below 0.
        in_percent: Whether they are known to be in percent.
    """
    return shares / 100 if in_percent or float(shares.max() or 0) > 1 else shares  # type: ignore[arg-type]


def without_unit(text: pl.Series, unit: str | None = None) -> pl.Series:
    """Return quantities without the word for pieces, or for the given unit, behind them: ``3 pcs`` is 3."""
    words = rf"{_PIECES}|{re.escape(unit)}" if unit else _PIECES
    pattern = rf"(?i)^\s*([+-]?\d[\d.,]*)\s*(?:{words})\.?$"
    return text.str.replace(pattern, "$1") if text.str.contains(r"\pL").any() else text


def pieces_and_weights(text: pl.Series, mark: Mark) -> tuple[pl.Series, pl.Series]:
    """Return what is counted and what is weighed: a weighed line is one piece of that weight.

    So that quantities stay whole numbers and a line keeps its money: 0.35 kg at 12.00 becomes 1 at 4.20.

    Args:
        text: Stripped text of quantities.
        mark: The decimal mark of the file.

    Returns:
        Pieces, whole numbers, null where there is no number; and the factor to the price of a unit, 1 where pieces
        are counted.
    """
    number = to_float(text, mark)
    whole = (number == number.floor()).fill_null(value=True)
    pieces = pl.select(pl.when(whole).then(number).otherwise(number.sign())).to_series()
    weights = pl.select(pl.when(whole).then(pl.lit(1.0)).otherwise(number.abs())).to_series()
    return pieces.set(pieces.abs() > 2**53, None).cast(pl.Int64).alias(text.name), weights
