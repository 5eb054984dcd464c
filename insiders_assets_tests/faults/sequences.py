"""Random sequences of all that a user and the night may do to a home, by hypothesis; invariants after every step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.steps import BrokenError, Steps
from insiders_assets_tests.faults.world import FIRST, PIECES

if TYPE_CHECKING:
    from collections.abc import Callable

    from insiders_assets_tests.faults.families import Ground
    from insiders_assets_tests.faults.world import World

POLICIES: tuple[dict[str, str], ...] = (
    {},
    {"INSIDERS_INSIDER_COVERAGE": "0.6", "INSIDERS_VIABILITY_COVERAGE": "0.9"},
    {"INSIDERS_POLICY": "budget", "INSIDERS_BUDGET_MEMBERS": "15"},
    {"INSIDERS_POLICY": "threshold", "INSIDERS_INSIDER_THRESHOLDS": "revenue>=300,recency<=60"},
    {"INSIDERS_POLICY": "clusters", "INSIDERS_INSIDER_CLUSTERS": "1"},
    {"INSIDERS_SUPPRESS": "wholesale,mostly_returned", "INSIDERS_HOLDOUT_SHARE": "0.2"},
    {"INSIDERS_WINDOW_DAYS": "60", "INSIDERS_GRACE_REFRESHES": "0"},
)
PIECE, SHARE = st.integers(0, PIECES), st.floats(0.0, 1.0)


class Sequence(RuleBasedStateMachine):
    """What may come, in any order."""

    world: ClassVar[World]
    say: ClassVar[Callable[[str], None]]

    def __init__(self) -> None:
        super().__init__()
        if self.world.broken:  # hypothesis would try once more what has broken
            raise BrokenError(self.world.broken[0])
        counts = self.world.counts
        counts["sequences"] += 1
        self.say(
            f"sequence {counts['sequences']}, after {counts['commands']} commands, {counts['looks']} looks"
        )
        self.steps = Steps(self.world)

    @rule(piece=PIECE, name=st.integers(0, 11))
    def drop_or_replace(self, piece: int, name: int) -> None:
        """A file comes, or another content comes under its name."""
        self.steps.put(f"{name}.csv", piece)

    @precondition(lambda self: len(list(self.world.landing.iterdir())) > FIRST // 2)
    @rule(which=SHARE)
    def remove(self, which: float) -> None:
        """A file goes."""
        files = sorted(self.world.landing.iterdir())
        self.steps.remove(files[int(which * (len(files) - 1))])

    @rule()
    def run(self) -> None:
        """``insiders run``."""
        self.steps.command("run")

    @rule(number=st.integers(1, 5))
    def refit(self, number: int) -> None:
        """``insiders refit``, under some seed."""
        self.steps.seed = number
        self.steps.command("refit")

    @rule(which=SHARE)
    def forget(self, which: float) -> None:
        """``insiders forget``, somebody who is there."""
        self.steps.forget(which)

    @rule(which=SHARE, share=SHARE, words=st.sampled_from(["run", "refit", "forget"]))
    def crash(self, which: float, share: float, words: str) -> None:
        """A command is killed; whoever was to be forgotten is so once the command is given again."""
        if words == "forget":
            self.steps.forget(which, killed=share)
        else:
            self.steps.crash((words,), share)

    @rule(which=st.sampled_from(POLICIES), opted_out=st.booleans())
    def change_policy(self, which: dict[str, str], opted_out: bool) -> None:
        """Other rules of choice hold from now on."""
        self.steps.change_policy(which, opted_out=opted_out)

    @rule(days=st.sampled_from([-400, -1, 0, 1, 400]))
    def set_clock(self, days: int) -> None:
        """The clock shows another day."""
        self.steps.clock = days * 86_400

    def teardown(self) -> None:
        """At the end a refresh, after which everything belongs together."""
        if not self.world.broken:
            self.steps.command("run")


def sequences(on: Ground, *, examples: int = 25, length: int = 16) -> list[Outcome]:
    """Random sequences; the first that breaks an invariant ends it, and is told step by step."""
    outcome = Outcome(
        f"up to {length} random steps of drop, replace, remove, run, refit, forget, crash, other policy, other clock",
        outcome="nothing; every invariant holds after every step",
    )
    world = on.world
    machine: Any = seed(on.seed)(
        type("Sequences", (Sequence,), {"world": world, "say": staticmethod(on.say)})
    )
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
        wrong = world.broken or [*map(str, causes), str(error), *getattr(error, "__notes__", ())]
    for number in range(world.counts["sequences"]):
        outcome.add(wrong if number == world.counts["sequences"] - 1 else [])
    for line in world.refused:
        on.say(f"refused: {line}")
    on.facts |= {name: world.counts[name] for name in ("commands", "killed", "refused", "looks")}
    return [outcome]
