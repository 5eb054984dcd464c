"""Random sequences of all that a user and the night may do to a home, by hypothesis; invariants after every step."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from insiders_assets_tests.faults import tasks
from insiders_assets_tests.faults.forks import cpu_of, ended, killed_after
from insiders_assets_tests.faults.invariants import Facts, History, facts, lost_from_history, units_in
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.shop import YESTERDAY, spoilt

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground
    from insiders_assets_tests.faults.homes import LocalHome

PIECES, FIRST = 14, 8
"""Pieces that the shop's exports are cut into, and how many lie in the landing zone at first."""

POLICIES: tuple[dict[str, str], ...] = (
    {},
    {"INSIDERS_INSIDER_COVERAGE": "0.6", "INSIDERS_VIABILITY_COVERAGE": "0.9"},
    {"INSIDERS_POLICY": "budget", "INSIDERS_BUDGET_MEMBERS": "15"},
    {"INSIDERS_POLICY": "threshold", "INSIDERS_INSIDER_THRESHOLDS": "revenue>=300,recency<=60"},
    {"INSIDERS_POLICY": "clusters", "INSIDERS_INSIDER_CLUSTERS": "1"},
    {"INSIDERS_SUPPRESS": "wholesale,mostly_returned", "INSIDERS_HOLDOUT_SHARE": "0.2"},
    {"INSIDERS_WINDOW_DAYS": "60", "INSIDERS_GRACE_REFRESHES": "0"},
)
READABLE = re.compile(r"\w+,\w+,[^,]*,-?\d+,2025-0\d-\d\d \d\d:\d\d(:\d\d)?,\d+(\.\d+)?,\w*,[^,]+")
"""A row that nobody would reject."""
PIECE, SHARE = st.integers(0, PIECES), st.floats(0.0, 1.0)


class BrokenError(AssertionError):
    """An invariant that does not hold."""


class World:
    """One home and its landing zone, as they are after the first refresh, and the way back to there."""

    def __init__(self, on: Ground, name: str = "sequences") -> None:
        self.home: LocalHome = on.local(name)
        self.landing = on.folder(f"{name} landing")
        self.said = self.home.scratch / "said.txt"
        self.pieces = pieces(on.shop.before, on.shop.after)
        self.begin()
        process = tasks.command(("run", "--json"), self.env, self.said)
        self.cpu_seconds = 0.0
        while process.is_alive():
            self.cpu_seconds = cpu_of(process.pid) or self.cpu_seconds
            process.join(0.01)
        if ended(process):
            raise RuntimeError(self.said.read_text()[-1000:])
        self.home.save()

    @property
    def env(self) -> dict[str, str]:
        """What a command is told."""
        return self.home.env | {"INSIDERS_LANDING": str(self.landing)}

    def begin(self) -> None:
        """Make home and landing zone what they were at first."""
        self.home.restore()
        shutil.rmtree(self.landing)
        self.landing.mkdir()
        for number in range(FIRST):
            self.put(f"{number}.csv", number, YESTERDAY)

    def put(self, name: str, piece: int, moment: float) -> None:
        """Put a piece into the landing zone as a whole, under a name."""
        whole = self.landing / f".{name}"
        whole.write_text(self.pieces[piece])
        os.utime(whole, (moment, moment))
        whole.rename(self.landing / name)


def readable_rows(*states: Path) -> tuple[str, list[str]]:
    """A header, and the rows of a shop's exports that nobody would reject, by date."""
    rows: set[str] = set()
    head = ""
    for state in states:
        for file in sorted(state.glob("2025-*.csv")):
            head, *more = file.read_text().splitlines(keepends=True)
            rows.update(more)
    good = [row for row in rows if READABLE.fullmatch(row.rstrip()) and ",2025-02-30 " not in row]
    return head, sorted(good, key=lambda row: (row.split(",")[4], row))


def pieces(*states: Path) -> list[str]:
    """The rows of a shop's exports in so many files, and one more in which a few rows cannot be read."""
    head, rows = readable_rows(*states)
    cut = [head + "".join(rows[number::PIECES]) for number in range(PIECES)]
    return [*cut, head + "".join(rows[5:400:7]) + spoilt(rows[400:402])]


class Sequence(RuleBasedStateMachine):
    """What is done; each rule ends with a look."""

    world: ClassVar[World]
    steps: ClassVar[int]
    refused: ClassVar[list[str]]

    def __init__(self) -> None:
        super().__init__()
        self.world.begin()
        self.policy: dict[str, str] = {}
        self.clock, self.seed = 0, 42
        self.away: set[str] = set()
        self.history: History = {}
        self.moments = itertools.count(YESTERDAY + 60, 60)
        self.seen: Facts = self.look(settled=True)

    @property
    def env(self) -> dict[str, str]:
        """What the next command is told."""
        clock = {"FAULTS_CLOCK": str(self.clock)} if self.clock else {}
        return self.world.env | self.policy | clock | {"INSIDERS_SEED": str(self.seed)}

    def look(self, *, settled: bool) -> Facts:
        """Look at everything, and hold it against what is known."""
        type(self).steps += 1
        found: Facts = tasks.called(_facts, self.env, settled, sorted(self.away), self.uninvited())
        wrong = [*found.problems, *lost_from_history(self.history, found.history, self.away)]
        self.history = found.history
        if settled:
            wanted = units_in(self.world.landing, self.away)
            if wanted != (found.rows, found.units):
                wrong.append(f"{wanted} rows and units in the exports, {found.rows, found.units} in the home")
            wrong += [f"left behind: {name}" for name in self.world.home.leftovers()]
        if wrong:
            raise BrokenError("; ".join(wrong[:5]))
        return found

    def uninvited(self) -> list[str]:
        """Who opted out."""
        there = self.policy.get("INSIDERS_OPTED_OUT")
        return Path(there).read_text().split() if there else []

    def command(self, *words: str) -> None:
        """Run a command to its end, and look; one that is refused is so in one line, and changes nothing."""
        code = ended(tasks.command((*words, "--json"), self.env, self.world.said))
        said = self.world.said.read_text()
        if code:
            lines = [line for line in said.splitlines() if line.startswith("insiders: ")]
            if code not in (1, 2) or len(lines) != 1 or "Traceback" in said:
                raise BrokenError(f"insiders {' '.join(words)} ended with {code} and said {said[-1500:]}")
            type(self).refused.append(lines[0])
        self.seen = self.look(settled=not code)

    @rule(piece=PIECE, name=st.integers(0, 11))
    def drop_or_replace(self, piece: int, name: int) -> None:
        """A file comes, or another content comes under its name."""
        self.world.put(f"{name}.csv", piece, next(self.moments))

    @precondition(lambda self: len(list(self.world.landing.iterdir())) > FIRST // 2)
    @rule(which=SHARE)
    def remove(self, which: float) -> None:
        """A file goes."""
        files = sorted(self.world.landing.iterdir())
        files[int(which * (len(files) - 1))].unlink()

    @rule()
    def run(self) -> None:
        """``insiders run``."""
        self.command("run")

    @rule(number=st.integers(1, 5))
    def refit(self, number: int) -> None:
        """``insiders refit``, under some seed."""
        self.seed = number
        self.command("refit")

    @rule(which=SHARE)
    def forget(self, which: float) -> None:
        """``insiders forget``, somebody who is there."""
        self.command("forget", self.somebody(which))

    @rule(which=SHARE, share=SHARE, words=st.sampled_from(["run", "refit", "forget"]))
    def crash(self, which: float, share: float, words: str) -> None:
        """A command is killed; whoever was to be forgotten is so once the command is given again."""
        who = [self.somebody(which)] if words == "forget" else []
        process = tasks.command((words, *who, "--json"), self.env, self.world.said)
        killed_after(process, share * self.world.cpu_seconds)
        self.seen = self.look(settled=False)
        if who:
            self.command("forget", *who)

    @rule(which=st.sampled_from(POLICIES), opted_out=st.booleans())
    def change_policy(self, which: dict[str, str], opted_out: bool) -> None:
        """Other rules of choice hold from now on."""
        self.policy = dict(which)
        if opted_out and self.seen.members:
            path = self.world.home.scratch / "opted-out.txt"
            path.write_text("\n".join(self.seen.members[:3]) + "\n")
            self.policy["INSIDERS_OPTED_OUT"] = str(path)

    @rule(days=st.sampled_from([-400, -1, 0, 1, 400]))
    def set_clock(self, days: int) -> None:
        """The clock shows another day."""
        self.clock = days * 86_400

    def somebody(self, which: float) -> str:
        """A customer who is there, and forgotten from now on."""
        found = self.seen.customers[int(which * (len(self.seen.customers) - 1))]
        self.away.add(found)
        return found

    def teardown(self) -> None:
        """At the end a refresh, after which everything belongs together."""
        self.command("run")


def _facts(settled: bool, away: list[str], uninvited: list[str]) -> Facts:
    return facts(settled=settled, away=away, uninvited=uninvited)


def sequences(on: Ground, *, examples: int = 25, length: int = 16) -> list[Outcome]:
    """Random sequences; the first that breaks an invariant ends it, and is told step by step."""
    outcome = Outcome(
        f"up to {length} random steps of drop, replace, remove, run, refit, forget, crash, other policy, other clock",
        outcome="nothing; every invariant holds after every step",
    )
    machine: Any = seed(on.seed)(
        type("Sequences", (Sequence,), {"world": World(on), "steps": 0, "refused": []})
    )
    begun: list[int] = []
    made = machine.__init__

    def counted(self: Any) -> None:
        begun.append(machine.steps)
        on.say(f"sequence {len(begun)}, after {machine.steps} looks")
        made(self)

    machine.__init__ = counted
    wrong: list[str] = []
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=length,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    except Exception as error:
        causes = getattr(error, "exceptions", ())  # what broke is in them if it does not break each time
        wrong = [*map(str, causes), str(error), *getattr(error, "__notes__", ())]
    for number in range(len(begun)):
        outcome.add(wrong if number == len(begun) - 1 else [])
    for line in machine.refused:
        on.say(f"refused: {line}")
    on.facts["commands refused"] = len(machine.refused)
    on.facts["looks at every invariant"] = machine.steps
    return [outcome]
