"""A PostgreSQL that hangs: it takes in what it is sent and answers nothing, and nobody waits for it for ever."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psutil
import psycopg2
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect

from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse import Warehouse, silence
from insiders_assets.storage.warehouse.lock import one_run
from insiders_assets_tests.waiting import awaited


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "EVERY", 0.1)
    monkeypatch.setattr(silence, "LONGEST", 2)  # libpq waits no less
    monkeypatch.setattr(silence, "MISSED", 1)


@contextmanager
def hanging(url: str) -> Iterator[None]:
    """Stop all processes of a server for the length of the block."""
    with psycopg2.connect(url) as connection:
        first = psutil.Process(connection.info.backend_pid).parent()
    connection.close()
    assert first is not None
    stopped = [first, *first.children(recursive=True)]
    for process in stopped:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in stopped:
            os.kill(process.pid, signal.SIGCONT)


def test_a_server_that_hangs_is_noticed_in_one_line_and_used_again_afterwards(postgres_url: str) -> None:
    warehouse = Warehouse.open(postgres_url)
    begun = time.monotonic()
    with (
        pytest.raises(InsidersError, match="cannot be opened"),
        warehouse.looking() as connection,
        hanging(postgres_url),
    ):
        connection.execute(sa.text("SELECT 1"))
    assert time.monotonic() - begun < 60
    assert warehouse.latest_refresh() is None
    with one_run(warehouse):
        assert warehouse.latest_refresh() is None
    assert awaited(lambda: not [each for each in threading.enumerate() if each.name == "silence"], 10)


def test_a_server_that_hangs_as_soon_as_it_has_let_somebody_in_is_noticed(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = PGDialect.initialize
    with ExitStack() as stopped:

        def initialize(dialect: PGDialect, connection: sa.Connection) -> None:
            stopped.enter_context(hanging(postgres_url))
            begun(dialect, connection)

        monkeypatch.setattr(PGDialect, "initialize", initialize)
        with pytest.raises(InsidersError, match="cannot be opened"):
            Warehouse.open(postgres_url).latest_refresh()
    monkeypatch.undo()
    assert Warehouse.open(postgres_url).latest_refresh() is None


def test_a_statement_of_a_server_that_answers_others_may_take_its_time(postgres_url: str) -> None:
    with Warehouse.open(postgres_url).looking() as connection:
        assert connection.execute(sa.text("SELECT 7 FROM pg_sleep(1)")).scalar_one() == 7
