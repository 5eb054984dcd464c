"""Dagster's history of runs on SQLite, written by a command without waiting for the disk at every event."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse.connection import BUSY_SECONDS

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError


@contextmanager
def written_at_ease(folder: Path) -> Iterator[None]:
    """Let the databases under ``folder`` reach the disk at checkpoints, not at every event, while the block runs.

    At each commit SQLite waits for the disk: a tenth of a run. With a write-ahead log and ``synchronous = NORMAL`` a
    database stays whole whatever happens (https://sqlite.org/pragma.html#pragma_synchronous): a killed process loses
    nothing, and a power failure at most the last events of a run that it ended as well.

    Args:
        folder: Dagster's folder of the home. Other databases are left as they are.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    folder = folder.resolve()

    def connected(connection: Any, record: Any) -> None:
        if not _is_below(folder, connection):
            return
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")  # 5 s are short on a busy machine
        if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            connection.execute("PRAGMA synchronous = NORMAL")
        else:
            connection.execute("PRAGMA synchronous = OFF")  # in the making: it holds nothing yet
            record.info[_IN_THE_MAKING] = True

    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        if record.info.pop(_IN_THE_MAKING, False):
            connected(connection, record)

    event.listen(Engine, "connect", connected)
    event.listen(Engine, "checkout", taken)
    try:
        with _one_engine_each():
            yield
    finally:
        event.remove(Engine, "checkout", taken)
        event.remove(Engine, "connect", connected)


STORAGES = (
    "dagster._core.storage.event_log.sqlite.sqlite_event_log",
    "dagster._core.storage.runs.sqlite.sqlite_run_storage",
)
"""Dagster's modules that make an engine for each connection; no public setting makes them keep one."""
_IN_THE_MAKING = "in the making"


@contextmanager
def _one_engine_each() -> Iterator[None]:
    """Let Dagster's storages keep one engine and its connections for each database while the block runs.

    They make one for each event, which opens the database, asks it for its version, compiles every statement again and
    closes it: a quarter of a run.
    """
    from sqlalchemy.pool import QueuePool

    storages: list[Any] = [import_module(name) for name in STORAGES]
    made: dict[str, Any] = {}

    def kept(create: Any, url: str, **options: Any) -> Any:
        if url not in made:
            made[url] = create(url, **options | {"poolclass": QueuePool})
            made[url].dispose = lambda *_: None  # asked for after each event, and done once in the end
        return made[url]

    originals = [module.create_engine for module in storages]
    try:
        for module, original in zip(storages, originals, strict=True):
            module.create_engine = partial(kept, original)
        yield
    finally:
        for module, original in zip(storages, originals, strict=True):
            module.create_engine = original
        for engine in made.values():
            del engine.dispose
            engine.dispose()


def _is_below(folder: Path, connection: Any) -> bool:
    """Return whether a new connection is to an SQLite database under ``folder``."""
    if not isinstance(connection, sqlite3.Connection):
        return False
    path = str(connection.execute("PRAGMA database_list").fetchone()[2])
    return bool(path) and Path(path).is_relative_to(folder)


def unusable(error: DBAPIError | OSError, folder: Path) -> InsidersError:
    """Return what is said of a history of runs that cannot be read or written.

    Args:
        error: What the database or the system said.
        folder: Dagster's folder of the home.
    """
    from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

    cause = error.orig if isinstance(error, DBAPIError) else error.strerror or error
    if isinstance(error, DatabaseError) and not isinstance(error, OperationalError):
        return InsidersError(
            f"the history of runs is damaged ({cause})",
            where=str(folder),
            hint="move that folder away: a new history begins, and nothing else is lost",
        )
    locked = "locked" in str(cause)
    return InsidersError(
        f"the history of runs cannot be written ({cause})",
        where=str(folder),
        hint="another program holds it: end that one, or wait, then run again"
        if locked
        else "make room there and give it write permission, then run again",
    )
