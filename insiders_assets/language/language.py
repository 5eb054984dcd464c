"""One reader's language: its catalogue of texts and its way to write numbers, money and dates.

Texts are written in English where they are used and looked up in ``catalogues/<language>.po``; English needs no
catalogue. Babel, which knows how the world writes numbers, is imported on first use: it costs 0.1 s.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from insiders_assets.errors import UsageError
from insiders_assets.language.amounts import WHOLE_FROM, unsigned_zero, with_minus
from insiders_assets.language.catalogue import translations
from insiders_assets.language.message import Message
from insiders_assets.language.pages import PageWriter, side_by_side
from insiders_assets.language.writer import MISSING, message_in, parts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from babel import Locale


LANGUAGES = {"en": "English", "pt_BR": "Português (Brasil)"}
"""The languages there are catalogues for, each by its own name."""

DEFAULT = "en"
"""The language that texts are written in."""

REMEMBERED = 50_000
"""Messages remembered at most."""


def mark(text: str) -> str:
    """``text`` itself: marks a text that is translated later, where it is shown, for the catalogue."""
    return text


class Language:
    """Texts, numbers, money and dates in one language.

    Args:
        name: One of :data:`LANGUAGES`; ``pt-BR`` is read as ``pt_BR``.
        currency: ISO 4217 code of the data's currency, or empty if it is not known: money is then a bare number.

    Raises:
        UsageError: There is no catalogue for ``name``.
    """

    def __init__(self, name: str = DEFAULT, currency: str = "") -> None:
        self.name = name.replace("-", "_")
        self.currency = currency
        if self.name not in LANGUAGES:
            raise UsageError(
                f"there is no catalogue for the language {name!r}",
                where="INSIDERS_LANGUAGE",
                hint=f"use one of {', '.join(LANGUAGES)}",
            )

    @property
    def tag(self) -> str:
        """The language as HTML names it, such as ``pt-BR``."""
        return self.name.replace("_", "-")

    @cached_property
    def locale(self) -> Locale:
        """Babel's rules for the language."""
        from babel import Locale

        return Locale.parse(self.name)

    def text(self, english: str, **values: Any) -> str:
        """``english`` in this language, with ``%(name)s`` replaced by ``values``.

        A text that is not in the catalogue stays English: a half-translated page beats a broken one.
        """
        found = translations(self.name).gettext(english) if english else english
        return found % values if values else found

    def plural_text(self, one: str, many: str, count: float) -> str:
        """Return the form of a text that fits ``count``, with its places still to fill."""
        whole = int(count) if count == int(count) else 2
        return translations(self.name).ngettext(one, many, whole)

    def plural(self, one: str, many: str, count: float, **values: Any) -> str:
        """Return the form of a text that fits ``count``, which is written for ``%(count)s`` in it."""
        return self.plural_text(one, many, count) % ({"count": self.number(count)} | values)

    def joint(self, english: str) -> str:
        """Return what stands before the last part of a list."""
        return {" and ": self.text(" and "), "; or ": self.text("; or ")}.get(english, english)

    def said(self, row: Mapping[str, Any], name: str) -> str:
        """Return what a row of a table says by its column ``name``, from the code and arguments beside it.

        A row of an older version, which has no code, or of a newer one, whose code is not known, says it in the
        English of its column.
        """
        return " ".join(self.said_sentences(row, name))

    def said_sentences(self, row: Mapping[str, Any], name: str) -> list[str]:
        """Return the same, sentence by sentence where it is made of several; nothing if the row says nothing."""
        english, code, args = row.get(name) or "", row.get(f"{name}_code"), row.get(f"{name}_args")
        if not code:
            return [english] if english else []
        if (code, args) not in self._written:
            if len(self._written) > REMEMBERED:
                self._written.clear()
            try:
                self._written[code, args] = [
                    PageWriter(self, exact=side_by_side(part)).write(part)
                    for part in parts(Message.read(code, args))
                ]
            except (KeyError, TypeError, ValueError, ArithmeticError):
                return [english]
        return self._written[code, args]

    def said_first(self, row: Mapping[str, Any], name: str) -> str:
        """Return what the first of several things says that a row says by its column ``name``, without a full stop.

        Of a row of an older version, the first sentence of its English.
        """
        try:
            first = (message_in(row, name) or Message("")).args["first"]
            return PageWriter(self, exact=side_by_side(first)).write(first)
        except (KeyError, TypeError, ValueError, ArithmeticError):
            return str(row.get(name) or "").split(". ")[0].rstrip(".")

    @cached_property
    def _written(self) -> dict[tuple[str, str | None], list[str]]:
        """What messages say, by code and arguments: they occur again and again."""
        return {}

    def number(self, value: float | None, digits: int = 0) -> str:
        """``value`` with ``digits`` decimals; an en dash for a missing one."""
        from babel.numbers import format_decimal

        if value is None or value != value:
            return MISSING
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return with_minus(format_decimal(unsigned_zero(value, digits), format=pattern, locale=self.locale))

    def percent(self, share: float | None, digits: int = 1) -> str:
        """Return a fraction as a percentage."""
        from babel.numbers import format_percent

        if share is None or share != share:
            return MISSING
        pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
        return with_minus(
            format_percent(unsigned_zero(share, digits + 2), format=pattern, locale=self.locale)
        )

    def money(self, value: float | None, digits: int | None = None) -> str:
        """Return an amount in the data's currency, or a bare number where the currency is not known.

        Args:
            value: The amount, or None.
            digits: Decimals; unless given, two below 1,000 and none from there on.
        """
        from babel.numbers import format_currency

        if digits is None:
            digits = 2 if value is None or abs(round(value, 2)) < WHOLE_FROM else 0
        if value is None or value != value or not self.currency:
            return self.number(value, digits)
        pattern = self.locale.currency_formats["standard"].pattern
        decimals = "#,##0" + ("." + "0" * digits if digits else "")
        written = format_currency(
            unsigned_zero(value, digits),
            self.currency,
            pattern.replace("#,##0.00", decimals),
            locale=self.locale,
            currency_digits=False,
        )
        return with_minus(written)

    def short_money(self, value: float | None) -> str:
        """Return a large amount in a few characters, such as 8.3M; small ones in full units."""
        from babel.numbers import format_compact_currency, format_compact_decimal

        if value is None or not abs(value) >= 100_000:
            return self.money(value, 0)
        digits = 1 if abs(value) >= 1_000_000 else 0
        if self.currency:
            return format_compact_currency(value, self.currency, locale=self.locale, fraction_digits=digits)
        return format_compact_decimal(value, locale=self.locale, fraction_digits=digits)

    def day(self, value: date) -> str:
        """Return a day in words, such as 7 December 2017."""
        from babel.dates import format_date

        return format_date(value, format="long", locale=self.locale)

    def short_day(self, value: date) -> str:
        """Return a day of a known year, such as 7 Dec."""
        from babel.dates import format_skeleton

        return format_skeleton("MMMd", value, locale=self.locale)

    def month(self, value: date) -> str:
        """Return a month of a year, such as Dec 2017."""
        from babel.dates import format_skeleton

        return format_skeleton("yMMM", value, locale=self.locale)

    def month_alone(self, value: date) -> str:
        """Return a month without its year, such as Dec."""
        from babel.dates import format_skeleton

        return format_skeleton("MMM", value, locale=self.locale).rstrip(".")

    def moment(self, value: datetime) -> str:
        """Return a day and time, to the minute."""
        from babel.dates import format_date, format_time, get_datetime_format

        day, time = format_date(value, "medium", self.locale), format_time(value, "short", locale=self.locale)
        return str(get_datetime_format("medium", self.locale)).replace("'", "").format(time, day)
