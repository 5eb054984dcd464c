"""Dagster's history keeps the newest runs of each job, and what the UI needs of older ones, wherever it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from dagster import (
    AssetCheckResult,
    AssetKey,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    Definitions,
    asset,
    asset_check,
    define_asset_job,
)
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.storage.event_log import SqliteEventLogStorage

from insiders_assets import runs
from insiders_assets.definitions import build_defs
from insiders_assets.runs import AT_ONCE, JOBS, retire_runs
from insiders_assets.settings import load_settings


@asset
def daily() -> None:
    """Made by every refresh."""


@asset
def studied() -> None:
    """Made by a study."""


@asset_check(asset=daily)
def good() -> AssetCheckResult:
    """Passes."""
    print("it says something")  # what a run prints is kept beside its events
    return AssetCheckResult(passed=True)


DEFS = Definitions(
    assets=[daily, studied],
    asset_checks=[good],
    jobs=[define_asset_job("refresh", selection="daily"), define_asset_job("study", selection="studied")],
)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def instance(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DagsterInstance]:
    config = "telemetry:\n  enabled: false\n"
    if request.param == "PostgreSQL":
        url = request.getfixturevalue("postgres_url").replace("postgresql://", "postgresql+psycopg2://")
        config += f"storage:\n  postgres:\n    postgres_url: {url}\n"
    (tmp_path / "dagster.yaml").write_text(config)
    with DagsterInstance.from_config(str(tmp_path)) as found:
        yield found


def made(instance: DagsterInstance, job: str = "refresh") -> DagsterRun:
    result = DEFS.resolve_job_def(job).execute_in_process(instance=instance)
    run = instance.get_run_by_id(result.run_id)
    assert result.success
    assert run is not None
    return run


def recorded(instance: DagsterInstance, status: DagsterRunStatus, location: str | None = None) -> str:
    """A run that a history tells of though nobody made it."""
    origin = location and RemoteJobOrigin(
        RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(location), "__repository__"), "refresh"
    )
    run = DagsterRun(job_name="refresh", status=status, remote_job_origin=origin or None)
    instance.add_run(run)
    return run.run_id


def known(instance: DagsterInstance) -> set[str]:
    return {run.run_id for run in instance.get_runs()}


def rows(instance: DagsterInstance, run_id: str) -> dict[str, int]:
    """What each table of the history holds of a run."""
    events = instance.event_log_storage
    assert hasattr(events, "index_connection")
    with events.index_connection() as connection:
        tables = sa.inspect(connection).get_table_names()
        return {
            name: connection.execute(
                sa.text(f'SELECT count(*) FROM "{name}" WHERE run_id = :run'),
                {"run": run_id},
            ).scalar_one()
            for name in tables
            if "run_id" in {column["name"] for column in sa.inspect(connection).get_columns(name)}
        }


def test_the_jobs_whose_runs_are_kept_are_those_of_the_code_location(tmp_path):
    jobs = build_defs(load_settings(home=str(tmp_path))).resolve_all_job_defs()
    assert {job.name for job in jobs if not job.name.startswith("__")} == set(JOBS)


def test_the_oldest_runs_go_with_their_events_checks_and_output(instance, tmp_path):
    runs = [made(instance) for _ in range(4)]
    before = rows(instance, runs[0].run_id)
    assert before["event_logs"] > 0
    assert before["asset_check_executions"] == 1
    assert list(tmp_path.glob(f"storage/{runs[0].run_id}/**/*.*"))
    gone = retire_runs(instance, runs[3], kept=2)
    assert gone == [run.run_id for run in runs[:2]]
    assert known(instance) == {run.run_id for run in runs[2:]}
    for run_id in gone:
        assert not any(rows(instance, run_id).values())
        assert not list(tmp_path.rglob(f"*{run_id}*"))
    assert all(rows(instance, runs[2].run_id)[table] == count for table, count in before.items())
    if isinstance(instance.event_log_storage, SqliteEventLogStorage):
        assert list(tmp_path.rglob(f"{runs[2].run_id}.db"))
    assert len(instance.fetch_materializations(AssetKey("daily"), limit=9).records) == 2
    assert not retire_runs(instance, runs[3], kept=2)


def test_the_run_that_last_made_an_asset_stays_however_old_it_is(instance):
    study = made(instance, "study")
    later = [recorded(instance, DagsterRunStatus.FAILURE) for _ in range(3)]
    for _ in range(3):
        instance.add_run(DagsterRun(job_name="study", status=DagsterRunStatus.CANCELED))
    own = made(instance)
    retire_runs(instance, own, kept=2)
    assert study.run_id in known(instance)
    assert later[0] not in known(instance)
    latest = instance.get_latest_materialization_event(AssetKey("studied"))
    assert latest is not None
    assert latest.run_id == study.run_id


def test_runs_that_are_not_over_and_those_of_others_stay(instance):
    others = [recorded(instance, DagsterRunStatus.SUCCESS, "somebody_else") for _ in range(3)]
    at_work = [recorded(instance, DagsterRunStatus.STARTED) for _ in range(3)]
    ours = [recorded(instance, DagsterRunStatus.SUCCESS, "insiders_assets") for _ in range(3)]
    own = made(instance)
    assert retire_runs(instance, own, kept=2) == ours[:2]
    assert {*others, *at_work, ours[2], own.run_id} == known(instance)


def test_a_long_history_goes_a_few_runs_at_a_time(instance):
    old = [recorded(instance, DagsterRunStatus.SUCCESS) for _ in range(AT_ONCE + 5)]
    own = made(instance)
    assert retire_runs(instance, own, kept=2) == old[:AT_ONCE]
    assert retire_runs(instance, own, kept=2) == old[AT_ONCE : AT_ONCE + 4]
    assert known(instance) == {old[-1], own.run_id}


def test_runs_of_others_hide_none_of_ours(instance, monkeypatch):
    monkeypatch.setattr(runs, "PAGE", 2)
    for status in (DagsterRunStatus.QUEUED, DagsterRunStatus.SUCCESS):
        for _ in range(5):
            recorded(instance, status, "somebody_else")
    assert not runs.at_work(instance)
    ours = [
        recorded(instance, DagsterRunStatus.STARTED, name) for name in ("insiders_assets", "renamed", None)
    ]
    for _ in range(3):
        recorded(instance, DagsterRunStatus.QUEUED, "somebody_else")
    assert {run.run_id for run in runs.at_work(instance, location="renamed")} == set(ours)
    assert {run.run_id for run in runs.at_work(instance)} == {ours[0], ours[2]}
    old = [recorded(instance, DagsterRunStatus.SUCCESS, "insiders_assets") for _ in range(2)]
    assert retire_runs(instance, made(instance), kept=1) == old
