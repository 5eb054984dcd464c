"""What every fault is held against: the same command, undisturbed. And what is looked at once the fault is over."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.storage.conservation import unbalanced
from insiders_assets_tests.faults import looking, tasks
from insiders_assets_tests.faults.boundaries import Point
from insiders_assets_tests.faults.forks import cpu_of, ended
from insiders_assets_tests.faults.homes import Home
from insiders_assets_tests.faults.looking import Unwatched, Watch
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.shop import Shop, rows_in
from insiders_assets_tests.faults.stages import between_stages

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground

MEMBER, HELD = "a member", "what is held"
"""Stand in a command for the first member's id, and for the name of the refresh that is held."""
_RUN = ("run", "--json")
_STRICT = {"INSIDERS_HOLD_TIER_SHIFT": "0"}
"""Holds any refresh in which somebody changes side."""
SCENARIOS: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]], dict[str, str]]] = {
    "refresh": (_RUN, [_RUN], {}),
    "first run": (_RUN, [], {}),
    "refit": (("refit", "--json"), [_RUN], {"INSIDERS_SEED": "7"}),
    "forget": (("forget", "--json", MEMBER), [_RUN, ("forget", "nobody")], {}),
    "refresh that is held": (_RUN, [_RUN], _STRICT),
    "release": (("release", HELD), [_RUN], _STRICT),
    "discard": (("discard", HELD), [_RUN], _STRICT),
}
"""The command, those before it, and settings that differ. The first to be forgotten draws the salt of all hashes.
What is released or discarded is the refresh of the later exports."""


@dataclass
class Undisturbed:
    """What a command does when nobody interferes.

    Attributes:
        seen: What readers may see, by what they look at: the state before it, the one after it, and between its stages.
        after: What they see after it.
        kept: Every byte of lake and quarantine after it.
        cpu_seconds: What it costs, in seconds of a processor.
        points: The boundaries that it passes.
        start: How many of them come before it reads an export; 0 if it reads none.
        reading: The boundary at which it does.
    """

    seen: dict[str, set[str]]
    after: looking.Look
    kept: dict[str, str]
    cpu_seconds: float
    points: list[Point]
    start: int
    reading: Point


@dataclass
class Trial:
    """One fault and what came of it.

    Attributes:
        where: What happened, and when.
        happened: Whether it came before the end of the run.
        wrong: What is not as it should be.
        torn: What a reader should not have seen.
        lost: Rows of exports that are not accounted for.
        looks: How often readers looked.
        late: How often they had no answer in time.
    """

    where: str
    happened: bool = True
    wrong: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    lost: int = 0
    looks: int = 0
    late: int = 0


class Rehearsal:
    """One command in one home, tried again and again.

    Args:
        home: Where results are kept.
        shop: The exports.
        scenario: Of :data:`SCENARIOS`.
        published: A home as it was before the command, whose copy need not be made from the exports again.
        undisturbed: What the command does in such a home, if that is known.
        settings: Settings beside those of the scenario.
    """

    def __init__(
        self,
        home: Home,
        shop: Shop,
        scenario: str = "refresh",
        *,
        published: Path | None = None,
        undisturbed: Undisturbed | None = None,
        **settings: str,
    ) -> None:
        self.home, self.shop, self.scenario = home, shop, scenario
        self.words, earlier, own = SCENARIOS[scenario]
        home.env |= settings
        self.env = home.env | own | {"INSIDERS_LANDING": str(shop.after)}
        self.said = Path(home.env["TMPDIR"]).parent / "said.txt"
        if published:
            shutil.copytree(published, self.said.with_name("saved"), symlinks=True)
        home.restore()
        if earlier and not published:
            for words in earlier:
                tasks.done(words, home.env | {"INSIDERS_LANDING": str(shop.before)}, self.said)
            if HELD in self.words:
                tasks.done(_RUN, self.env, self.said)
            home.save()
        self._tables = tasks.called(tables_of, self.env)
        if MEMBER in self.words:
            member = tasks.called(first_member, self.env)
            self.words = tuple(member if word == MEMBER else word for word in self.words)
        if HELD in self.words:
            name = tasks.called(held_name, self.env)
            self.words = tuple(name if word == HELD else word for word in self.words)
        self.undisturbed = undisturbed or self._undisturbed()

    def _undisturbed(self) -> Undisturbed:
        states = [tasks.called(looking.state, self.env, self._tables)]
        if self.scenario == "forget":  # each store changes by itself
            states += tasks.called(between_stages, self.env, self.words, self._tables)
            self.home.restore()
        process = self.start(roots=self.home.roots)
        used = 0.0
        while process.is_alive():
            used = cpu_of(process.pid) or used
            process.join(0.01)
        if ended(process):
            raise RuntimeError(self.said.read_text()[-1500:])
        passed = json.loads(self.said.with_suffix(".boundaries").read_text())
        points = [(label, number + 1) for label, times in sorted(passed.items()) for number in range(times)]
        trail = tasks.trail_of(self.said).read_text().splitlines()
        start = next((at for at, label in enumerate(trail) if "lake/.reading" in label), 0)
        after = tasks.called(looking.state, self.env, self._tables)
        if left := self.home.leftovers():
            raise RuntimeError(f"an undisturbed run leaves {left}")
        seen = {name: {state.get(name, looking.ABSENT) for state in (*states, after)} for name in after}
        return Undisturbed(seen, after, self.home.kept(), used, points, start, (trail[start], 1))

    def start(
        self, *, roots: Sequence[str] = (), deadly: Point | None = None, said: Path | None = None
    ) -> BaseProcess:
        """The command at work in a process of its own."""
        return tasks.command(self.words, self.env, said or self.said, roots=roots, deadly=deadly)

    @contextmanager
    def trial(self, where: str, *, watched: bool = True) -> Iterator[Trial]:
        """Put the home back and let readers look; after the block run the command again and compare.

        Args:
            where: What happens in the block.
            watched: Whether readers look; what nobody could see takes half the time without them.
        """
        found = Trial(f"{self.scenario}, {self.home.kind}, {where}")
        self.home.restore()
        readers: Watch | Unwatched = Watch(self.env, self.undisturbed.seen) if watched else Unwatched()
        with readers as watch:
            yield found
            try:
                tasks.done(self.words, self.env, self.said)
            except RuntimeError as error:
                found.wrong.append(str(error))
        found.looks, found.torn, found.late = watch.looks, watch.torn, watch.late
        self.compare(found)

    def compare(self, trial: Trial) -> None:
        """Look whether everything is as an undisturbed run leaves it."""
        after = tasks.called(looking.state, self.env, self._tables)
        trial.wrong += differences(self.undisturbed.after, after)
        trial.wrong += differences(self.undisturbed.kept, self.home.kept())
        trial.wrong += [f"left behind: {name}" for name in self.home.leftovers()]
        trial.lost = rows_in(self.shop.after) - tasks.called(rows_accounted_for, self.env)

    def refused(self, trial: Trial, code: int, *words: str) -> None:
        """A run has to end with 1 and one clear line that holds some words."""
        said = self.said.read_text()
        lines = [line for line in said.splitlines() if line.startswith("insiders: ")]
        if code != 1 or len(lines) != 1 or "Traceback" in said:
            trial.wrong.append(f"it ended with {code} and said {said[:300]!r} … {said[-500:]!r}")
        elif not any(word in lines[0] for word in words):
            trial.wrong.append(f"no clear line: {lines[0]}")


def differences(wanted: dict[str, str], found: dict[str, str]) -> list[str]:
    """What is not as it should be."""
    return [
        f"{name} is {found.get(name, 'missing')}, not {wanted.get(name, 'there')}"
        for name in sorted(wanted.keys() | found.keys())
        if wanted.get(name) != found.get(name)
    ]


def tables_of() -> list[str]:
    """The lake's tables, but raw transactions, which have their own way of being read."""
    from insiders_assets.definitions import TABLES

    return [name for name in TABLES if name != "raw_transactions"]


def first_member() -> str:
    """The id of the member who comes first."""
    return str(looking.stores().warehouse.read("members")["customer_id"].min())


def held_name() -> str:
    """The name of the refresh that is held."""
    from insiders_assets.refresh.held_record import read_held

    if (found := read_held(looking.stores().home)) is None:
        raise ValueError("nothing is held")
    return found.refresh_id


def rows_accounted_for() -> int:
    """Rows that lie in the lake or in quarantine, counted on disk; less those of files that are no exports."""
    store = looking.stores().transactions
    if unbalanced(store):
        raise ValueError(f"rows of {unbalanced(store)} are not accounted for")
    rejected = store.rejected()
    aside = [export.name for _, export in store.manifest().exports() if export.set_aside]
    rows = rejected.filter(~rejected["source_file"].is_in(aside))["rows"].sum()
    return int(store.scan().collect().height + rows)


def counted(outcome: Outcome, trial: Trial, on: Ground) -> None:
    """Count a trial, and say how it went; one in which nothing happened is not counted."""
    problems = [*trial.wrong, *trial.torn]
    if trial.happened or problems or trial.lost:
        outcome.add(trial.wrong, torn=trial.torn, lost=trial.lost, looks=trial.looks, late=trial.late)
        if problems or trial.lost:
            outcome.wrong.insert(0, trial.where)
    lines = [f"{outcome.survived}/{outcome.tried}  {trial.where}", *(text[:300] for text in problems[:4])]
    on.say("\n    ".join(lines))
