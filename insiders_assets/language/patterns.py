"""Patterns of sentences: fixed words and slots, found in a text by its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NUMBER = r"[-+−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?|–"
SLOTS = {
    "n": NUMBER,
    "m": NUMBER,
    "p": r"[-+−]?\d[\d,]*(?:\.\d+)? ?%|–",
    "d": r"\d{4}-\d\d-\d\d",
    "i": r"\S+",
}
"""What a slot may hold by its first letter; any other slot takes any text."""

JOINTS = {"l": re.compile(r", | and (?!at most)"), "o": re.compile("; or "), "s": re.compile("; ")}
"""What joins the texts of a slot that holds several."""

SENTENCE_END = re.compile(r"(?<=[.?!]) (?=[A-Z0-9(])")
"""Where one sentence ends and the next begins."""

_SLOT = re.compile(r"%\((\w+)\)s")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Pattern:
    """How a sentence is recognised and written again.

    Attributes:
        shape: Matches the whole sentence, its slots as named groups.
        fixed: The words that do not change.
        written: The sentence in the other language, with the same slots.
    """

    shape: re.Pattern[str]
    fixed: str
    written: str

    @classmethod
    def read(cls, english: str, written: str) -> Pattern:
        """A pattern from its English text and its translation."""
        parts = _SLOT.split(english.replace("%%", "%"))
        literals, slots = parts[::2], parts[1::2]
        shape = re.escape(literals[0])
        for slot, literal in zip(slots, literals[1:], strict=True):
            shape += f"(?P<{slot}>{SLOTS.get(slot[0], '.+?')})" + re.escape(literal)
        return cls(re.compile(shape), "\0".join(literals), written)

    @property
    def precision(self) -> tuple[int, int]:
        """Sorts the pattern that says more first: most fixed letters, then fewest slots that take anything."""
        return -len(self.fixed), sum(slot[0] not in SLOTS for slot in self.shape.groupindex)

    @property
    def key(self) -> str:
        """The longest of its fixed words, which every such sentence has; empty if it has none."""
        return max(_WORD.findall(self.fixed), key=len, default="")


class Patterns:
    """Patterns, asked for the few that a text may fit."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        ranked = sorted(patterns, key=lambda pattern: pattern.precision)
        self._by_word: dict[str, list[tuple[int, Pattern]]] = {}
        for place, pattern in enumerate(ranked):
            self._by_word.setdefault(pattern.key, []).append((place, pattern))

    def fitting(self, text: str) -> Iterator[tuple[Pattern, dict[str, str]]]:
        """Every pattern that ``text`` fits with what stands in its slots, the one that says most first."""
        candidates = list(self._by_word.get("", ()))
        for word in set(_WORD.findall(text)):
            candidates += self._by_word.get(word, ())
        for _, pattern in sorted(candidates, key=lambda candidate: candidate[0]):
            if found := pattern.shape.fullmatch(text):
                yield pattern, found.groupdict()


def split(kind: str, text: str) -> tuple[list[str], list[str]]:
    """The texts of a slot that holds several, and what stands between them; nothing is split within brackets."""
    parts, joints, start = [], [], 0
    for found in JOINTS[kind].finditer(text):
        before = text[: found.start()]
        if before.count("(") == before.count(")"):
            parts.append(text[start : found.start()])
            joints.append(found.group())
            start = found.end()
    return [*parts, text[start:]], joints
