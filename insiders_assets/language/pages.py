"""Messages as pages tell them: in the reader's language, with the currency and days in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Protocol

from insiders_assets.language.amounts import WHOLE_FROM
from insiders_assets.language.message import Message
from insiders_assets.language.slots import Kind
from insiders_assets.language.texts import TEXTS
from insiders_assets.language.writer import Number, Writer


class Reader(Protocol):
    """Whom a page is for: how texts, numbers, money and days are written in their language."""

    def text(self, english: str) -> str:
        """Return a text in the language."""

    def plural_text(self, one: str, many: str, count: float) -> str:
        """Return the form of a text that fits a number."""

    def joint(self, english: str) -> str:
        """Return what stands before the last part of a list."""

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number."""

    def percent(self, share: float, digits: int = 1) -> str:
        """Return a fraction as a percentage."""

    def money(self, value: float, digits: int | None = None) -> str:
        """Return an amount with its currency."""

    def day(self, value: date) -> str:
        """Return a day in words."""


class PageWriter(Writer):
    """Writes messages in one language.

    Args:
        language: The reader's.
        exact: Whether amounts keep their cents.
    """

    def __init__(self, language: Reader, *, exact: bool = False) -> None:
        self.language, self.exact = language, exact

    def template(self, english: str, many: str, count: int) -> str:
        """Return the catalogue's text."""
        return self.language.plural_text(english, many, count) if many else self.language.text(english)

    def number(self, kind: Kind, value: Number) -> str:
        """Return a number as the language writes it, with the decimals that it has."""
        amount = Decimal(value)
        decimals = max(0, -int(amount.as_tuple().exponent))
        sign = "+" if kind in (Kind.SIGNED, Kind.CHANGE) and amount >= 0 else ""
        if kind in (Kind.SIGNED, Kind.CHANGE) and amount < 0 and not self.exact:
            sign, amount = "−", -amount
        if kind in (Kind.PERCENT, Kind.TIGHT, Kind.CHANGE):
            return sign + self.language.percent(float(amount), max(0, decimals - 2))
        if kind is Kind.MONEY:
            # Money has two decimals or none, whatever a table of mixed figures has.
            few = decimals if decimals != 1 else 0 if abs(amount) >= 100 else 2
            return self.language.money(float(amount), None if few and not self.exact else few)
        return sign + self.language.number(
            float(amount), 0 if abs(amount) >= WHOLE_FROM and not self.exact else decimals
        )

    def day(self, value: str) -> str:
        """Return a day in words."""
        return self.language.day(date.fromisoformat(value))

    def joint(self, english: str) -> str:
        """Return what stands before the last of a list."""
        return self.language.joint(english)


def side_by_side(message: Message) -> bool:
    """Return whether two amounts would be written alike without their cents, which then tell them apart."""
    amounts = sorted(set(_amounts(message)))
    return any(amount >= WHOLE_FROM and other - amount < 1 for amount, other in pairwise(amounts))


def _amounts(message: Message) -> Iterator[Decimal]:
    for name, slot in TEXTS[message.code].slots.items():
        yield from _amounts_in(message.args[name], slot is Kind.MONEY)


def _amounts_in(value: Any, is_money: bool) -> Iterator[Decimal]:
    if isinstance(value, Message):
        yield from _amounts(value)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _amounts_in(each, False)
    elif is_money and value is not None:
        yield abs(Decimal(value))
