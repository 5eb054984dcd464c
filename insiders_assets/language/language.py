"""One reader's language: its catalogue of texts and its way to write numbers, money and dates.

Texts are written in English where they are used and looked up in ``catalogues/<language>.po``; English needs no
catalogue. Babel, which knows how the world writes numbers, is imported on first use: it costs 0.1 s.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets.errors import UsageError
from insiders_assets.language.amounts import WHOLE_FROM, unsigned_zero

if TYPE_CHECKING:
    from datetime import date, datetime

    from babel import Locale
    from babel.messages import Catalog

    from insiders_assets.language.sentences import Sentences

LANGUAGES = {"en": "English", "pt_BR": "Português (Brasil)"}
"""The languages there are catalogues for, each by its own name."""

DEFAULT = "en"
"""The language that texts are written in."""

MISSING = "–"
"""Written for a number that is not there."""

CATALOGUES = Path(__file__).parent / "catalogues"


def mark(text: str) -> str:
    """``text`` itself: marks a text that is translated later, where it is shown, for the catalogue."""
    return text


@lru_cache
def _catalogue(name: str) -> Catalog:
    from babel.messages.pofile import read_po

    with (CATALOGUES / f"{name}.po").open("rb") as file:
        return read_po(file, locale=name.rpartition(".")[2])


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
                cure=f"use one of {', '.join(LANGUAGES)}",
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
        found = english
        if self.name != DEFAULT and english:
            message = _catalogue(self.name).get(english)
            if message is not None and message.string:
                found = message.string if isinstance(message.string, str) else message.string[0]
        return found % values if values else found

    def plural(self, one: str, many: str, count: float, **values: Any) -> str:
        """The form of a text that fits ``count``, which is written for ``%(count)s`` in it."""
        found = one if count == 1 else many
        if self.name != DEFAULT:
            catalogue = _catalogue(self.name)
            message = catalogue.get((one, many)) or catalogue.get(one)
            if message is not None and message.string and not isinstance(message.string, str):
                found = message.string[self.locale.plural_form(count) != "one"] or found
        return found % ({"count": self.number(count)} | values)

    @cached_property
    def _sentences(self) -> Sentences:
        from insiders_assets.language.sentences import Sentences

        # English has patterns too: they find the amounts that its sentences lack the currency of, and some sentences
        # of the tables, whose words stay, are said better on a page.
        other = next(name for name in LANGUAGES if name != DEFAULT)
        known = _catalogue(f"sentences.{self.name if self.name != DEFAULT else other}")
        pairs = {str(message.id): str(message.string) for message in known if message.id}
        if self.name == DEFAULT:
            said = _catalogue(f"sentences.{DEFAULT}")
            better = {str(message.id): str(message.string) for message in said if message.id}
            pairs = {english: better.get(english, english) for english in pairs}
        return Sentences(self, pairs.items())

    def told(self, english: str) -> str:
        """Sentences that the programme wrote, such as a reason or an answer, in this language."""
        return self._sentences.write(english)

    @staticmethod
    def sentences(english: str) -> list[str]:
        """The sentences of a text that the programme wrote."""
        from insiders_assets.language.patterns import SENTENCE_END

        return SENTENCE_END.split(english)

    def untold(self, english: str) -> list[str]:
        """The sentences among them that :meth:`told` leaves in English."""
        return self._sentences.unknown(english)

    def number(self, value: float | None, digits: int = 0) -> str:
        """``value`` with ``digits`` decimals; an en dash for a missing one."""
        from babel.numbers import format_decimal

        if value is None or value != value:
            return MISSING
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(unsigned_zero(value, digits), format=pattern, locale=self.locale)

    def percent(self, share: float | None, digits: int = 1) -> str:
        """A fraction as a percentage."""
        from babel.numbers import format_percent

        if share is None or share != share:
            return MISSING
        pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
        return format_percent(unsigned_zero(share, digits + 2), format=pattern, locale=self.locale)

    def money(self, value: float | None, digits: int | None = None) -> str:
        """An amount in the data's currency, or a bare number where the currency is not known.

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
        return format_currency(
            unsigned_zero(value, digits),
            self.currency,
            pattern.replace("#,##0.00", decimals),
            locale=self.locale,
            currency_digits=False,
        )

    def short_money(self, value: float | None) -> str:
        """A large amount in a few characters, such as 8.3M; small ones in full units."""
        from babel.numbers import format_compact_currency, format_compact_decimal

        if value is None or not abs(value) >= 100_000:
            return self.money(value, 0)
        digits = 1 if abs(value) >= 1_000_000 else 0
        if self.currency:
            return format_compact_currency(value, self.currency, locale=self.locale, fraction_digits=digits)
        return format_compact_decimal(value, locale=self.locale, fraction_digits=digits)

    def day(self, value: date) -> str:
        """A day in words, such as 7 December 2017."""
        from babel.dates import format_date

        return format_date(value, format="long", locale=self.locale)

    def short_day(self, value: date) -> str:
        """A day of a known year, such as 7 Dec."""
        from babel.dates import format_skeleton

        return format_skeleton("MMMd", value, locale=self.locale)

    def month(self, value: date) -> str:
        """A month of a year, such as Dec 2017."""
        from babel.dates import format_skeleton

        return format_skeleton("yMMM", value, locale=self.locale)

    def month_alone(self, value: date) -> str:
        """A month without its year, such as Dec."""
        from babel.dates import format_skeleton

        return format_skeleton("MMM", value, locale=self.locale).rstrip(".")

    def moment(self, value: datetime) -> str:
        """A day and time."""
        from babel.dates import format_datetime

        return format_datetime(value, format="medium", locale=self.locale)
