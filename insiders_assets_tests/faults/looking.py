"""Readers who never stop looking: at SQL, at ``reports/latest`` and at the lake.

A look is a hash of everything that one reader sees at once. What may be seen is known beforehand: the state before the
fault, and the one that an undisturbed run leaves.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, ClassVar

from insiders_assets.report.file_digests import belong_together

ABSENT = "absent"
"""What a reader sees before anything was ever published."""
REPORT = ("report.html", "evidence.html", "report.json", "members.csv", "members.xlsx")
PAUSE = 0.05
UNANSWERED = ("timeout expired", "Connect timeout on endpoint URL", "Read timeout on endpoint URL")
"""What PostgreSQL's client and that of S3 say of a server that did not answer in time: nothing was seen."""
ATTEMPTS = 3

Look = dict[str, str]


def unanswered(error: Exception) -> bool:
    """Whether a look came to nothing because a server did not answer in time: what there was is not known."""
    return any(words in str(error) for words in UNANSWERED)


def hashed(*contents: bytes) -> str:
    """A short hash."""
    found = hashlib.sha256()
    for content in contents:
        found.update(content)
    return found.hexdigest()[:16]


def stores() -> Any:
    """The stores that the environment names, opened anew."""
    from insiders_assets.settings import load_settings
    from insiders_assets.storage.stores import Stores

    return Stores(load_settings())


def sql(warehouse: Any) -> str:
    """Every row of every table but when it was published, in one transaction."""
    import sqlalchemy as sa

    from insiders_assets.storage.warehouse import TABLES
    from insiders_assets.storage.warehouse.connection import make_engine
    from insiders_assets.storage.warehouse.urls import sqlite_file

    file = sqlite_file(warehouse.url)
    if file and not file.exists():
        return ABSENT
    engine = make_engine(warehouse.url, read_only=True)
    found = hashlib.sha256()
    try:
        with engine.begin() as connection:
            there = set(sa.inspect(connection).get_table_names())
            if "refreshes" not in there:
                return ABSENT
            for name, table in TABLES.items():
                columns = [column for column in table.names if column != "published_at"]
                listed = ", ".join(f'"{column}"' for column in columns)
                rows = connection.execute(sa.text(f'SELECT {listed} FROM "{name}"')).all()
                for row in sorted(map(repr, rows)):
                    found.update(row.encode())
    finally:
        engine.dispose()
    return found.hexdigest()[:16]


def report(publication: Any) -> str:
    """The files of the latest report, found as a program should: the pointer first, then what it names."""
    name = publication.latest()
    if name is None:
        return ABSENT
    folder = publication.root / name
    return whole({file: (folder / file).read_bytes() for file in REPORT})


def whole(files: dict[str, bytes]) -> str:
    """A hash of a report whose files are all whole, and of one report.

    Raises:
        ValueError: One is not.
    """
    facts = json.loads(files["report.json"])
    if not belong_together(files):
        raise ValueError("the files are of different reports")
    for name in ("report.html", "evidence.html"):
        if not files[name].rstrip().endswith(b"</html>"):
            raise ValueError(f"{name} ends early")
    with zipfile.ZipFile(io.BytesIO(files["members.xlsx"])) as book:
        if book.testzip():
            raise ValueError("members.xlsx is damaged")
    rows = files["members.csv"].count(b"\n") - 1
    if rows != facts["members"]:
        raise ValueError(f"members.csv has {rows} members, report.json says {facts['members']}")
    return hashed(*files.values())


def shown(publication: Any) -> str:
    """The latest report as a person opens it, by the path that never changes.

    Whoever reads several files there looks whether they belong together, and reads again if not; after the last attempt
    the pointer is followed, for a copy in a bucket may have been cut short.
    """
    folder = publication.root / "latest"
    if publication.latest() is None:
        return ABSENT
    for _ in range(ATTEMPTS):
        files = {file: (folder / file).read_bytes() for file in REPORT}
        if belong_together(files):
            return whole(files)
    return report(publication)


def table(lake: Any, name: str) -> str:
    """One table of the lake, every byte."""
    try:
        return hashed(lake.path(name).read_bytes())
    except FileNotFoundError:
        return ABSENT


def held(home: Any) -> str:
    """What is held or was discarded, found by its record: its name, what became of it, and every byte of its tables."""
    from insiders_assets.refresh.held_record import FOLDER, HELD, OVER, read_held

    for _ in range(ATTEMPTS):
        record = read_held(home)
        if record is None or record.status == OVER:
            return "nothing is held"
        names = record.tables if record.status == HELD else ()
        with suppress(FileNotFoundError):
            tables = [(home / FOLDER / f"{name}.parquet").read_bytes() for name in names]
            return hashed(record.status.encode(), record.refresh_id.encode(), *tables)
    raise ValueError("a table of what is held is missing")


def transactions(store: Any) -> str:
    """Every transaction, by the way the platform reads them."""
    from insiders_assets.errors import InsidersError

    try:
        store.manifest()
    except InsidersError:
        return ABSENT
    return hashed(store.read().write_csv().encode())


def looks(names: Iterable[str]) -> dict[str, Callable[[], str]]:
    """What to look at, by name, in the home that the environment names."""
    opened = stores()
    found: dict[str, Callable[[], str]] = {
        "SQL": lambda: sql(opened.warehouse),
        "reports/latest": lambda: report(opened.publication),
        "reports/latest, by path": lambda: shown(opened.publication),
        "lake/raw_transactions": lambda: transactions(opened.transactions),
        "held": lambda: held(opened.home),
    }
    for name in names:
        found[f"lake/{name}"] = lambda name=name: table(opened.lake, name)  # type: ignore[misc]
    return found


def state(names: Iterable[str]) -> Look:
    """One look at everything."""
    return {name: look() for name, look in looks(names).items()}


def watching(env: dict[str, str], allowed: dict[str, set[str]], pipe: Connection) -> None:
    """Look until told to stop; send how often, what should not have been seen, and how often nothing was in time."""
    os.environ.update(env)
    names = [name.removeprefix("lake/") for name in allowed if name.startswith("lake/")]
    looking = looks(name for name in names if name != "raw_transactions")
    torn: list[str] = []
    count, late = 0, 0
    absent_is_over: set[str] = set()
    pipe.send("ready")
    while not pipe.poll():
        for name, look in looking.items():
            count += 1
            try:
                seen = look()
            except Exception as error:
                if unanswered(error):
                    late += 1
                    continue
                torn.append(f"{name}: {type(error).__name__}: {error}"[:400])
                continue
            if seen not in allowed[name] or (seen == ABSENT and name in absent_is_over):
                torn.append(f"{name}: {seen} is neither before nor after")
            if seen != ABSENT:
                absent_is_over.add(name)
        time.sleep(PAUSE)
    pipe.send((count, torn, late))


class Watch:
    """Readers in a process of their own, for the length of a block.

    Args:
        env: Names the home.
        allowed: What may be seen, by what is looked at.

    Attributes:
        looks: How often they looked.
        torn: What they should not have seen.
        late: How often a server did not answer in time.
    """

    def __init__(self, env: dict[str, str], allowed: dict[str, set[str]]) -> None:
        self._env, self._allowed = env, allowed
        self.looks, self.torn, self.late = 0, list[str](), 0

    def __enter__(self) -> Watch:
        from insiders_assets_tests.faults.forks import context, started

        self._pipe, theirs = context().Pipe()
        self._process = started(watching, self._env, self._allowed, theirs)
        self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send("stop")
        if not self._pipe.poll(120):
            self._process.kill()
            raise TimeoutError("the readers do not end")
        self.looks, self.torn, self.late = self._pipe.recv()
        self._process.join()


class Unwatched:
    """Nobody looks; stands where readers could."""

    looks, late = 0, 0
    torn: ClassVar[list[str]] = []

    def __enter__(self) -> Unwatched:
        return self

    def __exit__(self, *_: object) -> None:
        pass
