"""Files in YAML that people write: read with one clear line for what cannot be, and the line that a place is on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insiders_assets.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_VALUES = 1_000_000
"""Values that a file may hold; a few lines that repeat each other can say more than any machine holds."""


def load_yaml(text: str | bytes, where: str) -> Any:
    """Return what a file holds.

    Args:
        text: The file's text, in UTF-8.
        where: Its place, for messages.

    Raises:
        UsageError: It is no YAML, or holds a value that cannot be.
    """
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        raise UsageError(f"is no YAML{place}", where=where, hint="correct it or take it away") from None
    except (ValueError, AttributeError, RecursionError):  # 2025-13-45, !!timestamp x, a thousand brackets
        raise UsageError(
            "holds a value that cannot be read, such as a date that does not exist",
            where=where,
            hint="put such values in quotes, or take the file away",
        ) from None
    if _values(found, {}) > MOST_VALUES:
        raise UsageError(
            "repeats a part of itself in itself, or far too often (& and *)",
            where=where,
            hint="write such parts out, or take them away",
        )
    return found


def _values(found: Any, known: dict[int, float]) -> float:
    """Return how many values something holds once all that it repeats is written out.

    Without end where that is in itself.
    """
    if not isinstance(found, (dict, list, set, tuple)):
        return 1
    if id(found) not in known:
        known[id(found)] = math.inf
        parts = (*found, *found.values()) if isinstance(found, dict) else found
        known[id(found)] = 1 + sum(_values(part, known) for part in parts)
    return known[id(found)]


def line_of(text: str | bytes, place: tuple[int | str, ...]) -> int | None:
    """Return the line that a place in a file is on, as far down as it can be followed; None if it cannot.

    Args:
        text: The file's text, which :func:`load_yaml` can read.
        place: Keys of mappings and positions in lists, from the top down.
    """
    import yaml

    node, line = yaml.compose(text, Loader=yaml.SafeLoader), None
    for part in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
            continue
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        found = next(((key, value) for key, value in pairs if key.value == part), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


@dataclass(frozen=True)
class YamlText:
    """A file whose places are named in what is said of it.

    Attributes:
        where: The file's name, for messages.
        text: What it holds, which :func:`load_yaml` can read.
    """

    where: str
    text: str | bytes

    def line(self, *names: int | str) -> int:
        """Return the line of a place, as :func:`line_of` does; the first if it is on none."""
        return line_of(self.text, names) or 1

    def place(self, *names: int | str) -> str:
        """Return where the file says something, for messages."""
        return f"{self.where} (line {self.line(*names)})"

    def wrong(self, place: tuple[int | str, ...], what: str, hint: str) -> UsageError:
        """Return what is wrong at a place."""
        return UsageError(what, where=self.place(*place), hint=hint)

    def unknown(self, place: tuple[int | str, ...], what: str, allowed: Collection[str]) -> UsageError:
        """Return that a word at a place is none of those that are allowed."""
        hint = f"choose among {', '.join(allowed)}" if allowed else "name one first"
        return self.wrong(place, what, hint)
