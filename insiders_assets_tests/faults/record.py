"""What was tried and what came of it: kept in a file of results, part by part, and told on a page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


@dataclass
class Outcome:
    """One fault, however often it was tried.

    Attributes:
        fault: What was done, to what.
        tried: How often.
        survived: How often everything was as it should be afterwards.
        lost: Rows of exports that were not accounted for, of all times.
        torn: Looks of a reader at something missing, empty, partial or mixed, of all times.
        looks: Looks of all readers.
        late: Looks that a server did not answer in time, so that nothing was seen.
        outcome: What the user sees, and what mends it.
        wrong: What was not as it should be.
    """

    fault: str
    tried: int = 0
    survived: int = 0
    lost: int = 0
    torn: int = 0
    looks: int = 0
    late: int = 0
    outcome: str = ""
    wrong: list[str] = field(default_factory=list)

    def add(
        self, wrong: list[str], *, torn: Iterable[str] = (), lost: int = 0, looks: int = 0, late: int = 0
    ) -> None:
        """Count one try."""
        seen = list(torn)
        self.tried += 1
        self.survived += not wrong and not seen and not lost
        self.lost += lost
        self.torn += len(seen)
        self.looks += looks
        self.late += late
        self.wrong += [*wrong, *seen][:5]

    @property
    def good(self) -> bool:
        """Whether every try was survived."""
        return self.tried > 0 and self.survived == self.tried


def keep(
    family: str, outcomes: list[Outcome], facts: dict[str, Any], results: Path = RESULTS
) -> dict[str, Any]:
    """Put one family's outcomes in the place of its earlier ones; all results."""
    found: dict[str, Any] = json.loads(results.read_text()) if results.exists() else {}
    found[family] = {"facts": facts, "outcomes": [asdict(outcome) for outcome in outcomes]}
    results.write_text(json.dumps(dict(sorted(found.items())), indent=1, ensure_ascii=False) + "\n")
    return found


def table(outcomes: Iterable[dict[str, Any]]) -> str:
    """Outcomes as a table of Markdown."""
    lines = [
        "| fault | tried | survived | lost rows | torn reads | what the user sees, and what mends it |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for row in outcomes:
        torn = f"{row['torn']} of {row['looks']:,}" if row["looks"] else "–"
        if late := row.get("late"):
            torn += f", {late} unanswered"
        lines.append(
            f"| {row['fault']} | {row['tried']:,} | {row['survived']:,} | {row['lost']} | {torn} | {row['outcome']} |"
        )
    return "\n".join(lines)
