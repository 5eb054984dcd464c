"""SIGKILL at any moment of a run: the next run ends as if nothing had happened, and readers never noticed."""

from __future__ import annotations

import random
import signal
from typing import TYPE_CHECKING

from insiders_assets_tests.faults.boundaries import ANY, Point
from insiders_assets_tests.faults.forks import ended, killed_after
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.recovery import Rehearsal, Trial, counted

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground


START = 180.0
"""Seconds in which a start must have come to its boundary, or to its end."""
SAME = "nothing; the next run ends with the bytes of an undisturbed one, and takes away what was half-written"


class Killing(Rehearsal):
    """Kills of one command in one home."""

    def boundaries(self, most: int, chance: random.Random) -> list[Point]:
        """Boundaries to be killed at: each label at least once, further occurrences by chance, at most so many."""
        by_label: dict[str, list[Point]] = {}
        for point in self.undisturbed.points:
            by_label.setdefault(point[0], []).append(point)
        chosen = [chance.choice(points) for points in by_label.values()]
        chance.shuffle(chosen)
        ours = sorted(chosen, key=lambda point: "dagster/" in point[0])  # the history's own come last
        more = [point for point in self.undisturbed.points if point not in ours]
        chance.shuffle(more)
        return [*ours, *more][:most]

    def at(self, point: Point) -> Trial:
        """Kill at a boundary."""
        with self.trial(f"at {point[0]} #{point[1]}") as trial:
            trial.happened = ended(self.start(roots=self.home.roots, deadly=point)) == -signal.SIGKILL
        return trial

    def after(self, share: float) -> Trial:
        """Kill once a share of the work is done."""
        with self.trial(f"after {share:.3f} of its work") as trial:
            trial.happened = killed_after(self.start(), share * self.undisturbed.cpu_seconds)
        return trial

    def again_and_again(self, starts: list[int], point: Point, share: float) -> Trial:
        """Kill starts, then at a boundary, then what comes after it once a share of the work is done."""
        where = f"at {starts} of its start, at {point[0]} #{point[1]}, then after {share:.3f} of its work"
        with self.trial(where) as trial:
            trial.happened = self.kill_starts(starts, trial) == starts
            trial.happened &= ended(self.start(roots=self.home.roots, deadly=point)) == -signal.SIGKILL
            trial.happened &= killed_after(self.start(), share * self.undisturbed.cpu_seconds)
        return trial

    def kill_starts(self, at: list[int], trial: Trial) -> list[int]:
        """Kill one start after the other, each at one of its boundaries by number; the numbers of those killed."""
        killed = []
        for number in at:
            start = self.start(roots=self.home.roots, deadly=(ANY, number))
            try:
                if ended(start, START) == -signal.SIGKILL:
                    killed.append(number)
            except TimeoutError as error:
                trial.wrong.append(f"{at}: {error}: {self.said.read_text()[-300:]}")
        return killed

    def comes_to_read(self, trial: Trial) -> None:
        """Kill a start that is left in peace until it reads its first export, which it must come to."""
        try:
            code = ended(self.start(roots=self.home.roots, deadly=self.undisturbed.reading), START)
        except TimeoutError as error:
            trial.wrong.append(f"{error}: {self.said.read_text()[-300:]}")
        else:
            if code != -signal.SIGKILL:
                trial.wrong.append(f"the next start ended with {code}: {self.said.read_text()[-300:]}")


LONG_FORM: dict[str, tuple[int, int]] = {"refresh": (65, 32), "first run": (10, 6), "refit": (10, 6)}
"""How many kills at boundaries and at random moments the long form makes in a folder, by command."""

IN_THE_CLOUD: dict[str, tuple[int, int]] = {"refresh": (48, 16), "refit": (6, 4)}
"""And in a bucket."""

FORGETS: dict[str, tuple[int, int]] = {"forget": (60, 20)}
FORGETS_IN_THE_CLOUD: dict[str, tuple[int, int]] = {"forget": (30, 10)}

EVERY = 10_000
HELD: dict[str, tuple[int, int]] = {
    "refresh that is held": (40, 8),
    "release": (EVERY, 8),
    "discard": (EVERY, 8),
}
"""Whoever releases or discards is killed at every boundary."""


def kill_all(on: Ground, plan: dict[str, tuple[int, int]], *, cloud: bool = False) -> list[Outcome]:
    """Kill commands in a home of a kind."""
    outcomes = []
    for scenario, (boundaries, moments) in plan.items():
        if cloud or scenario != "refresh":
            name = f"kill {scenario} in a {'bucket' if cloud else 'folder'}"
            killing = Killing(on.cloud(name) if cloud else on.local(name), on.shop, scenario)
        else:
            killing = on.rehearsed
        kind = killing.home.kind
        chance = on.chance(scenario, cloud)
        points = killing.boundaries(on.times(boundaries), chance)
        at = Outcome(f"`kill -9` of a {scenario} at a boundary of its writes; {kind}", outcome=SAME)
        for point in points:
            counted(at, killing.at(point), on)
        by_chance = Outcome(f"`kill -9` of a {scenario} at a random moment; {kind}", outcome=SAME)
        for _ in range(4 * on.times(moments)):
            if by_chance.tried < on.times(moments):
                counted(by_chance, killing.after(chance.random()), on)
        on.facts[f"{scenario}, {kind}"] = {
            "boundaries": len(killing.undisturbed.points),
            "kinds": len({label for label, _ in killing.undisturbed.points}),
            "kinds killed at": len({label for label, _ in points}),
        }
        outcomes += [at, by_chance]
    return outcomes
