"""Starts that are killed one after the other: whatever they leave, the next command goes through."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.recovery import counted

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from insiders_assets_tests.faults.families import Ground


def starts(on: Ground, most: int) -> list[Outcome]:
    """Kill at least so many starts, in pairs and triples, at boundaries between their beginning and the first export.

    Every boundary has its turn before any has a second one. The second start finds what the first left, and passes
    boundaries of its own: where it is killed is counted among those. The command after the last is not killed, must end
    well, and everything must be as if it were the first. Nobody looks meanwhile: a start shows nothing to anybody.
    """
    killing = on.rehearsed
    last = killing.undisturbed.start
    points = in_turn(last, on.chance("starts"))
    outcomes = {
        kills: Outcome(
            f"`kill -9` of {word} starts in a row at boundaries of theirs; folder and SQLite",
            outcome="nothing; the next run ends with the bytes of an undisturbed one",
        )
        for kills, word in ((2, "two"), (3, "three"))
    }
    made: list[int] = []
    for number in itertools.count():
        if len(made) >= most:
            break
        kills = 2 if number % 3 else 3
        at = list(itertools.islice(points, kills))
        with killing.trial(f"starts killed at their boundaries {at}", watched=False) as trial:
            killed = killing.kill_starts(at, trial)
            trial.happened = bool(killed)
            made += killed
        counted(outcomes[kills], trial, on)
    on.facts |= {"kills": len(made), "boundaries of a start": last, "of these killed at": len(set(made))}
    return [outcome for outcome in outcomes.values() if outcome.tried]


def in_turn(last: int, chance: random.Random) -> Iterator[int]:
    """The numbers from 1 to ``last`` in a random order, again and again."""
    while True:
        yield from chance.sample(range(1, last + 1), last)
