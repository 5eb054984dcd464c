"""A year of days against production: what stays grows with the data or not at all, and each day's report is right."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets_tests.faults import tasks
from insiders_assets_tests.faults.looking import hashed
from insiders_assets_tests.faults.production import Production, production, until
from insiders_assets_tests.faults.record import Outcome
from insiders_assets_tests.faults.shop import RECIPE
from insiders_assets_tests.faults.storms import COMPARED

if TYPE_CHECKING:
    from insiders_assets_tests.faults.families import Ground

DAYS, CUSTOMERS, LINES = 365, 600, 0.5
SAMPLED = 8
"""Days whose tables are held against a clean run's."""
WARM = 0.3
"""The share of days after which nothing may grow any more: caches and pools are full by then."""
SETTLED, SPARE = 20, 0.6
"""Days after which what is kept is at work: so many runs are deleted by one refresh at most. And the share of what is
kept after which PostgreSQL's room is: it looks for dead rows once a fifth of a table is dead, and gives pages of an
index to others one or two such times later."""
STEADY = {"handles": 1.0, "threads": 1.0, "connections": 1.0, "temporary files": 0.5}
"""What may be added per hundred refreshes, by measure; a leak adds a hundred."""
MEMORY = 0.03
"""And the share of memory: the daemon's and the code server's."""
RETAINED = {"runs": 0.5, "objects, reports": 2.0, "objects, logs": 2.0, "MB of database, history": 5.0}
"""And what is deleted when it is old, once it is: each refresh adds a run, four reports' objects, one of logs, and half
a megabyte of history, of which PostgreSQL makes room for the next when it comes to it."""
FEW, SHORT = 5, 13.0
"""How many reports and runs are kept, and for how many minutes, when it is about what is kept alone."""


def retention(on: Ground) -> list[Outcome]:
    """The same days while very little is kept, so that the oldest is deleted on most of them."""
    right, clean, _, *bounded = soak(on, FEW, SHORT)
    right.fault = f"{right.fault}; the newest {FEW} reports and runs are kept"
    return [right, clean, *bounded]


def soak(on: Ground, newest: int | None = None, minutes: float | None = None) -> list[Outcome]:
    """A month of exports at first, then a day at a time; each is measured once its refresh is over."""
    newest, minutes = newest or on.newest, minutes or on.minutes
    from insiders_assets.simulation.exports import simulate

    outcome = Outcome(
        "a year of days against daemon, code server, PostgreSQL and S3: one export and one refresh a day",
        outcome="nothing; each day's report is right",
    )
    clean = Outcome(
        "of these, tables of a day held against a first run on the same exports",
        outcome="nothing; the same bytes",
    )
    steady = Outcome(
        "all of these days together: memory, handles, threads, connections, temporary files",
        outcome="nothing; once warm, memory gains less than 3 % per 100 refreshes, and nothing else grows",
    )
    bounded = Outcome(
        "of these, the days since the oldest reports and runs are deleted: reports, logs, Dagster's history",
        outcome="nothing; they are as large as what is kept",
    )
    made = simulate(
        CUSTOMERS,
        on.folder("made"),
        seed=on.seed,
        start=date(2024, 1, 1),
        months=13,
        lines=LINES,
        every="day",
    )
    first = [file for file in made if file.name < "2024-02-01"]
    days = made[len(first) : len(first) + on.times(DAYS, least=3)]
    arrived = on.folder("arrived")
    samples: list[dict[str, float]] = []
    kept: dict[int, dict[str, str]] = {}
    begun = time.monotonic()
    keeping = {"INSIDERS_REPORTS_KEPT": str(newest), "INSIDERS_RUNS_KEPT": str(newest)}
    with production(on.folder("production"), on.server.url, **RECIPE | keeping) as shop:
        year = Year(shop, arrived)
        outcome.add(year.day(first, 1))
        for number, file in enumerate(days, start=2):
            if time.monotonic() - begun > minutes * 60 or outcome.tried - outcome.survived > 5:
                break
            outcome.add(year.day([file], number))
            samples.append(measures(shop, year))
            told = ", ".join(f"{name} {value:g}" for name, value in samples[-1].items())
            on.say(f"{file.stem}: {outcome.survived}/{outcome.tried} right; {told}")
            if (number - 2) % max(len(days) // SAMPLED, 1) == 0:
                kept[number] = tables(shop)
                copied(arrived, on.folder(f"until {number}"))
        models = on.folder("models")
        for key, content in objects(shop, "lake/segmentation_model/"):
            (models / key).parent.mkdir(parents=True, exist_ok=True)
            (models / key).write_bytes(content)
    for number, found in kept.items():
        clean.add(not_as_a_clean_run(on, number, found, models))
    begin = warm(len(samples), newest)
    growth = {name: slope([sample[name] for sample in samples[begin:]]) for name in samples[0]}
    steady.add(leaks(samples, growth))
    retained = begin > newest
    on.facts["refreshes"] = len(samples) + 1
    on.facts["reports and runs kept"] = newest
    on.facts["growth told since refresh"] = begin + 1
    for name in samples[0]:
        ours = [sample[name] for sample in samples]
        on.facts[name] = (
            f"{ours[0]:,g} at first, {ours[-1]:,g} at last, {growth[name]:+,.2f} per 100 refreshes"
        )
    if retained:
        bounded.add([
            f"{name} grows by {growth[name]:.2f} per 100 refreshes"
            for name, most in RETAINED.items()
            if growth[name] > most
        ])  # fmt: skip
    return [outcome, clean, steady, *([bounded] if retained else [])]


class Year:
    """The days so far.

    Attributes:
        rows: Rows of every export that arrived.
        peak: The most memory that the last day's run took, in MB.
    """

    def __init__(self, shop: Production, arrived: Path) -> None:
        self.shop, self.arrived = shop, arrived
        self.rows, self.peak = 0, 0.0
        self.seconds = 0.0

    def day(self, files: list[Path], refreshes: int) -> list[str]:
        """Let files arrive, wait for the refresh; what is wrong with its report."""
        before, begun = self.shop.read("lake/refresh.json"), time.monotonic()
        self.peak = 0.0
        for file in files:
            shutil.copy(file, self.arrived)
            self.shop.put(file)
        self.rows += rows_of(files)
        if not until(lambda: self._look() and self.shop.read("lake/refresh.json") != before):
            return [f"{files[-1].stem}: no refresh"]
        if not until(lambda: not self.shop.active()):
            return [f"{files[-1].stem}: its run does not end"]
        self.seconds = time.monotonic() - begun
        latest = json.loads(self.shop.read("reports/latest.json") or b"")["name"]
        report = json.loads(self.shop.read(f"reports/{latest}/report.json") or b"")
        found = {
            "rows": report["rows"]["read"],
            "day": report["as_of"],
            "refreshes": self._asked("SELECT count(*) FROM refreshes"),
            "members": self._asked("SELECT count(*) FROM members"),
            "refresh": self._asked("SELECT refresh_id FROM refreshes ORDER BY published_at DESC LIMIT 1"),
            "failed runs": self.shop.asked(
                self.shop.history, "SELECT count(*) FROM runs WHERE status = 'FAILURE'"
            ),
        }
        wanted = {
            "rows": self.rows,
            "day": files[-1].stem,
            "refreshes": refreshes,
            "members": report["members"],
            "refresh": report["refresh_id"],
            "failed runs": 0,
        }
        return [] if found == wanted else [f"{files[-1].stem}: {found}, not {wanted}"]

    def _asked(self, query: str) -> Any:
        return self.shop.asked(self.shop.warehouse, query)

    def _look(self) -> bool:
        import psutil

        with suppress(psutil.Error):
            runs = psutil.Process(self.shop.pids["code server"]).children(recursive=True)
            self.peak = max([self.peak, *(run.memory_info().rss / 1e6 for run in runs)])
        return True


def rows_of(files: list[Path]) -> int:
    """Rows of exports, counted by another reader."""
    import csv

    return sum(sum(1 for _ in csv.reader(file.open(newline="", encoding="utf-8"))) - 1 for file in files)


def measures(shop: Production, year: Year) -> dict[str, float]:
    """What can leak, between two refreshes."""
    import psutil

    found: dict[str, float] = {"seconds from file to report": round(year.seconds, 1)}
    for name, pid in shop.pids.items():
        process = psutil.Process(pid)
        found[f"MB of memory, {name}"] = round(process.memory_info().rss / 1e6, 1)
        found[f"handles, {name}"] = process.num_fds()
        found[f"threads, {name}"] = process.num_threads()
    found["MB of memory, a run at most"] = round(year.peak, 1)
    found["connections"] = shop.asked(
        shop.server,
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    )
    found["temporary files"] = sum(1 for _ in shop.temporary.rglob("*"))
    for name, url in (("warehouse", shop.warehouse), ("history", shop.history)):
        size = shop.asked(url, "SELECT pg_database_size(current_database())")
        found[f"MB of database, {name}"] = round(size / 1e6, 2)
    found["runs"] = shop.asked(shop.history, "SELECT count(*) FROM runs")
    for name, prefix in (("lake", "home/lake/"), ("quarantine", "home/quarantine/"), ("reports", "home/reports/"),
                         ("logs", "dagster-logs/")):  # fmt: skip
        sizes = shop.sizes(prefix)
        found[f"objects, {name}"], found[f"MB, {name}"] = len(sizes), round(sum(sizes) / 1e6, 2)
    return found


def tables(shop: Production) -> dict[str, str]:
    """A hash of every table of the lake that follows from exports and model alone."""
    return {name: hashed(shop.read(f"lake/{name}.parquet") or b"") for name in COMPARED}


def objects(shop: Production, prefix: str) -> list[tuple[str, bytes]]:
    """Every object of the home below a prefix, by its key without the prefix."""
    pages = shop.s3.get_paginator("list_objects_v2").paginate(Bucket="shop", Prefix=f"home/{prefix}")
    keys = [found["Key"].removeprefix("home/") for page in pages for found in page.get("Contents", ())]
    return [(key.removeprefix(prefix), shop.read(key) or b"") for key in keys]


def copied(arrived: Path, folder: Path) -> None:
    """What has arrived so far."""
    for file in arrived.iterdir():
        shutil.copy2(file, folder)


def not_as_a_clean_run(on: Ground, number: int, found: dict[str, str], models: Path) -> list[str]:
    """What differs from a first run in another home, on the same exports and with the same model."""
    clean = on.local(f"clean {number}")
    shutil.copytree(models, clean.home / "lake" / "segmentation_model")
    env = clean.env | {"INSIDERS_LANDING": str(on.scratch / f"until {number}")}
    try:
        tasks.done(("run", "--json"), env, clean.scratch / "said.txt")
    except RuntimeError as error:
        return [str(error)]
    wanted = {name: hashed((clean.home / "lake" / f"{name}.parquet").read_bytes()) for name in COMPARED}
    return [
        f"refresh {number}: {name} is not that of a clean run"
        for name in COMPARED
        if wanted[name] != found[name]
    ]


def warm(days: int, kept: int) -> int:
    """The day from which growth is told: caches are full, and what is kept is complete if there are days left then."""
    complete = kept + max(SETTLED, round(SPARE * kept))
    return max(int(WARM * days), complete) if days > complete + SETTLED else int(WARM * days)


def slope(values: Sequence[float]) -> float:
    """What a measure gains per hundred refreshes: the median over all pairs of days (Theil and Sen's)."""
    from scipy.stats import theilslopes

    return float(theilslopes(values).slope) * 100 if len(values) > 2 else 0.0


def leaks(samples: list[dict[str, float]], growth: dict[str, float]) -> list[str]:
    """What grows though nothing of it is kept."""
    if len(samples) < 100:
        return []
    wrong = []
    for name, gained in growth.items():
        most = STEADY.get(name.partition(",")[0], float("inf"))
        if name in ("MB of memory, daemon", "MB of memory, code server"):
            most = MEMORY * samples[-1][name]
        if gained > most:
            wrong.append(f"{name} grows by {gained:.2f} per 100 refreshes")
    return wrong
