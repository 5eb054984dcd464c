"""Starts that are killed one after the other: whatever they leave, the next command goes through."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from insiders_assets_tests.faults import tasks
from insiders_assets_tests.faults.boundaries import ANY
from insiders_assets_tests.faults.forks import ended
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.recovery import counted

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground
    from insiders_assets_tests.faults.kills import Killing

PATIENCE = 180.0
"""Seconds in which a start must have come to its boundary, or to its end."""


def starts(on: Ground, most: int) -> list[Outcome]:
    """Pairs and triples of kills, at any boundaries between a command's beginning and the first export that it reads.

    The second start finds what the first left, and passes boundaries of its own: where it is killed is counted among
    those. The command after the last is not killed, must end well, and everything must be as if it were the first.
    """
    killing = on.rehearsed
    last = boundaries_of_a_start(killing)
    chance = on.chance("starts")
    outcomes = {
        kills: Outcome(
            f"`kill -9` of {word} starts in a row at boundaries of theirs; folder and SQLite",
            outcome="nothing; the next run ends with the bytes of an undisturbed one",
        )
        for kills, word in ((2, "two"), (3, "three"))
    }
    for number in range(most):
        kills = 3 if number % 3 == 0 else 2
        at = [chance.randint(1, last) for _ in range(kills)]
        with killing.trial(f"starts killed at their boundaries {at}") as trial:
            trial.happened = False
            for point in at:
                start = tasks.command(
                    killing.words, killing.env, killing.said, roots=killing.home.roots, deadly=(ANY, point)
                )
                try:
                    trial.happened |= ended(start, PATIENCE) == -signal.SIGKILL
                except TimeoutError as error:
                    trial.wrong.append(f"{at}: {error}: {killing.said.read_text()[-300:]}")
        counted(outcomes[kills], trial, on)
    on.facts["boundaries of a start"] = last
    return [outcome for outcome in outcomes.values() if outcome.tried]


def boundaries_of_a_start(killing: Killing) -> int:
    """How many boundaries a command passes before it reads an export."""
    with killing.trial("a start that is not killed"):
        if ended(killing.start(roots=killing.home.roots)):
            raise RuntimeError(killing.said.read_text()[-1000:])
        trail = tasks.trail_of(killing.said).read_text().splitlines()
    return next(number for number, label in enumerate(trail, start=1) if "lake/.reading" in label)
