"""Whose turn it is: a run that is over never keeps another from starting, and a wait can be ended."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest
from dagster import (
    DagsterExecutionInterruptedError,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    RunsFilter,
    job,
    op,
)
from dagster._core.op_concurrency_limits_counter import GlobalOpConcurrencyLimitsCounter

from insiders_assets import progress
from insiders_assets.cli import ui, write_lock
from insiders_assets.cli.doctor import services
from insiders_assets.cli.run import alone
from insiders_assets.cli.ui import dagster_home
from insiders_assets.errors import InsidersError
from insiders_assets.settings import Settings
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.faults import slots


@op(pool="home")
def work() -> None:
    pass


@job
def in_pool() -> None:
    work()


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return Stores(Settings(home=str(tmp_path / "home")))


@job
def elsewhere() -> None:
    """Of another project on the same instance."""


@pytest.fixture
def instance(stores: Stores):
    """The instance of a home from before runs, and not steps, waited for a place in the pool: those keep their file."""
    folder = dagster_home(stores.settings)
    config = folder / "dagster.yaml"
    config.write_text(config.read_text().replace("granularity: run", "granularity: op"))
    with DagsterInstance.from_config(str(folder)) as instance:
        yield instance


def test_runs_that_write_wait_for_each_other_and_those_of_other_projects_for_none(stores: Stores) -> None:
    folder = dagster_home(stores.settings)
    ui._limit_pool(folder)
    with DagsterInstance.from_config(str(folder)) as instance:
        storage, config = instance.event_log_storage, instance.get_concurrency_config()
        instance.create_run_for_job(in_pool, status=DagsterRunStatus.STARTED)
        queued = [instance.create_run_for_job(each) for each in (in_pool, elsewhere)]
        counter = GlobalOpConcurrencyLimitsCounter(
            instance,
            queued,
            instance.get_run_records(RunsFilter(statuses=[DagsterRunStatus.STARTED])),
            concurrency_keys=storage.get_concurrency_keys(),
            pool_limits=storage.get_pool_limits(),
            pool_granularity=config.pool_config.pool_granularity,
        )
        assert [counter.is_blocked(run) for run in queued] == [True, False]
        assert config.run_queue_config.max_concurrent_runs > 1


def started(
    instance: DagsterInstance, status: DagsterRunStatus = DagsterRunStatus.STARTED, **tags: str
) -> str:
    """A run of the history."""
    run = DagsterRun(job_name="refresh", status=status, tags=tags)
    return instance.add_run(run).run_id


@pytest.mark.parametrize("left", ["over", "killed", "forgotten"])
def test_a_place_in_a_pool_is_taken_from_whoever_is_not_at_work(stores: Stores, instance, left: str) -> None:
    status = DagsterRunStatus.FAILURE if left == "over" else DagsterRunStatus.STARTED
    run_id = started(instance, status, **write_lock.COMMAND)
    slots.take(instance, run_id)
    if left == "forgotten":
        instance.run_storage.delete_run(run_id)
    told = " ".join(finding.said for finding in services.services(stores))
    assert (f"run {run_id[:8]} is over" in told) is (left != "killed")
    write_lock.take_turn(instance)
    assert not write_lock.held(instance)
    with write_lock.announced_wait(instance, patience=0):
        assert in_pool.execute_in_process(instance=instance).success


def test_places_are_freed_before_anything_is_reported(instance, monkeypatch) -> None:
    slots.take(instance, started(instance, **write_lock.COMMAND))
    monkeypatch.setattr(instance, "report_run_failed", lambda *_: pytest.fail("killed here"))
    with pytest.raises(pytest.fail.Exception):
        write_lock.take_turn(instance)
    assert not write_lock.held(instance)


def test_the_daemon_keeps_its_place_and_its_run_is_named(instance) -> None:
    run_id = started(instance)
    slots.take(instance, run_id)
    with pytest.raises(InsidersError, match=run_id[:8]):
        write_lock.take_turn(instance)
    assert write_lock.held(instance) == {("home", run_id)}


def test_runs_of_other_projects_neither_hinder_a_command_nor_lose_their_places(instance) -> None:
    run_id = instance.add_run(DagsterRun(job_name="somebody_elses", status=DagsterRunStatus.STARTED)).run_id
    slots.take(instance, run_id)
    write_lock.take_turn(instance)
    assert write_lock.held(instance) == {("home", run_id)}


def test_a_wait_for_a_place_has_an_end_and_names_who_holds_it(instance) -> None:
    run_id = started(instance)
    slots.take(instance, run_id)
    with pytest.raises(InsidersError, match=run_id[:8]), write_lock.announced_wait(instance, patience=0.3):
        in_pool.execute_in_process(instance=instance)


def test_a_wait_for_a_place_says_so_and_ends_when_it_is_asked_to(instance) -> None:
    slots.take(instance, started(instance))
    told = []

    def listen(label: str, _done: int, _total: int) -> None:
        told.append(label)
        signal.raise_signal(signal.SIGTERM)  # which Dagster only makes a note of

    with (
        pytest.raises((KeyboardInterrupt, DagsterExecutionInterruptedError)),
        progress.listening(listen),
        write_lock.announced_wait(instance, patience=60),
    ):
        in_pool.execute_in_process(instance=instance)
    assert len(told) == 1
    assert "the pool home" in told[0]


def test_a_home_that_is_removed_under_a_command_is_said_to_be(stores: Stores) -> None:
    def fails(*, removed: bool) -> None:
        with alone(stores):
            if removed:
                shutil.rmtree(str(stores.home))
            raise RuntimeError("a defect")

    with pytest.raises(RuntimeError, match="a defect"):
        fails(removed=False)
    with pytest.raises(InsidersError, match="was removed while a command was at work"):
        fails(removed=True)
