"""Numbers as people write them: decimal comma, thousands apart, currency signs, minus on either side.

Text that is a plain number is cast at once. Only if something in the file is not is every distinct value looked at, to
tell decimal commas from decimal points: by evidence from the whole file, never by a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from insiders_assets.errors import ExportError

Mark = Literal["point", "comma"]

CURRENCIES = [
    "AED",
    "ARS",
    "AUD",
    "BGN",
    "BRL",
    "CAD",
    "CHF",
    "CLP",
    "CNY",
    "COP",
    "CZK",
    "DKK",
    "EUR",
    "GBP",
    "HKD",
    "HUF",
    "IDR",
    "ILS",
    "INR",
    "JPY",
    "KRW",
    "MXN",
    "MYR",
    "NOK",
    "NZD",
    "PEN",
    "PHP",
    "PLN",
    "RON",
    "RUB",
    "SAR",
    "SEK",
    "SGD",
    "THB",
    "TRY",
    "TWD",
    "UAH",
    "USD",
    "VND",
    "ZAR",
]
_SIGN = rf"(?:[\p{{Sc}}]|R\$|US\$|A\$|C\$|Rs\.?|kr\.?|zł|Kč|Ft|Fr\.|{'|'.join(CURRENCIES)})"
_SPACE = r"[ \x{00a0}\x{202f}\x{2009}'’]"
_POINT_ONLY = (
    r"^\d*\.(?:\d{1,2}|\d{4,})$|^0*\.\d+$|^\d{4,}\.\d+$"
    r"|^\d{1,3}(?:,\d{2,3})*,\d{3}\.\d*$|^\d{1,3}(?:,\d{3}){2,}$"
)
_COMMA_ONLY = (
    r"^\d*,(?:\d{1,2}|\d{4,})$|^0*,\d+$|^\d{4,},\d+$|^\d{1,3}(?:\.\d{3})+,\d*$|^\d{1,3}(?:\.\d{3}){2,}$"
)
_EITHER = r"^\d{1,3},\d{3}$"
_PLAIN = r"^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$"
_EXPONENT = r"[eE]"
_GROUPED = r"^\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?$"


def _bare(text: pl.Expr) -> pl.Expr:
    """The digits and marks of a number: sign, currency and spaced-out thousands taken off."""
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
    """

    point: int = 0
    comma: int = 0
    either: int = 0
    example: str = ""

    def add(self, values: pl.Series) -> None:
        """Take in the distinct texts of a column."""
        bare = values.to_frame("text").select("text", bare=_bare(pl.col("text")))
        either = bare.filter(pl.col("bare").str.contains(_EITHER))
        self.point += int(bare["bare"].str.contains(_POINT_ONLY).sum())
        self.comma += int(bare["bare"].str.contains(_COMMA_ONLY).sum())
        self.either += either.height
        self.example = self.example or (either["text"][0] if either.height else "")

    def mark(self, given: Literal["auto", "point", "comma"]) -> Mark:
        """The decimal mark.

        Raises:
            ExportError: Both readings are possible and the user has not said which.
        """
        if given != "auto":
            return given
        if self.point == self.comma and (self.point or self.either):
            example = f", such as {self.example}" if self.example else ""
            raise ExportError(
                f"its numbers make sense with a decimal point and with a decimal comma{example}",
                cure="say which by INSIDERS_DECIMAL=point or =comma",
            )
        return "comma" if self.comma > self.point else "point"


def irregular(text: pl.Series) -> bool:
    """Whether a column holds anything that is neither empty nor a plain number."""
    return bool((text.cast(pl.Float64, strict=False).is_null() & text.is_not_null()).any())


def to_float(text: pl.Series, mark: Mark) -> pl.Series:
    """The numbers of a column; null where there is none, or none that is finite.

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
    """The numbers of distinct texts that are no plain numbers."""
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
    """The whole numbers of a column; null where there is none. ``6.0`` is 6, ``6.5`` is none."""
    plain = text.cast(pl.Int64, strict=False)
    if plain.null_count() == text.null_count():
        return plain
    number = to_float(text, mark)
    whole = number.set((number != number.floor()) | (number.abs() > 2**53), None).cast(pl.Int64)
    return pl.select(pl.coalesce(plain, whole)).to_series()
