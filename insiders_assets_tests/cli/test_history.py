"""Dagster's history, written without waiting for the disk at every event."""

import sqlite3
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa
from dagster import DagsterInstance
from sqlalchemy.exc import OperationalError

from insiders_assets.cli.doctor.services import services
from insiders_assets.cli.history import STORAGES, unusable, written_at_ease
from insiders_assets.cli.ui import dagster_home
from insiders_assets.errors import InsidersError
from insiders_assets.settings import Settings
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.warehouse.connection import BUSY_SECONDS

OFF, NORMAL, FULL = 0, 1, 2


def synchronous(path: Path) -> int:
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        return connection.exec_driver_sql("PRAGMA synchronous").scalar_one()


def made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE events (number INTEGER)")
    connection.close()
    return path


def test_only_dagsters_databases_are_written_at_ease_and_only_meanwhile(tmp_path):
    history, other = made(tmp_path / "dagster" / "history" / "runs.db"), made(tmp_path / "insiders.db")
    with written_at_ease(tmp_path / "dagster"):
        assert synchronous(history) == NORMAL
        with sa.create_engine(f"sqlite:///{history}").connect() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 1000 * BUSY_SECONDS
        assert synchronous(other) == FULL
        assert synchronous(tmp_path / "dagster" / "new.db") == OFF
    assert synchronous(history) == FULL


def test_every_event_is_there_for_others_at_once_and_the_log_is_folded_in_at_the_end(tmp_path):
    storage = import_module(STORAGES[1])
    path = tmp_path / "runs.db"
    log = path.with_name("runs.db-wal")
    with written_at_ease(tmp_path):
        engine = storage.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.exec_driver_sql("CREATE TABLE events (number INTEGER)")
        for number in range(3):
            with storage.create_engine(f"sqlite:///{path}").begin() as connection:
                connection.exec_driver_sql(f"INSERT INTO events VALUES ({number})")
                assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == NORMAL
            engine.dispose()
            with sqlite3.connect(path) as reader:
                assert reader.execute("SELECT count(*) FROM events").fetchone() == (number + 1,)
            reader.close()
        assert log.exists()
    assert not log.exists()
    with sqlite3.connect(path) as reader:
        assert reader.execute("SELECT count(*) FROM events").fetchone() == (3,)
    reader.close()


def test_dagsters_storages_keep_one_engine_for_each_database_and_only_meanwhile(tmp_path):
    modules = [import_module(name) for name in STORAGES]
    original = [module.create_engine for module in modules]
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("one", "other")]
    with written_at_ease(tmp_path):
        for module in modules:
            [one, again, other] = [
                module.create_engine(url, poolclass=sa.NullPool) for url in (urls[0], *urls)
            ]
            assert one is again
            assert one is not other
    assert [module.create_engine for module in modules] == original


def test_a_damaged_history_is_called_damaged_by_the_doctor_and_by_commands(tmp_path):
    stores = Stores(Settings(home=str(tmp_path)))
    folder = dagster_home(stores.settings)
    with DagsterInstance.from_config(str(folder)) as instance:
        instance.get_runs(limit=1)
    for database in folder.rglob("*.db"):
        database.write_bytes(database.read_bytes()[:100] + b"damaged" * 2000)
    with pytest.raises(InsidersError, match="history of runs is damaged") as told:
        list(services(stores))
    assert "move that folder away" in told.value.hint
    lost = OperationalError("SELECT 1", {}, sqlite3.OperationalError("database or disk is full"))
    assert "make room" in unusable(lost, folder).hint
    held = OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked"))
    assert unusable(held, folder).hint.startswith("another program holds it")
