"""Two commands in a row that are killed: the second finds what the first left, and what it leaves is made up for."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

from insiders_assets_tests.faults import tasks
from insiders_assets_tests.faults.boundaries import Point
from insiders_assets_tests.faults.forks import ended
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.steps import BrokenError, Steps

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground
    from insiders_assets_tests.faults.world import World


def pairs(on: Ground, most: int) -> list[Outcome]:
    """A refit killed at a boundary of its writes, then a ``forget``, which is given again.

    Each kind of boundary of either command comes at least once if there is time for so many; which of one kind goes
    with which of the other is drawn by chance.
    """
    outcome = Outcome(
        "`kill -9` of a refit at a boundary of its writes, then of a `forget` at one of its own; folder and SQLite",
        outcome="nothing; every invariant holds after either, and once the command is given again all belongs together",
    )
    world = on.world
    chance = on.chance("pairs")
    customers = Steps(world).seen.customers
    first = in_any_order(points(world, "refit"), most, chance)
    second = in_any_order(points(world, "forget", chance.choice(customers)), most, chance)
    for before, then in zip(first, second, strict=True):
        wrong: list[str] = []
        happened = False
        world.broken.clear()
        try:
            steps = Steps(world)
            steps.seed = 7
            happened = steps.crash(("refit",), before)
            happened = steps.forget(chance.random(), killed=then) and happened
        except BrokenError as error:
            wrong = [f"a refit killed at {before}, then a forget at {then}: {error}"]
        if happened or wrong:
            outcome.add(wrong)
        on.say("\n    ".join([f"{outcome.survived}/{outcome.tried}  {before}, {then}", *wrong]))
    on.facts["kinds of boundaries of a refit"] = len({label for label, _ in first})
    on.facts["kinds of boundaries of a forget"] = len({label for label, _ in second})
    return [outcome]


def points(world: World, *words: str) -> list[Point]:
    """The boundaries that a command passes, when nobody interferes."""
    world.begin()
    env = world.env | {"INSIDERS_SEED": "7"}
    if ended(tasks.command((*words, "--json"), env, world.said, roots=world.home.roots)):
        raise RuntimeError(world.said.read_text()[-1000:])
    passed = json.loads(world.said.with_suffix(".boundaries").read_text())
    return [(label, number + 1) for label, times in sorted(passed.items()) for number in range(times)]


def in_any_order(found: list[Point], most: int, chance: random.Random) -> list[Point]:
    """So many boundaries: one of each kind first, those of Dagster's history last, then any."""
    by_kind: dict[str, list[Point]] = {}
    for point in found:
        by_kind.setdefault(point[0], []).append(point)
    chosen = [chance.choice(same) for same in by_kind.values()]
    chance.shuffle(chosen)
    chosen.sort(key=lambda point: "dagster/" in point[0])
    return [*chosen, *chance.choices(found, k=most)][:most]
