"""Dates as people write them, read in one order per file that the whole file agrees on.

Text in the ISO order is cast at once. Anything else is taken apart, distinct value by distinct value: a month in
letters or a year in front leaves no doubt; of ``03/04/2026`` the rest of the file decides whether it is March or
April, and if it cannot, the file is refused rather than guessed at.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import polars as pl

from insiders_assets.ingest.parsing.date_patterns import (
    COMPACT,
    EPOCH,
    GROUPS,
    NAMED,
    NUMERIC,
    SERIAL,
    SERIALS,
    TIME_FIRST,
    month_names,
)
from insiders_assets.ingest.refusal import RefusedExportError

if TYPE_CHECKING:
    from collections.abc import Sequence

Order = Literal["day_first", "month_first"]

FIRST, LAST = datetime(1970, 1, 1), datetime(2200, 1, 1)
"""Dates outside are misread or mistyped; no shop has sold then."""
_ISO = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
LEAP_SECOND = ":60"
"""How the time of a leap second ends; parsers of dates roll it over, into another day at worst."""
_SERIAL_ZERO = datetime(1899, 12, 30)
_NO_PARTS = pl.DataFrame(schema=dict.fromkeys(("text", *GROUPS), pl.String))
_NUMBERS_ALONE = r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d"
"""What a date whose order matters has in it."""
SWAPPED_UP_TO = 12
"""Days of a month up to which a spreadsheet can take a day for a month."""


@dataclass
class DateEvidence:
    """What the dates of a file say about their order.

    Attributes:
        day_first: Distinct dates that exist when read day first.
        month_first: Distinct dates that exist when read month first.
        example: One of them.
        early_days: Dates in the ISO order, as long as none has a day after the twelfth.
        late_days: Whether one has.
        early_example: The first of them.
    """

    day_first: int = 0
    month_first: int = 0
    example: str = ""
    early_days: int = 0
    late_days: bool = False
    early_example: str = ""

    def add(self, values: pl.Series) -> None:
        """Take in distinct texts that are no ISO dates."""
        parts = _numeric(*_parts(values, NUMERIC, TIME_FIRST))
        self.day_first += parts.select(_assembled("a", "b", "c").is_not_null().sum()).item()
        self.month_first += parts.select(_assembled("b", "a", "c").is_not_null().sum()).item()
        self.example = self.example or (parts["text"][0] if parts.height else "")

    def add_iso(self, dates: pl.Series) -> None:
        """Take in dates that were written in the ISO order, or stood in cells of dates."""
        if self.late_days or not len(dates):
            return
        self.late_days = bool((dates.dt.day() > SWAPPED_UP_TO).any())
        self.early_days += len(dates) - dates.null_count()
        if not self.early_example and (found := dates.drop_nulls()).len():
            self.early_example = f"{found[0]:%Y-%m-%d}"

    @property
    def half_swapped(self) -> bool:
        """Whether a spreadsheet took the days it could for months, and left the others as text."""
        one_sided = bool(self.day_first) != bool(self.month_first)
        return one_sided and self.early_days > 0 and not self.late_days

    def order(
        self,
        given: Literal["auto", "day_first", "month_first"],
        swapped: Literal["ask", "undo", "keep"] = "ask",
    ) -> Order:
        """Return the order of day and month.

        Args:
            given: What the user said of it.
            swapped: What the user said of dates that a spreadsheet may have swapped.

        Raises:
            ExportError: Both readings are possible and the user has not said which.
        """
        if swapped == "ask" and self.half_swapped:
            raise RefusedExportError(
                "export.swapped_dates", early=self.early_example, last=SWAPPED_UP_TO, example=self.example
            )
        if given != "auto":
            return given
        if self.day_first == self.month_first and self.day_first:
            raise RefusedExportError("export.date_order", example=self.example)
        return "month_first" if self.month_first > self.day_first else "day_first"


def plain_form(text: str) -> str | None:
    """Return the way in which a date is written, if it is one of ISO's."""
    for form in _ISO:
        with suppress(ValueError):
            datetime.strptime(text, form)
            return form
    return None


def iso(text: pl.Series) -> pl.Series:
    """Return the dates of a column as far as they are written in the ISO way; null elsewhere."""
    text, found = text.set(text.str.ends_with(LEAP_SECOND), None), None
    first = text.drop_nulls().head(1)
    may_fit = bool(first.str.contains(r"^\s*[+-]?\d+\s*-").any())
    start = next((at for at, form in enumerate(_ISO) if may_fit and _fits(first, form)), None)
    # The first may be another, as where a spreadsheet took some dates for its own and left the others as text.
    if start is None and text.str.contains(r"^\d{4}-\d{2}-\d{2}").any():
        start = 0
    for form in () if start is None else _ISO[start:]:
        left = text if found is None else text.set(found.is_not_null(), None)
        if left.null_count() == len(left):
            break
        dates = left.str.to_datetime(form, time_unit="us", strict=False)
        dates = dates.set(dates < FIRST, None)  # polars takes the 03 of 03-01-25 for a year
        found = dates if found is None else pl.select(pl.coalesce(found, dates)).to_series()
    if found is None:
        return pl.repeat(None, len(text), dtype=pl.Datetime("us"), eager=True).alias(text.name)
    return found


def _fits(first: pl.Series, form: str) -> bool:
    return bool(first.str.to_datetime(form, strict=False).is_not_null().all())


def to_datetime(
    text: pl.Series, order: Order, formats: Sequence[str] = (), *, swapped: bool = False
) -> pl.Series:
    """Return the dates of a column; null where there is none. Offsets from UTC are left out: shops mean local time.

    Args:
        text: Stripped text.
        order: How all-numeric dates without the year in front are read.
        formats: The only ways in which dates may be written, as ``strptime`` takes them; any unless given.
        swapped: Whether day and month of dates in the ISO order stand in each other's place.
    """
    if formats:
        tried = [text.str.to_datetime(form, time_unit="us", strict=False) for form in formats]
        found = pl.select(pl.coalesce(tried)).to_series().alias(text.name)
        return found.set((found < FIRST) | (found >= LAST), None)
    found = iso(text)
    if swapped:
        found = _swapped(found)
    missing = found.is_null() & text.is_not_null()
    if missing.any():
        odd = text.filter(missing).unique(maintain_order=True)
        spelled = _spelled(odd, order)
        if spelled.null_count() < len(spelled):
            dates = text.replace_strict(odd, spelled, default=None, return_dtype=pl.Datetime("us"))
            found = pl.select(pl.coalesce(found, dates)).to_series()
    return found.set((found < FIRST) | (found >= LAST), None)


def to_datetime_either_way(text: pl.Series) -> pl.Series:
    """Return dates, all-numeric ones in the order in which more of them are dates; day first if both do."""
    found = to_datetime(text, "day_first")
    if not text.filter(found.is_null()).str.contains(_NUMBERS_ALONE).any():
        return found
    other = to_datetime(text, "month_first")
    return other if other.null_count() < found.null_count() else found


def _swapped(dates: pl.Series) -> pl.Series:
    """Return dates with day and month in each other's place; as they are where there is no such day."""
    date = pl.col("date")
    turned = pl.datetime(date.dt.year(), date.dt.day(), date.dt.month(), time_unit="us") + (
        date - date.dt.truncate("1d")
    )
    can = date.dt.day() <= SWAPPED_UP_TO
    return dates.to_frame("date").select(
        pl.when(can).then(pl.when(can).then(turned)).otherwise(date)
    ).to_series().alias(dates.name)  # fmt: skip


def _parts(values: pl.Series, *patterns: str) -> list[pl.DataFrame]:
    """Return values that match patterns, with the groups of each as columns (those it lacks are null)."""
    text = pl.col("text")
    frame = values.to_frame("text")
    does = frame.select(text.str.contains(pattern).alias(pattern) for pattern in patterns)
    # What takes a text apart is compiled each time, and most columns have no dates of most kinds.
    return [
        _groups(frame.filter(does[pattern]), pattern) if does[pattern].any() else _NO_PARTS
        for pattern in patterns
    ]


def _groups(matching: pl.DataFrame, pattern: str) -> pl.DataFrame:
    frame = matching.with_columns(found=pl.col("text").str.extract_groups(pattern)).unnest("found")
    return frame.select(
        "text",
        *(pl.col(name) if name in frame.columns else pl.lit(None, pl.String).alias(name) for name in GROUPS),
    )


def _numeric(numeric: pl.DataFrame, time_first: pl.DataFrame) -> pl.DataFrame:
    """Return all-numeric dates that do not begin with the year."""
    if numeric.height:
        numeric = numeric.filter(pl.col("a").str.len_bytes() <= 2, pl.col("c").str.len_bytes() != 1)
    return pl.concat([numeric, time_first])


def _year_first(numeric: pl.DataFrame) -> pl.DataFrame:
    if not numeric.height:
        return numeric
    return numeric.filter(pl.col("a").str.len_bytes() == 4, pl.col("c").str.len_bytes() <= 2)


def _spelled(odd: pl.Series, order: Order) -> pl.Series:
    """Return the dates of distinct texts that are no plain ISO dates."""
    day, month = ("a", "b") if order == "day_first" else ("b", "a")
    likely = odd.filter(odd.str.contains(r"\d"))
    nothing = pl.repeat(None, len(odd), dtype=pl.Datetime("us"), eager=True)
    if not len(likely):
        return nothing
    numeric, time_first, compact, *named = _parts(likely, NUMERIC, TIME_FIRST, COMPACT, *NAMED)
    taken = [
        (_numeric(numeric, time_first), (day, month, "c")),
        (_year_first(numeric), ("c", "b", "a")),
        (compact, ("a", "b", "c")),
        *((_by_number(parts), ("a", "b", "c")) for parts in named),
    ]
    found = [parts.select("text", date=_assembled(*roles)) for parts, roles in taken if parts.height]
    if likely.str.contains(f"{EPOCH}|{SERIAL}").any():
        found.append(_counted(likely))
    if not found:
        return nothing
    known = pl.concat(found).drop_nulls().unique("text", keep="first", maintain_order=True)
    return odd.to_frame("text").join(known, on="text", how="left", maintain_order="left")["date"]


def _by_number(named: pl.DataFrame) -> pl.DataFrame:
    """Return dates with their month's name, with its number instead; null if there is no such month."""
    if not named.height:
        return named
    name = pl.col("name").str.to_lowercase()
    return named.with_columns(b=name.replace_strict(month_names(), default=None, return_dtype=pl.String))


def _counted(odd: pl.Series) -> pl.DataFrame:
    """Return dates that programs count: seconds, milliseconds or microseconds since 1970, or days of a spreadsheet."""
    text = pl.col("text")
    whole = text.str.extract(r"^(\d+)")
    scale = pl.when(whole.str.len_bytes() == 10).then(1_000_000).when(whole.str.len_bytes() == 13).then(1_000)
    since_1970 = (whole.cast(pl.Int64, strict=False) * scale.otherwise(1)).cast(pl.Datetime("us"))
    # Days in decimals give the time to a fraction of a second, which nobody ever typed.
    days = text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    seconds = (pl.when(days.is_between(*SERIALS, closed="left")).then(days) * 86_400).round()
    since_1899 = pl.lit(_SERIAL_ZERO).cast(pl.Datetime("us")) + pl.duration(
        microseconds=seconds.cast(pl.Int64) * 1_000_000
    )
    return odd.to_frame("text").select(
        "text",
        date=pl.when(text.str.contains(EPOCH)).then(since_1970)
        .when(text.str.contains(SERIAL)).then(since_1899),
    )  # fmt: skip


def _assembled(day: str, month: str, year: str) -> pl.Expr:
    """Return a date from its parts; null if there is no such day."""
    short = pl.col(year).str.len_bytes() == 2
    full_year = pl.when(short).then(pl.concat_str(pl.lit("20"), pl.col(year))).otherwise(pl.col(year))
    hour = pl.col("hour").cast(pl.Int32, strict=False).fill_null(0)
    evening = pl.col("half").str.to_lowercase().str.starts_with("p")
    hour = (
        pl.when(pl.col("half").is_null()).then(hour)
        .when((hour < 1) | (hour > 12)).then(99)
        .otherwise(hour % 12 + pl.when(evening).then(12).otherwise(0))
    )  # fmt: skip
    # A leap second is read as the one before it, which is on the same day.
    second_ = pl.col("second").replace("60", "59")
    two = [pl.col(month), pl.col(day), hour.cast(pl.String), pl.col("minute"), second_]
    month_, day_, hour_, minute, second = (part.fill_null("0").str.zfill(2) for part in two)
    text = pl.format(
        "{}-{}-{} {}:{}:{}.{}",
        full_year.str.zfill(4), month_, day_, hour_, minute, second, pl.col("fraction").fill_null("0"),
    )  # fmt: skip
    return text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
