"""Runs that go on by Dagster's history alone: killed with all that would have said so, they keep nobody waiting."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._daemon.types import DaemonHeartbeat
from filelock import FileLock

from insiders_assets import run_ends
from insiders_assets.cli.doctor import services
from insiders_assets.cli.run import alone
from insiders_assets.cli.ui import dagster_home
from insiders_assets.cli.write_lock import take_turn
from insiders_assets.definitions import build_defs
from insiders_assets.errors import InsidersError
from insiders_assets.run_ends import going_on, is_refreshing
from insiders_assets.settings import load_settings
from insiders_assets.storage import writers
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.writers import LOCK, somebody_writes, together

RUN = """
import fcntl, sys, time
handle = open(sys.argv[1], "a")
fcntl.flock(handle, fcntl.LOCK_SH)
print("here", flush=True)
time.sleep(300)
"""


@pytest.fixture
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stores:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setattr(run_ends, "QUIET", 0.0)
    return Stores(load_settings(home=str(tmp_path / "home"), landing=str(tmp_path)))


@pytest.fixture
def instance(stores: Stores) -> Iterator[DagsterInstance]:
    with DagsterInstance.from_config(str(dagster_home(stores.settings))) as instance:
        yield instance


@contextmanager
def a_process_of_a_run(home: Path, lock: str = LOCK) -> Iterator[Callable[[], None]]:
    """Another process that holds the home's lock as a run's does; what is given kills it."""
    command = [sys.executable, "-S", "-E", "-c", RUN, str(home / lock)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)

    def kill() -> None:
        process.kill()
        process.wait()

    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        yield kill
    finally:
        kill()
        process.stdout.close()


def recorded(instance: DagsterInstance, status: DagsterRunStatus, job: str = "refresh") -> str:
    return instance.add_run(DagsterRun(job_name=job, status=status)).run_id


def status(instance: DagsterInstance, run_id: str) -> DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_a_run_whose_process_was_killed_is_over_for_sensor_doctor_and_command(
    stores: Stores, instance: DagsterInstance
) -> None:
    home = Path(str(stores.home))
    run_id = recorded(instance, DagsterRunStatus.STARTED)
    with a_process_of_a_run(home) as kill:
        assert is_refreshing(instance, stores, None)
        with pytest.raises(InsidersError, match="another run is writing here"), alone(stores):
            pass
        kill()
        told = " ".join(finding.said for finding in services.services(stores))
        assert f"run {run_id[:8]} of refresh seems to go on, and no process of it is there" in told
        assert not is_refreshing(instance, stores, None)
    assert status(instance, run_id) is DagsterRunStatus.FAILURE
    left = recorded(instance, DagsterRunStatus.STARTED)
    with alone(stores):
        with pytest.raises(InsidersError, match="the daemon has a run"):
            take_turn(instance, quiet=60)  # it may have begun just now, and not yet come to the lock
        take_turn(instance, quiet=0)
    assert status(instance, left) is DagsterRunStatus.FAILURE


def test_a_delivery_that_was_killed_keeps_no_other_from_beginning(
    stores: Stores, instance: DagsterInstance
) -> None:
    delivery = recorded(instance, DagsterRunStatus.STARTED, "deliver")
    refresh = recorded(instance, DagsterRunStatus.STARTED)
    with a_process_of_a_run(Path(str(stores.home)), ".beside.lock") as kill:
        assert [run.run_id for run in going_on(instance, stores, None)] == [delivery]
        kill()
        assert going_on(instance, stores, None) == []
    assert {status(instance, delivery), status(instance, refresh)} == {DagsterRunStatus.FAILURE}


@pytest.mark.parametrize("state", [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING])
def test_a_run_that_waits_for_a_daemon_that_is_gone_is_over_for_a_command(
    stores: Stores, instance: DagsterInstance, state: DagsterRunStatus, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = recorded(instance, state)
    now = time.time()
    with pytest.raises(InsidersError, match="the daemon has a run"):
        take_turn(instance)
    monkeypatch.setattr(run_ends.time, "time", lambda: now + 1000)
    instance.add_daemon_heartbeat(DaemonHeartbeat(now + 990, "SENSOR", "id", []))
    with pytest.raises(InsidersError, match="the daemon has a run"):
        take_turn(instance)
    instance.add_daemon_heartbeat(DaemonHeartbeat(now, "SENSOR", "id", []))
    take_turn(instance)
    assert status(instance, run_id) is DagsterRunStatus.FAILURE


def test_steps_of_a_run_hold_the_lock_and_sensors_do_not(stores: Stores) -> None:
    defs = build_defs(stores.settings)
    used = defs.resources["stores"].resource_fn
    for run, beside, held in (
        (None, False, False),
        (DagsterRun(job_name="refresh"), False, True),
        (DagsterRun(job_name="announce"), True, True),
    ):
        context = type("Context", (), {"run": run})()
        for given in used(context):
            assert given.home == stores.home
            assert somebody_writes(stores, beside=beside) is held
        assert not somebody_writes(stores, beside=beside)


@pytest.mark.parametrize("where", ["folder", "bucket"])
def test_processes_of_a_run_go_together_and_no_command_beside_them(
    stores: Stores, where: str, request: pytest.FixtureRequest
) -> None:
    if where == "bucket":
        url = request.getfixturevalue("postgres_url")
        stores = Stores(load_settings(home="s3://bucket/home", landing="landing", database_url=url))
    assert not somebody_writes(stores)
    with together(stores), together(stores, patience=0):
        assert somebody_writes(stores)
        assert not somebody_writes(stores, beside=True)
        with pytest.raises(InsidersError, match="another run is writing here"), alone(stores):
            pass
    with together(stores, beside=True), writers.alone(stores):
        assert somebody_writes(stores)
        with together(stores, patience=0):  # what a command runs is part of it
            pass
    assert not somebody_writes(stores)


def test_a_run_waits_for_a_command_and_not_for_ever(stores: Stores) -> None:
    home = Path(str(stores.home))
    home.mkdir()
    with (
        FileLock(home / LOCK, is_singleton=False),
        pytest.raises(InsidersError, match="another run is writing here"),
        together(stores, patience=0.1),
    ):
        pass
