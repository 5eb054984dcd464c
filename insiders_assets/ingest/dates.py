"""Dates as people write them, read in one order per file that the whole file agrees on.

Text in the ISO order is cast at once. Anything else is taken apart, distinct value by distinct value: a month in
letters or a year in front leaves no doubt; of ``03/04/2026`` the rest of the file decides whether it is March or
April, and if it cannot, the file is refused rather than guessed at.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

import polars as pl

from insiders_assets.errors import ExportError

Order = Literal["day_first", "month_first"]

FIRST, LAST = datetime(1970, 1, 1), datetime(2200, 1, 1)
"""Dates outside are misread or mistyped; no shop has sold then."""
_ISO = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
_TIME = (
    r"(?:(?:\s*[T,]\s*|\s+(?:at |às |um |à )?)(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})"
    r"(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC = r"^(?P<a>\d{1,4})(?P<mark>[-/. ])(?P<b>\d{1,2})[-/. ](?P<c>\d{1,4})\.?" + _TIME + "$"
_WEEKDAY = r"^(?:\p{L}{2,10}\.?,?\s+)?"
_DAY_NAME = (
    _WEEKDAY
    + r"(?P<a>\d{1,2})(?:st|nd|rd|th|º|\.)?[-/. ]*(?:de |of )?(?P<name>\p{L}{3,12})\.?,?[-/. ]*(?:de |del )?"
    r"(?P<c>\d{4}|\d{2})" + _TIME + "$"
)
_NAME_DAY = (
    _WEEKDAY
    + r"(?P<name>\p{L}{3,12})\.?[-/. ]*(?P<a>\d{1,2})(?:st|nd|rd|th)?,?[-/. ]+(?P<c>\d{4})"
    + _TIME
    + "$"
)
_COMPACT = (
    r"^(?P<c>\d{4})(?P<b>\d{2})(?P<a>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?Z?)?$"
)
_LOCALES = ("en", "de", "es", "fr", "it", "nl", "pt")


@dataclass
class DateEvidence:
    """What the dates of a file say about their order.

    Attributes:
        day_first: Distinct dates that exist when read day first.
        month_first: Distinct dates that exist when read month first.
        example: One of them.
    """

    day_first: int = 0
    month_first: int = 0
    example: str = ""

    def add(self, values: pl.Series) -> None:
        """Take in distinct texts that are no ISO dates."""
        parts = _numeric(values)
        self.day_first += parts.select(_assembled("a", "b", "c").is_not_null().sum()).item()
        self.month_first += parts.select(_assembled("b", "a", "c").is_not_null().sum()).item()
        self.example = self.example or (parts["text"][0] if parts.height else "")

    def order(self, given: Literal["auto", "day_first", "month_first"]) -> Order:
        """The order of day and month.

        Raises:
            ExportError: Both readings are possible and the user has not said which.
        """
        if given != "auto":
            return given
        if self.day_first == self.month_first and self.day_first:
            raise ExportError(
                f"its dates make sense day first and month first, such as {self.example}",
                cure="say which by INSIDERS_DATE_ORDER=day_first or =month_first",
            )
        return "month_first" if self.month_first > self.day_first else "day_first"


def plain_form(text: str) -> str | None:
    """The way in which a date is written, if it is one of ISO's."""
    for form in _ISO:
        with suppress(ValueError):
            datetime.strptime(text, form)
            return form
    return None


def iso(text: pl.Series) -> pl.Series:
    """The dates of a column as far as they are written in the ISO way; null elsewhere."""
    found = None
    for form in _ISO:
        left = text if found is None else text.set(found.is_not_null(), None)
        if left.null_count() == len(left):
            break
        if found is None and not _fits(text, form):
            continue
        dates = left.str.to_datetime(form, time_unit="us", strict=False)
        found = dates if found is None else pl.select(pl.coalesce(found, dates)).to_series()
    if found is None:
        return pl.repeat(None, len(text), dtype=pl.Datetime("us"), eager=True).alias(text.name)
    return found


def _fits(text: pl.Series, form: str) -> bool:
    first = text.drop_nulls().head(1)
    return bool(first.str.to_datetime(form, strict=False).is_not_null().all())


def to_datetime(text: pl.Series, order: Order) -> pl.Series:
    """The dates of a column; null where there is none. What an offset from UTC says is left out: shops mean local time.

    Args:
        text: Stripped text.
        order: How all-numeric dates without the year in front are read.
    """
    found = iso(text)
    missing = found.is_null() & text.is_not_null()
    if missing.any():
        odd = text.filter(missing).unique(maintain_order=True)
        dates = text.replace_strict(odd, _spelled(odd, order), default=None, return_dtype=pl.Datetime("us"))
        found = pl.select(pl.coalesce(found, dates)).to_series()
    return found.set((found < FIRST) | (found >= LAST), None)


def _parts(values: pl.Series, pattern: str) -> pl.DataFrame:
    """Values that match a pattern, with its groups as columns (those it lacks are null)."""
    groups = ("a", "b", "c", "name", "hour", "minute", "second", "fraction", "half")
    frame = values.to_frame("text").filter(pl.col("text").str.contains(pattern))
    frame = frame.with_columns(found=pl.col("text").str.extract_groups(pattern)).unnest("found")
    return frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in groups if name not in frame.columns
    )


def _numeric(values: pl.Series) -> pl.DataFrame:
    """All-numeric dates that do not begin with the year."""
    return _parts(values, _NUMERIC).filter(pl.col("a").str.len_bytes() <= 2, pl.col("c").str.len_bytes() != 1)


def _spelled(odd: pl.Series, order: Order) -> pl.Series:
    """The dates of distinct texts that are no plain ISO dates."""
    day, month = ("a", "b") if order == "day_first" else ("b", "a")
    year_first = _parts(odd, _NUMERIC).filter(
        pl.col("a").str.len_bytes() == 4, pl.col("c").str.len_bytes() <= 2
    )
    found = [
        _numeric(odd).select("text", date=_assembled(day, month, "c")),
        year_first.select("text", date=_assembled("c", "b", "a")),
        _parts(odd, _COMPACT).select("text", date=_assembled("a", "b", "c")),
    ]
    for pattern in (_DAY_NAME, _NAME_DAY):
        named = _parts(odd, pattern)
        if named.height:
            months = _month_names()
            number = (
                pl.col("name").str.to_lowercase().replace_strict(months, default=None, return_dtype=pl.String)
            )
            found.append(named.with_columns(b=number).select("text", date=_assembled("a", "b", "c")))
    known = pl.concat(found).drop_nulls().unique("text", keep="first", maintain_order=True)
    return odd.to_frame("text").join(known, on="text", how="left", maintain_order="left")["date"]


def _assembled(day: str, month: str, year: str) -> pl.Expr:
    """A date from its parts; null if there is no such day."""
    short = pl.col(year).str.len_bytes() == 2
    full_year = pl.when(short).then(pl.concat_str(pl.lit("20"), pl.col(year))).otherwise(pl.col(year))
    hour = pl.col("hour").cast(pl.Int32, strict=False).fill_null(0)
    evening = pl.col("half").str.to_lowercase().str.starts_with("p")
    hour = (
        pl.when(pl.col("half").is_null()).then(hour)
        .when((hour < 1) | (hour > 12)).then(99)
        .otherwise(hour % 12 + pl.when(evening).then(12).otherwise(0))
    )  # fmt: skip
    two = [pl.col(month), pl.col(day), hour.cast(pl.String), pl.col("minute"), pl.col("second")]
    month_, day_, hour_, minute, second = (part.fill_null("0").str.zfill(2) for part in two)
    text = pl.format(
        "{}-{}-{} {}:{}:{}.{}",
        full_year.str.zfill(4), month_, day_, hour_, minute, second, pl.col("fraction").fill_null("0"),
    )  # fmt: skip
    # A second of 60 would roll over into the next minute.
    valid = pl.col("second").fill_null("0").cast(pl.Int32, strict=False) < 60
    return pl.when(valid).then(text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False))


@lru_cache(maxsize=1)
def _month_names() -> dict[str, str]:
    """Month names and their short forms, in the languages whose exports are read, to two digits."""
    from babel.dates import get_month_names

    names: dict[str, set[int]] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=locale).items():
                names.setdefault(name.casefold().rstrip("."), set()).add(number)
                names.setdefault(name.casefold().rstrip(".")[:3], set()).add(number)
    return {name: f"{numbers.pop():02d}" for name, numbers in names.items() if len(numbers) == 1}
