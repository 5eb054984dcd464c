"""Exports that change under the reader's eyes, very many of them at once, and two daemons that see them both."""

from __future__ import annotations

import csv
import time
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from insiders_assets_tests.faults import tasks
from insiders_assets_tests.faults.forks import cpu_of, ended
from insiders_assets_tests.faults.invariants import facts, units_in
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.shop import RECIPE
from insiders_assets_tests.faults.world import World, readable_rows

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground
    from insiders_assets_tests.faults.production import Production

FILES = 10_000
LEFT = "nothing; what is not whole is left as it was, and the next run reads it"


def changing(on: Ground) -> list[Outcome]:
    """A file that grows for as long as a run reads, and files that are deleted somewhere in one."""
    grows = Outcome("a file that grows, by half rows, for as long as a refresh works", outcome=LEFT)
    goes = Outcome("two files deleted somewhere in a refresh", outcome=LEFT)
    world, chance = World(on, "changing"), on.chance("changing")
    rows = world.pieces[9].splitlines(keepends=True)[1:] * 40
    for _ in range(on.times(10)):
        world.begin()
        world.put("new.csv", 8, time.time())
        process = tasks.command(("run", "--json"), world.env, world.said)
        with (world.landing / "new.csv").open("a") as file:
            for row in rows:
                if not process.is_alive():
                    break
                for half in (row[: len(row) // 2], row[len(row) // 2 :]):
                    file.write(half)
                    file.flush()
                    time.sleep(0.001)
        grows.add(_after(world, ended(process)))
    for _ in range(on.times(10)):
        world.begin()
        for number in (8, 9, 10, 11):
            world.put(f"new {number}.csv", number, time.time())
        process, share = tasks.command(("run", "--json"), world.env, world.said), chance.random() ** 2
        while process.is_alive() and cpu_of(process.pid) < share * world.cpu_seconds:
            process.join(0.002)
        for name in ("new 10.csv", f"{chance.randrange(8)}.csv"):
            (world.landing / name).unlink()
        goes.add(_after(world, ended(process)))
    return [grows, goes]


def many(on: Ground) -> list[Outcome]:
    """Very many files in one moment."""
    number = on.times(FILES, least=100)
    outcome = Outcome(f"{number:,} new files at once", outcome="nothing; one refresh reads them all")
    world = World(on, "many")
    head, rows = readable_rows(on.shop.before, on.shop.after)
    for which in range(number):
        second = rows[(which + 1 + which // len(rows)) % len(rows)]
        (world.landing / f"many {which:05}.csv").write_text(head + rows[which % len(rows)] + second)
    begun = time.monotonic()
    code = ended(tasks.command(("run", "--json"), world.env, world.said), 900)
    on.facts[f"seconds for a refresh of {number:,} new files"] = round(time.monotonic() - begun, 1)
    outcome.add(_after(world, code))
    return [outcome]


def _after(world: World, code: int) -> list[str]:
    """What is wrong once a run has ended, and another one has run undisturbed."""
    wrong = [f"it ended with {code}: {world.said.read_text()[-600:]}"] if code else []
    with suppress(csv.Error):
        tasks.called(_facts, world.env, False)
    tasks.done(("run", "--json"), world.env, world.said)
    found = tasks.called(_facts, world.env, True)
    wanted = units_in(world.landing, set())
    if wanted != (found.rows, found.units):
        wrong.append(f"{wanted} rows and units in the exports, {found.rows, found.units} in the home")
    return [*wrong, *found.problems, *(f"left behind: {name}" for name in world.home.leftovers())]


def _facts(settled: bool) -> object:
    return facts(settled=settled)


def two_daemons(on: Ground) -> list[Outcome]:
    """Two daemons on one home and one history; files come a day at a time."""
    from insiders_assets.simulation.exports import simulate
    from insiders_assets_tests.faults.production import production
    from insiders_assets_tests.faults.soak import Year

    outcome = Outcome(
        "two daemons at once on one home and one history, S3 and PostgreSQL",
        outcome="nothing; one refresh at a time, and each day's report is right",
    )
    made = simulate(
        150, on.folder("days"), seed=on.seed, start=date(2024, 1, 1), months=2, lines=0.5, every="day"
    )
    first = [file for file in made if file.name < "2024-02-01"]
    days = made[len(first) : len(first) + on.times(5)]
    with production(on.folder("two"), on.server.url, daemons=2, **RECIPE) as shop:
        year = Year(shop, on.folder("arrived at two"))
        for number, files in enumerate([first, *([file] for file in days)], start=1):
            outcome.add([*year.day(files, number), *_together(shop)])
        on.facts["refreshes under two daemons"] = len(days) + 1
        on.facts["runs under two daemons"] = shop.asked(shop.history, "SELECT count(*) FROM runs")
    return [outcome]


def _together(shop: Production) -> list[str]:
    """Runs that were at work at the same time."""
    pairs = shop.asked(
        shop.history,
        "SELECT count(*) FROM runs a JOIN runs b ON a.id < b.id"
        " AND a.start_time < b.end_time AND b.start_time < a.end_time",
    )
    return [f"{pairs} pairs of runs were at work together"] if pairs else []
