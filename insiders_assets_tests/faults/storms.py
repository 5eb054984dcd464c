"""Storms of files: the sensor, tick by tick, with runs at work while more files arrive."""

from __future__ import annotations

import os
import random
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets_tests.faults import tasks
from insiders_assets_tests.faults.forks import ended, quietly, started
from insiders_assets_tests.faults.invariants import facts
from insiders_assets_tests.faults.looking import hashed
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.shop import RECIPE, YESTERDAY
from insiders_assets_tests.faults.world import readable_rows

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from insiders_assets_tests.faults.families import Ground

FILES, CALMS = 1000, 20
"""Files that come, and moments at which nothing does for long enough to be noticed."""
TICK = 0.02
"""Seconds between two ticks, which are ten seconds in real life."""
COMPARED = ("clean_purchases", "returns", "customer_features", "leaf_embedding", "clusters")
"""Tables that follow from the exports and the model alone, whatever was published before."""
REMEMBERED = ("name", "tier")
"""Columns of ``cluster_profiles`` that follow from the refresh before, too: a name that still holds is kept, and a
cluster near the edge of a tier stays in it. A home without a past names its clusters anew."""
MOST_TICKS = 20_000


@dataclass
class Sky:
    """A landing zone, the sensor that watches it, and the runs that it asked for.

    Attributes:
        folder: Holds landing zone and home.
        runs: Runs asked for.
        most: Runs that were active at once, at most.
        wrong: What should not have happened.
    """

    folder: Path
    runs: int = 0
    most: int = 0
    wrong: list[str] = field(default_factory=list)
    _cursor: str | None = None
    _process: BaseProcess | None = None

    def __post_init__(self) -> None:
        from dagster import DagsterInstance

        from insiders_assets.cli.ui import dagster_home
        from insiders_assets.definitions import build_defs
        from insiders_assets.settings import load_settings

        self.landing, self.home = self.folder / "landing", self.folder / "home"
        self.landing.mkdir()
        given = {name.removeprefix("INSIDERS_").lower(): value for name, value in RECIPE.items()}
        self.given: dict[str, Any] = {"home": str(self.home), "landing": str(self.landing)} | given
        self.settings = load_settings(**self.given)
        self.instance = DagsterInstance.from_config(str(dagster_home(self.settings)))
        self._job = build_defs(self.settings).resolve_job_def("refresh")

    @property
    def idle(self) -> bool:
        """Whether no run is at work; one that is over must have ended well."""
        if self._process is not None and not self._process.is_alive():
            if code := ended(self._process):
                self.wrong.append(f"a run ended with {code}: {(self.folder / 'said.txt').read_text()[-800:]}")
            self._process = None
        return self._process is None

    def tick(self) -> bool:
        """One tick of the sensor; the run that it asks for is made and begins. Whether it asked for one."""
        from dagster import build_sensor_context

        from insiders_assets.automation import landing_zone
        from insiders_assets.runs import at_work
        from insiders_assets.storage.stores import Stores

        context = build_sensor_context(
            instance=self.instance, cursor=self._cursor, resources={"stores": Stores(self.settings)}
        )
        result = landing_zone.evaluate_tick(context)
        self._cursor = result.cursor or self._cursor
        for request in result.run_requests or []:
            while not self.idle:  # its run is over, and its process is about to end
                time.sleep(TICK)
            run = self.instance.create_run_for_job(self._job, tags=request.tags)
            self._process = started(_execute, self.given, run.run_id, self.folder / "said.txt")
            self.runs += 1
        self.most = max(self.most, len(at_work(self.instance)))
        return bool(result.run_requests)

    def backstop_asks(self) -> bool:
        """Whether the daily schedule asks for a run now."""
        from dagster import build_schedule_context

        from insiders_assets.automation import backstop
        from insiders_assets.storage.stores import Stores

        context = build_schedule_context(instance=self.instance, resources={"stores": Stores(self.settings)})
        return bool(backstop("30 5 * * *").evaluate_tick(context).run_requests)


def _execute(given: dict[str, Any], run_id: str, said: Path) -> None:
    """A run that the sensor asked for, as its process makes it."""
    import warnings

    warnings.simplefilter("ignore")
    quietly(said)
    from dagster import DagsterInstance
    from dagster._core.definitions.job_base import InMemoryJob
    from dagster._core.execution.api import execute_run

    from insiders_assets.cli.ui import dagster_home
    from insiders_assets.definitions import build_defs
    from insiders_assets.settings import load_settings

    settings = load_settings(**given)
    with DagsterInstance.from_config(str(dagster_home(settings))) as instance:
        job = build_defs(settings).resolve_job_def("refresh")
        run = instance.get_run_by_id(run_id)
        result = execute_run(InMemoryJob(job), run, instance)
    os._exit(0 if result.success else 1)


Arrival = tuple[str, str]
"""A name in the landing zone, and what is written under it."""


def arrivals(on: Ground, number: int, chance: random.Random) -> tuple[list[Arrival], dict[str, str]]:
    """So many files in the order in which they come; and what is there in the end, by name."""
    head, rows = readable_rows(on.shop.before, on.shop.after)
    contents = [head + "".join(rows[which::number]) for which in range(number)]
    names = [f"{'north/' * (which % 3 == 0)}{which:04}.csv" for which in range(number)]
    last = list(zip(names, contents, strict=True))
    again = [(f"copy of {Path(name).name}", content) for name, content in chance.sample(last, number // 10)]
    coming = [*last, *again]
    chance.shuffle(coming)
    for name, content in chance.sample(last, number // 10):  # an earlier state, which is replaced later
        at = coming.index((name, content))
        coming.insert(chance.randint(0, at), (name, head + rows[chance.randrange(len(rows))]))
    return coming, dict(coming)


def storm(on: Ground) -> list[Outcome]:
    """A storm, and what is left when it is over."""
    number, chance = on.times(FILES, least=20), on.chance("storm")
    outcome = Outcome(
        f"{number:,} files in random order and time, a tenth twice, a tenth replaced, while refreshes run",
        outcome="nothing; one refresh at a time, and in the end what one clean run makes",
    )
    sky = Sky(on.folder("storm"))
    coming, last = arrivals(on, number, chance)
    calms = sorted(chance.sample(range(len(coming)), on.times(CALMS, least=1)))
    lull, ticks, all_of_them = 0, 0, len(coming)
    while coming or not sky.idle or lull:
        ticks += 1
        if ticks > MOST_TICKS:
            sky.wrong.append("it does not come to an end")
            break
        lull -= lull > 0
        if coming and not lull:
            for _ in range(min(chance.randint(1, max(number // 60, 1)), len(coming))):
                put(sky.landing, *coming.pop(0), slowly=chance.random() < 0.1)
            if calms and all_of_them - len(coming) > calms[0]:
                calms.pop(0)
                lull = chance.choice([3, 10, 100])
        sky.tick()
        time.sleep(TICK)
    waited = 0
    while (sky.tick() or not sky.idle or waited < 3) and ticks < MOST_TICKS:
        ticks, waited = ticks + 1, waited + 1
        time.sleep(TICK)
    if sky.runs > on.times(CALMS, least=1) + 2:
        sky.wrong.append(f"{sky.runs} runs for {on.times(CALMS, least=1)} calms")
    if sky.most != 1:
        sky.wrong.append(f"{sky.most} refreshes were active at once")
    outcome.add([*sky.wrong, *not_as_one_clean_run(on, sky, last)])
    on.facts["runs"], on.facts["ticks"] = sky.runs, ticks
    return [outcome]


def put(landing: Path, name: str, content: str, *, slowly: bool) -> None:
    """Let a file arrive: all at once, or in two halves that anybody can see."""
    path = landing / name
    path.parent.mkdir(exist_ok=True)
    if slowly:
        path.write_text(content[: len(content) // 2])
        time.sleep(TICK)
    path.write_text(content)


def not_as_one_clean_run(on: Ground, sky: Sky, last: dict[str, str]) -> list[str]:
    """What differs from a home that read the same exports at once, with the same model."""
    clean = on.local("storm, clean")
    landing = on.folder("storm, clean landing")
    for name, content in last.items():
        put(landing, name, content, slowly=False)
    env = clean.env | {"INSIDERS_LANDING": str(landing)}
    models = Path("lake") / "segmentation_model"
    shutil.copytree(sky.home / models, clean.home / models)
    tasks.done(("run", "--json"), env, clean.scratch / "said.txt")
    storm_env = RECIPE | {"INSIDERS_HOME": str(sky.home), "INSIDERS_LANDING": str(sky.landing)}
    found, wanted = (tasks.called(settled_facts, each) for each in (storm_env, env))
    wrong = [*found.problems, *wanted.problems]
    if (found.rows, found.units) != (wanted.rows, wanted.units):
        wrong.append(
            f"{found.rows} rows and {found.units} units, a clean run {wanted.rows} and {wanted.units}"
        )
    for table in COMPARED:
        ours, theirs = (
            hashed((home / "lake" / f"{table}.parquet").read_bytes()) for home in (sky.home, clean.home)
        )
        if ours != theirs:
            wrong.append(f"{table} is not that of a clean run")
    ours, theirs = (tasks.called(profiles_but_remembered, each) for each in (storm_env, env))
    if ours != theirs:
        wrong.append(f"cluster_profiles is not that of a clean run: {ours}, not {theirs}")
    if tasks.called(is_due, storm_env):
        wrong.append("the report does not show what is in the landing zone")
    return wrong


def settled_facts() -> Any:
    """What a look finds after a refresh that ended well."""
    return facts(settled=True)


def profiles_but_remembered() -> list[str]:
    """Every cluster's profile, but what a home remembers of it."""
    from insiders_assets_tests.faults.invariants import rows_of
    from insiders_assets_tests.faults.looking import stores

    return rows_of(stores().lake.read("cluster_profiles").drop(REMEMBERED))


def is_due() -> bool:
    """Whether another refresh is due."""
    from insiders_assets.refresh.state import is_current
    from insiders_assets_tests.faults.looking import stores

    return not is_current(stores())


def endless(on: Ground) -> list[Outcome]:
    """A landing zone that never comes to rest: the daily schedule sees to it that a report comes nevertheless."""
    outcome = Outcome(
        "a landing zone that changes at every tick, for ever",
        outcome="the sensor waits for it to settle; the daily schedule asks for a refresh all the same",
    )
    sky = Sky(on.folder("endless"))
    _, rows = readable_rows(on.shop.before, on.shop.after)
    asked = 0
    for number in range(on.times(50, least=10)):
        put(sky.landing, "ever.csv", "".join(rows[: number + 1]), slowly=False)
        os.utime(sky.landing / "ever.csv", (YESTERDAY + number, YESTERDAY + number))
        asked += sky.tick()
    wrong = [f"the sensor asked for {asked} runs of files that were changing"] if asked else []
    if not sky.backstop_asks():
        wrong.append("the schedule asks for nothing")
    outcome.add(wrong)
    return [outcome]
