"""Every family of faults by name, and what each needs to be tried."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets_tests.faults.homes import CloudHome, LocalHome, Server, postgres, s3_server
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.shop import Shop

if TYPE_CHECKING:
    from insiders_assets_tests.faults.kills import Killing
    from insiders_assets_tests.faults.world import World

Report = Callable[[str], None]


@dataclass
class Ground:
    """Where faults are tried, and what is started only once something asks for it.

    Attributes:
        scratch: A folder for everything.
        seed: Names every choice made by chance.
        many: The share of the long form's tries that is made.
        minutes: How long the year of days, and killed starts, may take.
        newest: How many reports and runs it keeps.
        say: Told how it goes.
        keep: Where homes are kept that are not as they should be; in ``scratch`` unless given.
    """

    scratch: Path
    seed: int = 1
    many: float = 1.0
    minutes: float = 60
    newest: int = 100
    say: Report = print
    keep: Path | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    _opened: ExitStack = field(default_factory=ExitStack)
    _made: dict[str, Any] = field(default_factory=dict)

    @property
    def shop(self) -> Shop:
        """The shop's exports."""
        return self._once("shop", lambda: Shop.made(self.folder("shop")))

    @property
    def s3(self) -> str:
        """The address of an S3 server."""
        return self._once("s3", lambda: self._opened.enter_context(s3_server()))

    @property
    def server(self) -> Server:
        """A PostgreSQL server."""
        return self._once("postgres", lambda: self._opened.enter_context(postgres()))

    @property
    def rehearsed(self) -> Killing:
        """A refresh in a folder, rehearsed once for all who need no home of their own."""
        from insiders_assets_tests.faults.kills import Killing

        return self._once("rehearsed", lambda: Killing(self.local("rehearsed"), self.shop))

    @property
    def kept(self) -> Path:
        """Where homes are kept that are not as they should be."""
        return self.keep or self.scratch / "kept"

    @property
    def world(self) -> World:
        """A home and a landing zone for steps of any kind."""
        from insiders_assets_tests.faults.world import World

        return self._once("world", lambda: World(self, "steps"))

    def local(self, name: str) -> LocalHome:
        """A home in a folder of its own."""
        return LocalHome(self.folder(name))

    def cloud(self, name: str) -> CloudHome:
        """A home in a bucket, with a database of its own."""
        home = CloudHome(self.folder(name), self.s3, self.server.url)
        self._opened.callback(home.close)
        return home

    def chance(self, *words: object) -> random.Random:
        """A source of chance that depends on the seed and on what it is for."""
        return random.Random(f"{self.seed} {words}")

    def times(self, long_form: int, least: int = 1) -> int:
        """How often to try what the long form tries so often."""
        return max(round(long_form * self.many), least)

    def folder(self, name: str) -> Path:
        """A new folder."""
        found = self.scratch / name
        found.mkdir(parents=True)
        return found

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]


@contextmanager
def ground(scratch: Path, **given: Any) -> Iterator[Ground]:
    """Ground for the length of a block; what was started on it is stopped."""
    found = Ground(scratch, **given)
    with found._opened:
        yield found


def kills(on: Ground) -> list[Outcome]:
    """SIGKILL at boundaries and at random moments, in a folder."""
    from insiders_assets_tests.faults.kills import LONG_FORM, kill_all

    return kill_all(on, LONG_FORM)


def kills_in_the_cloud(on: Ground) -> list[Outcome]:
    """The same in a bucket."""
    from insiders_assets_tests.faults.kills import IN_THE_CLOUD, kill_all

    return kill_all(on, IN_THE_CLOUD, cloud=True)


def forgets(on: Ground) -> list[Outcome]:
    """The same of ``insiders forget``, in a folder and in a bucket."""
    from insiders_assets_tests.faults.kills import FORGETS, FORGETS_IN_THE_CLOUD, kill_all

    return [*kill_all(on, FORGETS), *kill_all(on, FORGETS_IN_THE_CLOUD, cloud=True)]


def machine(on: Ground) -> list[Outcome]:
    """The disk, rights, the clock, unsteady files, several commands."""
    from insiders_assets_tests.faults import machine, together

    tried = (
        machine.disk, machine.rights_lost, machine.clock_set_back, together.two_runs,
    )  # fmt: skip
    return [outcome for fault in tried for outcome in fault(on)]


def services(on: Ground) -> list[Outcome]:
    """S3 and PostgreSQL."""
    from insiders_assets_tests.faults.services import postgres_restarts, s3_fails

    return [*postgres_restarts(on), *s3_fails(on)]


def sequences(on: Ground) -> list[Outcome]:
    """Random sequences of everything."""
    from insiders_assets_tests.faults.sequences import sequences as tried

    return tried(on, examples=on.times(27), length=16)


def pairs(on: Ground) -> list[Outcome]:
    """Two commands in a row that are killed."""
    from insiders_assets_tests.faults.pairs import pairs as tried

    return tried(on, on.times(112))


def storms(on: Ground) -> list[Outcome]:
    """Many files, and files that never end."""
    from insiders_assets_tests.faults.storms import endless, storm

    return [*storm(on), *endless(on)]


def content(on: Ground) -> list[Outcome]:
    """Mappings, settings, files of a home, models, requests and exports that somebody made with ill will."""
    from insiders_assets_tests.faults import bombs, content, home_files, models, requests

    tried = (
        content.mappings, content.settings, home_files.home_files, models.models, requests.dashboard, bombs.bombs,
    )  # fmt: skip
    return [outcome for fault in tried for outcome in fault(on)]


def soak(on: Ground) -> list[Outcome]:
    """A year of days."""
    from insiders_assets_tests.faults.soak import soak as tried

    return tried(on)


def starts(on: Ground) -> list[Outcome]:
    """Starts of a command that are killed in pairs and triples."""
    from insiders_assets_tests.faults.starts import starts as tried

    return tried(on, on.times(300))


def held(on: Ground) -> list[Outcome]:
    """Refreshes that are held, and those who release or discard them."""
    from insiders_assets_tests.faults.kills import HELD, kill_all

    return kill_all(on, HELD)


def hollow(on: Ground) -> list[Outcome]:
    """Workbooks and parquet files that ask for far more than they are."""
    from insiders_assets_tests.faults.hollow import hollow as tried

    return tried(on, on.times(45, least=5))


def flipped_bits(on: Ground) -> list[Outcome]:
    """Single bits of everything that is read again."""
    from insiders_assets_tests.faults.flips import flipped_bits as tried

    return tried(on, on.times(1200, least=60))


def retention(on: Ground) -> list[Outcome]:
    """Days of which only the last few are kept."""
    from insiders_assets_tests.faults.soak import retention as tried

    return tried(on)


def unsteady(on: Ground) -> list[Outcome]:
    """Exports that change while they are read, very many of them, two daemons."""
    from insiders_assets_tests.faults import unsteady

    return [
        outcome for fault in (unsteady.two_daemons, unsteady.changing, unsteady.many) for outcome in fault(on)
    ]


FAMILIES: dict[str, Callable[[Ground], list[Outcome]]] = {
    "kills": kills,
    "kills_in_the_cloud": kills_in_the_cloud,
    "forgets": forgets,
    "held": held,
    "machine": machine,
    "services": services,
    "sequences": sequences,
    "pairs": pairs,
    "storms": storms,
    "content": content,
    "unsteady": unsteady,
    "flipped_bits": flipped_bits,
    "starts": starts,
    "hollow": hollow,
    "soak": soak,
    "retention": retention,
}
