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
        outcome: What the user sees, and what fixes it.
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


COUNTS = ("tried", "survived", "lost", "torn", "looks", "late")


def keep(
    family: str,
    outcomes: list[Outcome],
    facts: dict[str, Any],
    results: Path = RESULTS,
    *,
    more: bool = False,
) -> dict[str, Any]:
    """Put one family's outcomes in the place of its earlier ones, or add them to those; all results.

    Args:
        family: Its name.
        outcomes: What came of its faults.
        facts: What is told of it beside.
        results: The file.
        more: Whether they are added: tries of the same faults under another seed.
    """
    found: dict[str, Any] = json.loads(results.read_text()) if results.exists() else {}
    told = [asdict(outcome) for outcome in outcomes]
    if more and family in found:
        facts, told = added(found[family], facts, told)
    found[family] = {"facts": facts, "outcomes": told}
    results.write_text(json.dumps(dict(sorted(found.items())), indent=1, ensure_ascii=False) + "\n")
    return found


def added(
    before: dict[str, Any], facts: dict[str, Any], outcomes: list[dict[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Facts and outcomes of a family whose faults were tried again under another seed.

    Minutes and what is called kills add up, seeds are listed, and the rest is what was told first.
    """
    told = before["facts"]
    sums = {name: round(told[name] + facts[name], 1) for name in ("minutes", "kills") if name in told}
    rows = {row["fault"]: dict(row) for row in before["outcomes"]}
    for row in outcomes:
        if (first := rows.get(row["fault"])) is None:
            rows[row["fault"]] = row
        else:
            first |= {name: first[name] + row[name] for name in COUNTS}
            first["wrong"] = [*first["wrong"], *row["wrong"]]
    return told | sums | {"seed": f"{told['seed']} and {facts['seed']}"}, list(rows.values())


def table(outcomes: Iterable[dict[str, Any]]) -> str:
    """Outcomes as a table of Markdown."""
    lines = [
        "| fault | tried | survived | lost rows | torn reads | what the user sees, and what fixes it |",
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
