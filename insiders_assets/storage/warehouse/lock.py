"""One run at a time, for homes that have no file to lock: a lock in PostgreSQL that ends with its connection."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from insiders_assets import progress
from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse import urls
from insiders_assets.storage.warehouse.connection import make_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

_ONE_RUN = 0x1_0517_DE26
"""The advisory lock that a run holds; publishing has another, which a run takes meanwhile."""
PATIENCE = 3.0
"""Seconds to wait for the lock: a busy server takes a moment to notice that a run was killed."""
PAUSE = 0.1
_ONE_PUBLISHER = 0x1_0517_DE25
"""The advisory lock that lets one publish at a time into a PostgreSQL database."""
LONGEST = 600
"""Seconds that a publish waits for another, and for whoever has locked a table."""
_ONE_DELIVERY = 0x1_0517_DE27
"""The advisory lock that lets one delivery at a time out of a home; a run goes on beside it."""
_BESIDE = 0x1_0517_DE28
"""The advisory lock that runs of the daemon share which go on beside a refresh."""
_held: dict[str, sa.Connection] = {}
"""The connections of this process that hold the lock, by database."""


class Database(Protocol):
    """What is asked of a warehouse here."""

    @property
    def url(self) -> sa.URL:
        """Its address, with the password."""

    @property
    def place(self) -> str:
        """Its address, as it may be shown."""


@contextmanager
def one_run(warehouse: Database) -> Iterator[None]:
    """Hold the warehouse's lock for the length of the block. A run that is killed lets go of it.

    Raises:
        InsidersError: Another run holds it, or the database cannot be opened.
    """
    with _locked(warehouse, _ONE_RUN, "another run is writing here") as connection:
        _held[str(warehouse.url)] = connection
        try:
            yield
        finally:
            _held.pop(str(warehouse.url), None)


@contextmanager
def part_of_a_run(warehouse: Database, patience: float, *, beside: bool) -> Iterator[None]:
    """Hold the same lock together with the other processes of a run of the daemon, which no command can hold then.

    Args:
        warehouse: Whose lock.
        patience: Seconds to wait for a command that holds it.
        beside: Whether it is the lock of runs that go on beside a refresh.

    Raises:
        InsidersError: A command has not come to its end in time, or the database cannot be opened.
    """
    number = _BESIDE if beside else _ONE_RUN
    with _locked(warehouse, number, "another run is writing here", shared=True, patience=patience):
        yield


def is_free(warehouse: Database, *, beside: bool) -> bool:
    """Return whether no command and no process of a run holds the lock.

    Raises:
        InsidersError: The database cannot be opened.
    """
    try:
        number = _BESIDE if beside else _ONE_RUN
        with _locked(warehouse, number, "another run is writing here", patience=0.0):
            return True
    except _BusyError:
        return False


@contextmanager
def one_delivery(warehouse: Database) -> Iterator[None]:
    """Hold the lock of deliveries for the length of the block; runs go on beside it.

    Raises:
        InsidersError: Another delivery holds it, or the database cannot be opened.
    """
    with _locked(warehouse, _ONE_DELIVERY, "another delivery is under way"):
        yield


class _BusyError(InsidersError):
    """Another process holds a lock."""


@contextmanager
def _locked(
    warehouse: Database, number: int, busy: str, *, shared: bool = False, patience: float = PATIENCE
) -> Iterator[sa.Connection]:
    """Hold one of the warehouse's locks by a connection of its own.

    Args:
        warehouse: Whose lock.
        number: Which of its locks.
        busy: What is said if another process holds it.
        shared: Whether others may hold it, too, who share it.
        patience: Seconds to wait for it.
    """
    engine = make_engine(warehouse.url, read_only=False)
    try:
        with urls.clear_errors(warehouse.url, "opened"):
            connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            if not _taken(warehouse, connection, number, shared=shared, patience=patience):
                raise _BusyError(busy, where=warehouse.place, hint="wait until it is over, then run again")
            yield connection
        finally:
            # The lock goes with the connection, which the server may have ended long ago: nothing is asked of it.
            connection.invalidate()
            connection.close()
    finally:
        engine.dispose()


def require_held(warehouse: Database) -> None:
    """Make sure that a run of this process that took the lock still has it: a server that restarts forgets it.

    Raises:
        InsidersError: It is lost, so that another run may have begun.
    """
    import sqlalchemy as sa

    connection = _held.get(str(warehouse.url))
    if connection is None:
        return
    try:
        connection.execute(sa.select(1))
    except sa.exc.DBAPIError:
        raise InsidersError(
            "the database was restarted during the run, and another run may have begun",
            where=warehouse.place,
            hint="run again",
        ) from None


def _taken(
    warehouse: Database, connection: sa.Connection, number: int, *, shared: bool, patience: float
) -> bool:
    """Return whether the lock was free, or came free in time."""
    import sqlalchemy as sa

    take = sa.func.pg_try_advisory_lock_shared if shared else sa.func.pg_try_advisory_lock
    deadline = time.monotonic() + patience
    while True:
        with urls.clear_errors(warehouse.url, "opened"):
            if connection.execute(sa.select(take(number))).scalar_one():
                return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(PAUSE)


def alone(connection: sa.Connection) -> None:
    """Wait for another publish to end, but not for ever. SQLite's transaction has done so already.

    Args:
        connection: In the transaction that is to write.
    """
    import sqlalchemy as sa

    if connection.dialect.name != "postgresql":
        return
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LONGEST}s'")
    if not connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(_ONE_PUBLISHER))).scalar_one():
        progress.report("waiting for another publish into the warehouse to end")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_PUBLISHER)))
