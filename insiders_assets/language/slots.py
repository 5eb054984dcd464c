"""How a message is written: an English text with named slots, and what each slot holds.

A text is the key under which catalogues have its translation, so that a translator sees whole sentences. An argument is
a fact, an amount, a day, a name or another message; its slot says how it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

PLACE = re.compile(r"%\((\w+)\)s")
"""Where a text has a slot."""


class Kind(Enum):
    """What a slot holds, and how it is written."""

    NUMBER = auto()
    """A number with the decimals that it was given."""
    PLAIN = auto()
    """The same; tables write it without separators."""
    SIGNED = auto()
    """A number that always has its sign."""
    MONEY = auto()
    """An amount; pages add the currency."""
    PERCENT = auto()
    """A fraction, written as a percentage."""
    TIGHT = auto()
    """The same; tables write it without a space."""
    CHANGE = auto()
    """A fraction, written as a percentage that always has its sign."""
    DAY = auto()
    """A day, in ISO format."""
    NAME = auto()
    """A name or an id, which no language changes."""
    QUOTED = auto()
    """Words of an export or of a program, or several with commas, in which anybody may be named."""
    TEXT = auto()
    """Another message, or nothing."""
    LOWER = auto()
    """Another message in small letters."""
    SMALL = auto()
    """Another message with a small first letter."""
    CAPITAL = auto()
    """Another message with a capital."""
    LISTED = auto()
    """Several messages or names: a, b and c."""
    COMMAS = auto()
    """Several, with commas alone."""
    NAMED = auto()
    """The same, with a capital."""
    EITHER = auto()
    """Several, with semicolons and *or*."""
    SENTENCES = auto()
    """Several sentences, one after the other."""


@dataclass(frozen=True)
class Counted:
    """A slot that holds a whole number and writes it with its noun.

    Attributes:
        one: The text for one, with a slot ``count``.
        many: The text for any other number.
    """

    one: str
    many: str


Slot = Kind | Counted


@dataclass(frozen=True)
class Text:
    """What a message says in English, and what its slots hold.

    Attributes:
        english: The text, as Python's ``%`` operator fills it.
        slots: What each slot holds, by name.
        many: The text for any other number than one in the slot ``count``; empty if nothing depends on a number.
    """

    english: str
    slots: Mapping[str, Slot] = field(default_factory=dict)
    many: str = ""

    def __post_init__(self) -> None:
        for english in filter(None, (self.english, self.many)):
            if set(PLACE.findall(english)) != set(self.slots):
                raise ValueError(f"slots {sorted(self.slots)} are not those of {english!r}")


def text(english: str, many: str = "", /, **slots: Slot) -> Text:
    """Return a text with its slots."""
    return Text(english, slots, many)


def counted(one: str, many: str) -> Counted:
    """Return a slot that writes ``1 order`` or ``2 orders``, of the noun for one and for many."""
    return Counted(f"%(count)s {one}", f"%(count)s {many}")
