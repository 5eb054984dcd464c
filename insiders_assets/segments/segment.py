"""What a segment is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from insiders_assets.segments.rule import Rule


@dataclass(frozen=True)
class Segment:
    """A named part of the customers.

    Attributes:
        name: Its name, in lower case with hyphens.
        meaning: Who is in it, for people.
        rules: What each of them keeps.
    """

    name: str
    meaning: str
    rules: tuple[Rule, ...]
