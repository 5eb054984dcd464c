"""The worked examples of ``docs/exports.md``: their files and their mappings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from insiders_assets.ingest.mapping.schema import Mappings, read_mappings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "exports.md"


@dataclass(frozen=True)
class Example:
    """A documented export.

    Attributes:
        name: The file's name.
        content: Its text.
        mapping: The text of the mapping file that reads it.
    """

    name: str
    content: str
    mapping: str

    @property
    def mappings(self) -> Mappings:
        return read_mappings(self.mapping, self.name)


def blocks(language: str) -> dict[str, str]:
    """Fenced blocks of the page in one language, by what stands behind it."""
    found = re.findall(
        rf"^```{language} (.+?)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len({title for title, _ in found}) == len(found)
    return dict(found)


def examples() -> list[Example]:
    """Every worked example of the page."""
    mappings = blocks("yaml")
    return [Example(name, text, mappings[name]) for name, text in blocks("csv").items()]
