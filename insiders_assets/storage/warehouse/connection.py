"""Engines for SQLite and PostgreSQL: what each needs so that readers never wait for a publish or see half of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse.silence import notice_silence
from insiders_assets.storage.warehouse.urls import sqlite_file

if TYPE_CHECKING:
    import sqlalchemy as sa

PAGE_BYTES = 16_384
"""SQLite's pages, four times its default: a publish writes most of them anew, and pays for each."""

SOON = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""When a server that is gone without a word is noticed, in seconds, the last in milliseconds: by default, in hours."""

BUSY_SECONDS = 30
"""How long a statement waits for another writer before it gives up."""


def make_engine(url: sa.URL, *, read_only: bool, pooled: bool = False) -> sa.Engine:
    """Return an engine whose transactions are real ones on both databases.

    Nothing is connected yet. Connections are closed after use: publishes are rare, and a file that others keep open
    could not be moved or backed up.

    Args:
        url: As :func:`insiders_assets.storage.warehouse.urls.parse` gives it.
        read_only: Refuse writes, at the database.
        pooled: Keep a server's connections for the next use. A file's are closed all the same: opening it is cheap,
            and another file may come in its place.
    """
    import sqlalchemy as sa

    if sqlite_file(url):
        engine = sa.create_engine(
            _sqlite_url(url, read_only=read_only),
            poolclass=sa.NullPool,
            connect_args={"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
        )
        sa.event.listen(engine, "connect", _prepare_sqlite if not read_only else _prepare_sqlite_reader)
        # The driver would begin a transaction before DML only: DDL would escape it, and a reader's two queries
        # would see two states. So it begins nothing by itself, and every transaction is begun here.
        begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine
    options = "-c default_transaction_read_only=on" if read_only else ""
    query = dict(url.query)
    given = query.pop("options", "")
    engine = sa.create_engine(
        url.set(query=query),
        poolclass=sa.QueuePool if pooled else sa.NullPool,
        pool_pre_ping=pooled,
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        connect_args=SOON
        | {
            "application_name": "insiders",
            "options": f"{given} {options}".strip(),
        },
    )
    notice_silence(engine)
    return engine


def make_parent(url: sa.URL) -> None:
    """Make the folder of an SQLite file.

    Raises:
        InsidersError: It cannot be made.
    """
    if (file := sqlite_file(url)) is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InsidersError(
            f"the warehouse's folder cannot be made ({error.strerror or error})",
            where=str(file.parent),
            hint="choose another place or give this one write permission",
        ) from None


def _sqlite_url(url: sa.URL, *, read_only: bool) -> sa.URL:
    if not read_only:
        return url
    return url.set(database=f"file:{quote(str(url.database))}", query={"mode": "ro", "uri": "true"})


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of a file that is new
    # WAL: readers go on reading the last commit while a publish writes. It stays set in the file.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -262144")  # KiB, and only as much as a publish changes


def _prepare_sqlite_reader(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA mmap_size = 4294967296")  # read through the system's cache, at most that far
