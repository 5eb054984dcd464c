"""The small shop that every fault happens to: its exports before and after a busy day, and the rows they hold."""

from __future__ import annotations

import csv
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from insiders_assets.ingest.rules import IngestRules  # noqa: F401 - imported before any fork
from insiders_assets.simulation.exports import simulate

RECIPE = {"INSIDERS_RECIPE_REDUCER": "none", "INSIDERS_RECIPE_TREES": "30", "INSIDERS_RECIPE_K": "4"}
"""A model that is fitted in a moment, by the ordinary settings."""

CUSTOMERS, MONTHS, LINES = 150, 4, 0.5
YESTERDAY = 1_760_000_000
"""When every export was last written (seconds since 1970), so that copies of a landing zone look the same."""


@dataclass(frozen=True)
class Shop:
    """Two states of a landing zone.

    Attributes:
        before: The exports that the published refresh shows.
        after: One file more, one replaced, one removed, one with rows that cannot be read, one that is no export.
    """

    before: Path
    after: Path

    @classmethod
    def made(cls, folder: Path, seed: int = 5) -> Shop:
        """Both states, below ``folder``."""
        made = folder / "made"
        simulate(CUSTOMERS, made, seed=seed, start=date(2025, 1, 1), months=MONTHS, lines=LINES)
        first, second, third, fourth = sorted(made.glob("*.csv"))
        before, after = folder / "before", folder / "after"
        for state, files in ((before, (first, second, third)), (after, (second, third, fourth))):
            state.mkdir()
            for file in files:
                shutil.copy(file, state)
        head, *rows = first.read_text().splitlines(keepends=True)
        (before / "small.csv").write_text(head + "".join(rows[:40]))
        (before / "gone.csv").write_text(head + "".join(rows[40:80]))
        (after / first.name).write_text(head + "".join(rows[:-60]))
        (after / "small.csv").write_text(head + "".join(rows[:30]))
        (after / "faulty.csv").write_text(head + "".join(rows[80:160]) + spoilt(rows[160:164]))
        (after / "letter.csv").write_text("Dear colleagues,\nplease find nothing attached.\n")
        for file in (*before.iterdir(), *after.iterdir()):
            os.utime(file, (YESTERDAY, YESTERDAY))
        shutil.rmtree(made)
        return cls(before, after)


def spoilt(rows: list[str]) -> str:
    """Rows whose quantity is no number."""
    return "".join(",".join([*row.split(",")[:3], "many", *row.split(",")[4:]]) for row in rows)


def rows_in(landing: Path) -> int:
    """Rows of every export in a landing zone, counted by another reader than the platform's."""
    total = 0
    for file in landing.iterdir():
        with file.open(newline="", encoding="utf-8") as text:
            header, *rows = csv.reader(text)
        total += len(rows) if "InvoiceNo" in header else 0
    return total
