"""Starts that are killed one after the other: whatever they leave, the next command goes through."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

from insiders_assets_tests.faults.kills import Killing
from insiders_assets_tests.faults.record import Outcome

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from insiders_assets_tests.faults.families import Ground
    from insiders_assets_tests.faults.homes import LocalHome
    from insiders_assets_tests.faults.recovery import Trial


TOGETHER = 10
"""Pairs and triples in one home before a run is left in peace."""
HOMES = 3
"""Homes in which starts are killed at the same time."""


def starts(on: Ground, most: int) -> list[Outcome]:
    """Kill at least so many starts, in pairs and triples, at boundaries between their beginning and the first export.

    Every boundary has its turn before any has a second one. The second start finds what the first left, and passes
    boundaries of its own: where it is killed is counted among those. The next start must come to its first export,
    where it is killed, too; and after :data:`TOGETHER` pairs and triples in one home, which is not put back meanwhile,
    a run must end well, and everything must be as if it were the first. Nobody looks meanwhile: a start shows nothing
    to anybody.
    """
    first = on.rehearsed
    saved, undisturbed = cast("LocalHome", first.home).saved, first.undisturbed
    beside = [
        Killing(on.local(f"starts {number}"), on.shop, published=saved, undisturbed=undisturbed)
        for number in range(1, min(HOMES, -(-most // TOGETHER)))
    ]
    killed = KilledStarts(on, most, undisturbed.start)
    with ThreadPoolExecutor(HOMES) as homes:
        list(homes.map(killed.in_home, [first, *beside]))
    on.facts |= {
        "kills": len(killed.made),
        "boundaries of a start": undisturbed.start,
        "of these killed at": len(set(killed.made)),
    }
    return [outcome for outcome in killed.outcomes.values() if outcome.tried]


class KilledStarts:
    """Kills that several homes share.

    Args:
        on: Where they are made.
        most: How many.
        last: How many boundaries a start has.

    Attributes:
        made: The boundary of each, by number.
        outcomes: What came of pairs and of triples.
    """

    def __init__(self, on: Ground, most: int, last: int) -> None:
        self._on, self._most, self._lock = on, most, threading.Lock()
        self._points, self._number = in_turn(last, on.chance("starts")), itertools.count()
        self._end = time.monotonic() + 60 * on.minutes
        self.made: list[int] = []
        self.outcomes = {
            kills: Outcome(
                f"`kill -9` of {word} starts in a row at boundaries of theirs; folder and SQLite",
                outcome="nothing; the next run ends with the bytes of an undisturbed one",
            )
            for kills, word in ((3, "three"), (2, "two"))
        }

    @property
    def _is_over(self) -> bool:
        return len(self.made) >= self._most or time.monotonic() > self._end

    def in_home(self, killing: Killing) -> None:
        """Kill starts in one home until there are enough, or no time is left."""
        while not self._is_over:
            with killing.trial(f"{TOGETHER} pairs and triples of killed starts", watched=False) as trial:
                for _ in range(TOGETHER):
                    if not self._is_over:
                        outcome = self._pair_or_triple(killing, trial)
            with self._lock:
                if problems := [*trial.wrong, *trial.torn]:
                    outcome.survived -= 1
                    outcome.wrong += [trial.where, *problems[:4]]
                    self._on.say("\n    ".join(["NOT as it should be", *problems[:4]]))
                outcome.lost += trial.lost

    def _pair_or_triple(self, killing: Killing, trial: Trial) -> Outcome:
        with self._lock:
            kills = 2 if next(self._number) % 3 else 3
            at = list(itertools.islice(self._points, kills))
        before = len(trial.wrong)
        made = killing.kill_starts(at, trial)
        killing.comes_to_read(trial)
        with self._lock:
            self.made += made
            self.outcomes[kills].add([f"{at}: {text}" for text in trial.wrong[before:]])
            tried, survived = self.outcomes[kills].tried, self.outcomes[kills].survived
            self._on.say(f"{survived}/{tried}  {at}, {len(self.made)} kills")
        return self.outcomes[kills]


def in_turn(last: int, chance: random.Random) -> Iterator[int]:
    """The numbers from 1 to ``last`` in a random order, again and again."""
    while True:
        yield from chance.sample(range(1, last + 1), last)
