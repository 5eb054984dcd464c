"""Several at once: commands that start together in one home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets_tests.faults.forks import ended
from insiders_assets_tests.faults.homes import Home
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.recovery import Rehearsal, counted

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground

BUSY = ("another run is writing here", "the daemon has a run")


def two_runs(on: Ground) -> list[Outcome]:
    """Two and more ``insiders run`` in the same moment."""
    outcomes = []
    homes: list[tuple[Home, int]] = [(on.local("two runs"), 10), (on.cloud("two runs in the cloud"), 5)]
    for home, times in homes:
        outcome = Outcome(
            f"two to four `insiders run` at once; {home.kind}",
            outcome="one runs; each other ends with `another run is writing here`, or after it with nothing new",
        )
        rehearsal = Rehearsal(home, on.shop)
        chance = on.chance("two runs", home.kind)
        for _ in range(on.times(times)):
            number = chance.randint(2, 4)
            with rehearsal.trial(f"{number} at once") as trial:
                said = [home_said(home, which) for which in range(number)]
                codes = [ended(process) for process in [rehearsal.start(said=words) for words in said]]
                if 0 not in codes:
                    trial.wrong.append("none of them ran")
                for code, words in zip(codes, said, strict=True):
                    if code and not any(line in words.read_text() for line in BUSY):
                        trial.wrong.append(f"ended with {code}: {words.read_text()[-400:]}")
            counted(outcome, trial, on)
        outcomes.append(outcome)
    return outcomes


def home_said(home: Home, which: int) -> Path:
    """Where one of several says its words."""
    return Path(home.env["TMPDIR"]).parent / f"said-{which}.txt"
