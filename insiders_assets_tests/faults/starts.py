"""Starts that are killed one after the other: whatever they leave, the next command goes through."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from insiders_assets_tests.faults.record import Outcome

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from insiders_assets_tests.faults.families import Ground


TOGETHER = 10
"""Pairs and triples in one home before a run is left in peace."""


def starts(on: Ground, most: int) -> list[Outcome]:
    """Kill at least so many starts, in pairs and triples, at boundaries between their beginning and the first export.

    Every boundary has its turn before any has a second one. The second start finds what the first left, and passes
    boundaries of its own: where it is killed is counted among those. The next start must come to its first export,
    where it is killed, too; and after :data:`TOGETHER` pairs and triples in one home, which is not put back meanwhile,
    a run must end well, and everything must be as if it were the first. Nobody looks meanwhile: a start shows nothing
    to anybody.
    """
    killing = on.rehearsed
    last = killing.undisturbed.start
    points = in_turn(last, on.chance("starts"))
    outcomes = {
        kills: Outcome(
            f"`kill -9` of {word} starts in a row at boundaries of theirs; folder and SQLite",
            outcome="nothing; the next run ends with the bytes of an undisturbed one",
        )
        for kills, word in ((3, "three"), (2, "two"))
    }
    made: list[int] = []
    while len(made) < most:
        with killing.trial(f"{TOGETHER} pairs and triples of killed starts", watched=False) as trial:
            for number in range(TOGETHER):
                if len(made) < most:
                    outcome = outcomes[2 if number % 3 else 3]
                    at = list(itertools.islice(points, 2 if number % 3 else 3))
                    wrong = list(trial.wrong)
                    made += killing.kill_starts(at, trial)
                    killing.comes_to_read(trial)
                    outcome.add([f"{at}: {text}" for text in trial.wrong[len(wrong) :]])
                    on.say(f"{outcome.survived}/{outcome.tried}  {at}, {len(made)} kills")
        if problems := [*trial.wrong, *trial.torn]:
            outcome.survived -= 1
            outcome.wrong += [trial.where, *problems[:4]]
        outcome.lost += trial.lost
    on.facts |= {"kills": len(made), "boundaries of a start": last, "of these killed at": len(set(made))}
    return [outcome for outcome in outcomes.values() if outcome.tried]


def in_turn(last: int, chance: random.Random) -> Iterator[int]:
    """The numbers from 1 to ``last`` in a random order, again and again."""
    while True:
        yield from chance.sample(range(1, last + 1), last)
