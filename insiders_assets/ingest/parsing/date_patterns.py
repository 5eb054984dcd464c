"""How people and programs write dates: the patterns that take them apart, and the names of months."""

from __future__ import annotations

from functools import lru_cache

GROUPS = ("a", "b", "c", "name", "hour", "minute", "second", "fraction", "half")
"""Groups of the patterns: three numbers of the day (``c`` is the year, or ``a``), the month's name, and the time."""

SERIALS = (32_874, 54_789)
"""Days of a spreadsheet from 1990 up to 2050: other numbers of five digits are no dates."""
_WEEKDAY = r"^(?:\p{L}[\p{L}-]{1,13}\.?,?\s+)?"
_ZONE = (
    r"(?:\s*(?:Z|[A-Z]{2,5}\b|(?:UTC|GMT)?\s?[+-]\d{1,2}(?::?\d{2})?)(?:\s*\([^)]*\)|\[[\w/+-]+\])?)?"
    r"(?:\s*(?i:hs|hrs|h|horas|uhr|uur|ore)\.?)?"
)
"""An offset from UTC or a zone's name, and the word for hours that some languages add."""
_CLOCK = (
    r"(?P<hour>\d{1,2})\s?[:.h]\s?(?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?"
)
_TIME = (
    r"(?:(?:\s*[T,]\s*|\s+(?:[-–] |at |às |as |um |à |a las |a la |alle |ore |om |kl\.? )?)"
    + _CLOCK
    + _ZONE
    + ")?"
)
NUMERIC = _WEEKDAY + r"(?P<a>\d{1,4})(?P<mark>[-/. ])(?P<b>\d{1,2})[-/. ](?P<c>\d{1,4})\.?" + _TIME + "$"
TIME_FIRST = r"^" + _CLOCK + r"[\s,–-]+(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{2}|\d{4})$"
DAY_NAME = (
    _WEEKDAY
    + r"(?P<a>\d{1,2})(?:st|nd|rd|th|er|º|\.)?[-/. ]*(?:de |of |d')?(?P<name>\p{L}{3,12})\.?,?[-/. ]*(?:de |del )?"
    r"(?P<c>\d{4}|\d{2})" + _TIME + "$"
)
NAME_DAY = (
    _WEEKDAY
    + r"(?P<name>\p{L}{3,12})\.?[-/. ]*(?P<a>\d{1,2})(?:st|nd|rd|th)?,?[-/. ]+(?P<c>\d{4}|\d{2})"
    + _TIME
    + "$"
)
YEAR_LAST = _WEEKDAY + r"(?P<name>\p{L}{3,12})\s+(?P<a>\d{1,2})\s+" + _CLOCK + _ZONE + r"\s+(?P<c>\d{4})$"
"""As C's ``ctime`` writes it: ``Fri Jan  3 09:05:00 UTC 2025``."""
YEAR_NAME = r"^(?P<c>\d{4})[-/. ](?P<name>\p{L}{3,12})\.?[-/. ](?P<a>\d{1,2})" + _TIME + "$"
COMPACT = (
    r"^(?P<c>\d{4})(?P<b>\d{2})(?P<a>\d{2})(?:[T ]?(?P<hour>\d{2})(?P<minute>\d{2})?(?P<second>\d{2})?Z?)?$"
)
NAMED = (DAY_NAME, NAME_DAY, YEAR_LAST, YEAR_NAME)

EPOCH = r"^\d{10}(?:\d{3}|\d{6})?(?:\.\d+)?$"
"""Seconds, milliseconds or microseconds since 1970."""
SERIAL = r"^\d{5}(?:[.,]\d+)?$"
"""Days since the end of 1899, as a spreadsheet keeps a date that it was not asked to show as one."""

_LOCALES = ("en", "de", "es", "fr", "it", "nl", "pt")


@lru_cache(maxsize=1)
def month_names() -> dict[str, str]:
    """Month names and their short forms, in the languages whose exports are read, to two digits."""
    from babel.dates import get_month_names

    names: dict[str, set[int]] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=locale).items():
                names.setdefault(name.casefold().rstrip("."), set()).add(number)
                names.setdefault(name.casefold().rstrip(".")[:3], set()).add(number)
    return {name: f"{numbers.pop():02d}" for name, numbers in names.items() if len(numbers) == 1}
