"""``make faults``: try every family, print the table, write ``docs/reliability.md``.

A part of it, which takes the place of its own earlier results alone: ``make faults FAULTS="--only kills"``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from insiders_assets_tests.faults.families import FAMILIES, ground
from insiders_assets_tests.faults.page import write_page
from insiders_assets_tests.faults.record import keep, table

KEPT = Path("build") / "faults"
"""Homes that are not as they should be, for whoever fixes it."""


def main() -> int:
    """The command; 1 if a fault was not survived."""
    asked = argparse.ArgumentParser(prog="make faults", description=__doc__)
    asked.add_argument("--only", nargs="+", choices=FAMILIES, default=list(FAMILIES), help="families to try")
    asked.add_argument("--seed", type=int, default=1, help="names every choice made by chance")
    asked.add_argument("--many", type=float, default=1.0, help="share of the usual tries")
    asked.add_argument(
        "--minutes", type=float, default=60, help="how long the year of days, and killed starts, may take"
    )
    asked.add_argument("--newest", type=int, default=100, help="reports and runs that the year of days keeps")
    asked.add_argument("--more", action="store_true", help="add to earlier results, under another seed")
    asked.add_argument("--page-only", action="store_true", help="only write the page, from earlier results")
    words = asked.parse_args()
    good = True
    for family in [] if words.page_only else words.only:
        with tempfile.TemporaryDirectory(prefix="faults-") as scratch:
            begun = time.monotonic()
            given = {name: getattr(words, name) for name in ("seed", "many", "minutes", "newest")}
            with ground(Path(scratch), keep=KEPT, **given) as on:
                outcomes = FAMILIES[family](on)
                minutes = round((time.monotonic() - begun) / 60, 1)
                facts = {
                    "date": f"{datetime.now(UTC):%Y-%m-%d}",
                    "commit": commit(),
                    "minutes": minutes,
                    "seed": words.seed,
                }
                found = keep(family, outcomes, facts | on.facts, more=words.more)
        sys.stdout.write(f"\n{table(found[family]['outcomes'])}\n")
        for outcome in outcomes:
            good = good and outcome.good
            for line in outcome.wrong:
                sys.stdout.write(f"{outcome.fault}: {line}\n")
    write_page()
    return 0 if good else 1


def commit() -> str:
    """The commit that is checked out, in short; empty without git, or outside a clone."""
    with suppress(OSError):
        found = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
        )
        return found.stdout.strip()
    return ""


if __name__ == "__main__":
    sys.exit(main())
