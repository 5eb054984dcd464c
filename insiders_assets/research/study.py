"""What every study gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True)
class Study:
    """What a study found.

    Attributes:
        table: Every figure, as the study's contract says.
        findings: What it says in plain words, one sentence each.
        figures: PNG pictures by name.
    """

    table: pl.DataFrame
    findings: list[str]
    figures: dict[str, bytes] = field(default_factory=dict)

    def markdown(self) -> str:
        """Return the findings, and then the pictures, as Markdown that needs no other file."""
        from base64 import b64encode

        pictures = [
            f"![{name}](data:image/png;base64,{b64encode(picture).decode()})"
            for name, picture in self.figures.items()
        ]
        return "\n\n".join(["\n".join(f"* {finding}" for finding in self.findings), *pictures])
