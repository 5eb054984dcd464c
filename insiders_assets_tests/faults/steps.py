"""What may be done to one home, step by step, and the look at every invariant after each step.

All that is done is told, so that a step that breaks an invariant can be made again: under which settings, what the
commands said, and where a killed one was. The home is kept as it was then.
"""

from __future__ import annotations

import itertools
from pathlib import Path

from insiders_assets_tests.faults import tasks
from insiders_assets_tests.faults.boundaries import Point
from insiders_assets_tests.faults.forks import ended, killed_after
from insiders_assets_tests.faults.invariants import Facts, History, facts, lost_from_history, units_in
from insiders_assets_tests.faults.shop import YESTERDAY
from insiders_assets_tests.faults.world import World

SETTINGS = ("INSIDERS_", "FAULTS_")


class BrokenError(AssertionError):
    """An invariant that does not hold."""


class Steps:
    """What is done to a home; every step but those of files, settings and clock ends with a look.

    Attributes:
        away: Who is forgotten.
        policy: Settings that hold from now on.
        clock: Seconds that the clock is ahead of the right time.
        seed: The seed of fits.
        seen: What the last look found.
        told: What was done, line by line.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        world.begin()
        self.policy: dict[str, str] = {}
        self.clock, self.seed = 0, 42
        self.away: set[str] = set()
        self.history: History = {}
        self.told: list[str] = []
        self._moments = itertools.count(YESTERDAY + 60, 60)
        self.seen: Facts = self.look(settled=True)

    @property
    def env(self) -> dict[str, str]:
        """What the next command is told."""
        clock = {"FAULTS_CLOCK": str(self.clock)} if self.clock else {}
        return self.world.env | self.policy | clock | {"INSIDERS_SEED": str(self.seed)}

    def look(self, *, settled: bool) -> Facts:
        """Look at everything, and hold it against what is known.

        Args:
            settled: Whether a command has just ended well.

        Raises:
            BrokenError: An invariant does not hold.
        """
        self.world.counts["looks"] += 1
        try:
            found: Facts = tasks.called(_facts, self.env, settled, sorted(self.away), self._uninvited())
        except RuntimeError as error:
            raise self._broken([str(error)]) from None
        wrong = [*found.problems, *lost_from_history(self.history, found.history, self.away)]
        self.history = found.history
        if settled:
            wanted = units_in(self.world.landing, self.away)
            if wanted != (found.rows, found.units):
                wrong.append(f"{wanted} rows and units in the exports, {found.rows, found.units} in the home")
            wrong += [f"left behind: {name}" for name in self.world.home.leftovers()]
        if wrong:
            raise self._broken(wrong)
        return found

    def put(self, name: str, piece: int) -> None:
        """A file comes, or another content comes under its name."""
        self.told.append(f"piece {piece} comes as {name}")
        self.world.put(name, piece, next(self._moments))

    def remove(self, file: Path) -> None:
        """A file goes."""
        self.told.append(f"{file.name} goes")
        file.unlink()

    def command(self, *words: str) -> None:
        """Run a command to its end, and look; one that is refused is so in one line, and changes nothing.

        Raises:
            BrokenError: It ends in another way, or an invariant does not hold.
        """
        self.world.counts["commands"] += 1
        code = ended(tasks.command((*words, "--json"), self.env, self.world.said))
        said = self._tell(words, f"ended with {code}")
        if code:
            lines = [line for line in said.splitlines() if line.startswith("insiders: ")]
            if code not in (1, 2) or len(lines) != 1 or "Traceback" in said:
                raise self._broken([f"insiders {' '.join(words)} ended with {code} and said {said[-1500:]}"])
            self.world.counts["refused"] += 1
            self.world.refused.append(lines[0])
        self.seen = self.look(settled=not code)

    def crash(self, words: tuple[str, ...], at: float | Point) -> bool:
        """Kill a command, and look.

        Args:
            words: The command.
            at: A share of what the first refresh cost, or the boundary to be killed at.

        Returns:
            Whether it was still at work.

        Raises:
            BrokenError: An invariant does not hold.
        """
        deadly = at if isinstance(at, tuple) else None
        process = tasks.command(
            (*words, "--json"), self.env, self.world.said, roots=self.world.home.roots, deadly=deadly
        )
        if isinstance(at, tuple):
            killed = ended(process) < 0
            when = f"at {at[0]} #{at[1]}"
        else:
            killed = killed_after(process, at * self.world.cpu_seconds)
            when = f"after {at * self.world.cpu_seconds:.3f} s of a processor, having passed {self._passed()}"
        self.world.counts["commands"] += 1
        self.world.counts["killed"] += killed
        self._tell(words, f"killed {when}" if killed else f"to be killed {when}: it had ended by then")
        self.seen = self.look(settled=False)
        return killed

    def forget(self, which: float, *, killed: float | Point | None = None) -> bool:
        """Forget somebody who is there; a command that was killed is given again.

        Args:
            which: The share of the customers before them.
            killed: See :meth:`crash`; None for a command that is left in peace.

        Returns:
            Whether it was killed.

        Raises:
            BrokenError: An invariant does not hold.
        """
        customers = self.seen.customers
        words = "forget", customers[int(which * (len(customers) - 1))]
        self.away.add(words[1])
        happened = killed is not None and self.crash(words, killed)
        self.command(*words)
        return happened

    def change_policy(self, settings: dict[str, str], *, opted_out: bool) -> None:
        """Other settings hold from now on, and maybe the first three members opt out."""
        self.policy = dict(settings)
        if opted_out and self.seen.members:
            path = self.world.home.scratch / "opted-out.txt"
            path.write_text("\n".join(self.seen.members[:3]) + "\n")
            self.policy["INSIDERS_OPTED_OUT"] = str(path)
        self.told.append(f"other settings: {self.policy}, opted out: {self._uninvited()}")

    def _passed(self) -> str:
        """The last boundary that the last command passed."""
        trail = tasks.trail_of(self.world.said)
        passed = trail.read_text().splitlines() if trail.exists() else []
        return f"{passed[-1]} #{passed.count(passed[-1])}, {len(passed)} in all" if passed else "no boundary"

    def _tell(self, words: tuple[str, ...], how: str) -> str:
        """Note a command, its settings and what it said; what it said."""
        said = self.world.said.read_text() if self.world.said.exists() else ""
        more = {name: text for name, text in self.env.items() if name.startswith(SETTINGS)}
        told = " ".join(f"{name}={text}" for name, text in sorted(more.items()))
        self.told += [f"insiders {' '.join(words)} {how}", f"    {told}", f"    said: {said!r}"]
        return said

    def _broken(self, wrong: list[str]) -> BrokenError:
        """Keep the home; what to raise."""
        self.told += [f"broken: {text}" for text in wrong]
        told = f"{'; '.join(wrong[:5])} (kept in {self.world.keep(self.told)})"
        self.world.broken += [told, *self.told]
        return BrokenError(told)

    def _uninvited(self) -> list[str]:
        """Who opted out."""
        there = self.policy.get("INSIDERS_OPTED_OUT")
        return Path(there).read_text().split() if there else []


def _facts(settled: bool, away: list[str], uninvited: list[str]) -> Facts:
    return facts(settled=settled, away=away, uninvited=uninvited)
