"""The programme's sentences in the reader's language.

The tables hold plain English, the same for every reader of the warehouse. A page shows it in its reader's language, so
sentences are recognised by patterns, ``sentences.<language>.po``, and written again from what stands in their slots. A
slot's first letter says what it holds:

==== ================================================= =========================================
n    a number                                          written as the language does
p    a percentage, such as ``88.7 %``                  likewise
m    an amount of money                                likewise, with its currency
d    a day, such as ``2017-12-07``                     likewise
i    an id, without spaces                             left as it is
w    a name of any kind                                likewise
t    a text                                            translated in turn
u    what was counted or measured                      translated, if it is known word for word
l    texts with commas and a last *and*                each translated, joined again
o    texts joined by *; or*                            likewise
s    texts joined by *;*                               likewise
==== ================================================= =========================================

A sentence that no pattern fits stays English; a test runs the programme and finds those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from insiders_assets.language.amounts import WHOLE_FROM
from insiders_assets.language.patterns import JOINTS, SENTENCE_END, SLOTS, Pattern, Patterns, split

if TYPE_CHECKING:
    from insiders_assets.language.language import Language

_CENTS = re.compile(r"\d[\d,]*(?:\.\d\d)?\b")

REMEMBERED = 50_000
"""Sentences remembered at most: parts of them occur again and again."""


class Sentences:
    """Recognises the programme's sentences and writes them in one language.

    Args:
        language: The reader's language.
        messages: English patterns and their translations.
    """

    def __init__(self, language: Language, messages: Iterable[tuple[str, str]]) -> None:
        self.language = language
        pairs = list(messages)
        self._fixed = {
            english.replace("%%", "%"): text.replace("%%", "%")
            for english, text in pairs
            if "%(" not in english
        }
        self._patterns = Patterns(Pattern.read(english, text) for english, text in pairs if "%(" in english)
        self._known: dict[tuple[bool, str], str | None] = {}
        self._exact = False

    def write(self, text: str) -> str:
        """``text`` in the reader's language; what is not recognised stays as it is."""
        self._exact = _side_by_side(text)
        return " ".join(self._sentence(part) or part for part in SENTENCE_END.split(text))

    def unknown(self, text: str) -> list[str]:
        """The sentences of ``text`` that are not recognised."""
        return [part for part in SENTENCE_END.split(text) if part and self._sentence(part) is None]

    def _sentence(self, text: str) -> str | None:
        """One sentence or part of one; None if it is not recognised."""
        key = self._exact, text
        if key not in self._known:
            if len(self._known) > REMEMBERED:
                self._known.clear()
            self._known[key] = self._look_up(text)
        return self._known[key]

    def _look_up(self, text: str) -> str | None:
        if text in self._fixed:
            return self._fixed[text]
        if text.endswith("."):
            body = self._sentence(text[:-1])
            return None if body is None else body + "."
        for slot in "np":
            if re.fullmatch(SLOTS[slot], text):
                return self._slot(slot, text)
        return self._by_pattern(text) or self._other_capital(text) or self._as_list(text)

    def _by_pattern(self, text: str) -> str | None:
        for pattern, given in self._patterns.fitting(text):
            slots = {name: self._slot(name[0], value) for name, value in given.items()}
            if None not in slots.values():
                return pattern.written % slots
        return None

    def _other_capital(self, text: str) -> str | None:
        """A text that is known with a small first letter, or with a capital."""
        if not text[:1].isalpha():
            return None
        small = text[0].islower()
        other = (text[0].upper() if small else text[0].lower()) + text[1:]
        body = self._fixed.get(other) or self._by_pattern(other)
        return body and (body[0].lower() if small else body[0].upper()) + body[1:]

    def _as_list(self, text: str) -> str | None:
        """Texts with semicolons, or with commas and a last *and*, all of them known."""
        for kind in "sl":
            if len(split(kind, text)[0]) > 1 and (found := self._joined(kind, text)):
                return found
        return None

    def _slot(self, kind: str, text: str) -> str | None:
        if kind == "t":
            return self._sentence(text)
        if kind == "u":
            return self._fixed.get(text)
        if kind in JOINTS:
            return self._joined(kind, text)
        if kind == "d":
            return self.language.day(date.fromisoformat(text))
        return text if kind in "iw" else self._number(kind, text)

    def _joined(self, kind: str, text: str) -> str | None:
        parts, joints = split(kind, text)
        written = []
        for part in parts:
            found = self._sentence(part)
            if found is None:
                return None
            written.append(found)
        words = {" and ": self.language.text(" and "), "; or ": self.language.text("; or ")}
        rest = (words.get(joint, joint) + part for joint, part in zip(joints, written[1:], strict=True))
        return written[0] + "".join(rest)

    def _number(self, kind: str, text: str) -> str:
        """A number as it was written in English, with as many decimals, written again."""
        digits = text.rstrip(" %")
        if digits == "–" or "e" in digits:
            return digits
        value = float(digits.replace(",", "").replace("−", "-"))
        decimals = len(digits.partition(".")[2])
        sign = "+" if digits.startswith("+") else ""
        if kind == "p":
            return sign + self.language.percent(value / 100, decimals)
        if kind == "m":
            # Money has two decimals or none, whatever a table of mixed figures has.
            few = decimals if decimals != 1 else 0 if abs(value) >= 100 else 2
            return sign + self.language.money(value, None if few and not self._exact else few)
        return sign + self.language.number(value, decimals)


def _side_by_side(text: str) -> bool:
    """Whether two amounts of a text would be written alike without their cents, which then tell them apart."""
    amounts = sorted({float(found.replace(",", "")) for found in _CENTS.findall(text)})
    return any(amount >= WHOLE_FROM and other - amount < 1 for amount, other in pairwise(amounts))
