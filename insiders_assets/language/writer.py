"""Writing messages: what a code and its arguments say, whatever the language."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from insiders_assets.language.message import Message
from insiders_assets.language.slots import Counted, Kind, Slot
from insiders_assets.language.texts import TEXTS

MISSING = "–"
"""Written for a number that is not there."""

Number = int | Decimal


class Writer(ABC):
    """Writes messages; a language says how texts, numbers and lists are written in it."""

    def write(self, message: Message) -> str:
        """Return what a message says.

        Raises:
            KeyError: There is no such code, or an argument is missing.
        """
        text = TEXTS[message.code]
        values = {name: self._slot(slot, message.args[name]) for name, slot in text.slots.items()}
        count = message.args["count"] if text.many else 1
        return self.template(text.english, text.many, count) % values

    @abstractmethod
    def template(self, english: str, many: str, count: int) -> str:
        """Return the text to fill; the one that fits ``count`` if there are two."""

    @abstractmethod
    def number(self, kind: Kind, value: Number) -> str:
        """Return a number as its kind of slot says."""

    @abstractmethod
    def day(self, value: str) -> str:
        """Return a day."""

    @abstractmethod
    def joint(self, english: str) -> str:
        """Return what stands between the last parts of a list."""

    def _slot(self, slot: Slot, value: Any) -> str:
        if isinstance(slot, Counted):
            return self.template(slot.one, slot.many, value) % {"count": self.number(Kind.NUMBER, value)}
        if value is None:
            return MISSING
        if slot in _NUMBERS:
            return self.number(slot, value)
        if slot in _JOINED:
            return self._joined(slot, value)
        if slot is Kind.DAY:
            return self.day(str(value))
        phrase = self._part(value)
        if slot is Kind.LOWER:
            return phrase.lower()
        if slot is Kind.SMALL:
            return phrase[:1].lower() + phrase[1:]
        return phrase[:1].upper() + phrase[1:] if slot is Kind.CAPITAL else phrase

    def _part(self, value: Any) -> str:
        return self.write(value) if isinstance(value, Message) else str(value)

    def _joined(self, kind: Kind, values: Sequence[Any] | Message) -> str:
        if isinstance(values, str | Message):
            return self._part(values)
        between, last = _JOINED[kind]
        *parts, end = [self._part(value) for value in values] or [""]
        phrase = (self.joint(between).join(parts) + (self.joint(last) if parts else "")) + end
        return phrase[:1].upper() + phrase[1:] if kind is Kind.NAMED else phrase


_NUMBERS = frozenset(
    {Kind.NUMBER, Kind.PLAIN, Kind.SIGNED, Kind.MONEY, Kind.PERCENT, Kind.TIGHT, Kind.CHANGE}
)
_JOINED = {
    Kind.LISTED: (", ", " and "),
    Kind.COMMAS: (", ", ", "),
    Kind.NAMED: (", ", ", "),
    Kind.QUOTED: (", ", ", "),
    Kind.EITHER: ("; or ", "; or "),
    Kind.SENTENCES: (" ", " "),
}
"""What stands between the parts of a list, and before its last."""


class Plain(Writer):
    """English as tables have it: the same for every reader, without a currency."""

    def template(self, english: str, many: str, count: int) -> str:
        """Return the English text."""
        return english if not many or count == 1 else many

    def number(self, kind: Kind, value: Number) -> str:
        """Return a number with thousands separators and the decimals that it has."""
        value = Decimal(value)
        if kind in (Kind.PERCENT, Kind.TIGHT, Kind.CHANGE):
            sign = "+" if kind is Kind.CHANGE else ""
            return f"{value.scaleb(2):{sign},f}" + ("%" if kind is Kind.TIGHT else " %")
        if kind is Kind.PLAIN:
            return f"{value:f}"
        return f"{value:+,f}" if kind is Kind.SIGNED else f"{value:,f}"

    def day(self, value: str) -> str:
        """Return a day in ISO format."""
        return value

    def joint(self, english: str) -> str:
        """Return the English word."""
        return english


PLAIN = Plain()


def columns(name: str, message: Message | None) -> dict[str, str | None]:
    """Return the columns by which a table says a message: its English text, its code and its arguments."""
    if message is None:
        return dict.fromkeys((name, f"{name}_code", f"{name}_args"))
    return {name: PLAIN.write(message), f"{name}_code": message.code, f"{name}_args": message.arguments}


def message_in(row: Any, name: str) -> Message | None:
    """Return the message that a row says by its column ``name``; None if it has none."""
    code = row.get(f"{name}_code")
    return Message.read(code, row.get(f"{name}_args")) if code else None


def parts(message: Message) -> list[Message]:
    """Return the sentences of a message that is made of several, or the message alone."""
    found = [
        part
        for name, slot in TEXTS[message.code].slots.items()
        if slot is Kind.SENTENCES
        for part in message.args[name]
    ]
    return found or [message]
