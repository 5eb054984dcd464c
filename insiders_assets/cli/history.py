"""Dagster's history of runs on SQLite, written by a command without waiting for the disk at every event."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any


@contextmanager
def written_at_ease(folder: Path) -> Iterator[None]:
    """Let the databases under ``folder`` reach the disk at checkpoints, not at every event, while the block runs.

    Dagster opens a connection for each of a run's hundreds of events. At each commit SQLite waits for the disk, and
    again when the last connection closes: a tenth of a run. With a write-ahead log and ``synchronous = NORMAL`` a
    database stays whole whatever happens (https://sqlite.org/pragma.html#pragma_synchronous): a killed process loses
    nothing, and a power failure at most the last events of a run that it ended as well.

    Args:
        folder: Dagster's folder of the home. Other databases are left as they are.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    folder = folder.resolve()
    open_meanwhile: dict[str, sqlite3.Connection] = {}

    def connected(connection: Any, _record: Any) -> None:
        path = _file(connection, folder)
        if path is None:
            return
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA synchronous = OFF")  # in the making: it holds nothing yet
            return
        connection.execute("PRAGMA synchronous = NORMAL")
        if path not in open_meanwhile:
            open_meanwhile[path] = sqlite3.connect(path, check_same_thread=False)
            open_meanwhile[path].execute(
                "SELECT count(*) FROM sqlite_master"
            ).fetchone()  # opens the file and its log

    event.listen(Engine, "connect", connected)
    try:
        with _one_engine_each():
            yield
    finally:
        event.remove(Engine, "connect", connected)
        for connection in open_meanwhile.values():
            connection.close()


STORAGES = (
    "dagster._core.storage.event_log.sqlite.sqlite_event_log",
    "dagster._core.storage.runs.sqlite.sqlite_run_storage",
)
"""Dagster's modules that make an engine for each connection; no public setting makes them keep one."""


@contextmanager
def _one_engine_each() -> Iterator[None]:
    """Let Dagster's storages keep one engine for each database while the block runs.

    They make one for each event, and a new engine asks the database for its version and compiles every statement
    again: a sixth of a run.
    """
    storages: list[Any] = [import_module(name) for name in STORAGES]
    made: dict[str, Any] = {}

    def kept(create: Any, url: str, **options: Any) -> Any:
        if url not in made:
            made[url] = create(url, **options)
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
            engine.dispose()


def _file(connection: Any, folder: Path) -> str | None:
    """The SQLite database under ``folder`` that a new connection is to, or None."""
    if not isinstance(connection, sqlite3.Connection):
        return None
    path = str(connection.execute("PRAGMA database_list").fetchone()[2])
    return path if path and Path(path).is_relative_to(folder) else None
