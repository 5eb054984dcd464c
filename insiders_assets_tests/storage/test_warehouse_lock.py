"""The lock that keeps runs apart where no file can: what a killed run and a restarted server do to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse import Warehouse, lock

TAKE = sa.select(sa.func.pg_advisory_lock(lock._ONE_RUN))
OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
)


@contextmanager
def stranger(url: str) -> Iterator[Any]:
    """Another process's connection, as far as the server can tell."""
    engine = sa.create_engine(Warehouse.open(url).url, poolclass=sa.NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def test_a_run_waits_for_the_server_to_notice_that_another_was_killed(postgres_url: str) -> None:
    with stranger(postgres_url) as killed:
        killed.execute(TAKE)
        threading.Timer(0.5, killed.invalidate).start()
        with lock.one_run(Warehouse.open(postgres_url)):
            pass


def test_a_run_is_refused_while_another_is_at_work(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.2)
    with stranger(postgres_url) as other:
        other.execute(TAKE)
        refused = pytest.raises(InsidersError, match="another run is writing here")
        with refused, lock.one_run(Warehouse.open(postgres_url)):
            pass


def test_a_run_whose_lock_was_lost_in_a_restart_publishes_nothing(postgres_url: str) -> None:
    warehouse = Warehouse.open(postgres_url)
    lock.require_held(warehouse)
    with lock.one_run(warehouse):
        lock.require_held(warehouse)
        with stranger(postgres_url) as other:
            other.execute(sa.text(OTHERS))
        with pytest.raises(InsidersError, match="the database was restarted during the run"):
            lock.require_held(warehouse)
    lock.require_held(warehouse)
