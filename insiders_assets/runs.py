"""The runs of this code location in Dagster's history: which are at work, and how many are kept.

Of each job the newest are kept, and whatever the UI still shows of an asset.
Dagster deletes old ticks by itself (``retention`` in ``dagster.yaml``) but no run. Runs are deleted here by the
instance's own means, with what those leave behind: the results of checks, what a run wrote to its output, and on
SQLite the file of its events.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster import DagsterInstance, DagsterRun, RunsFilter

JOBS = ("refresh", "refit", "month", "study", "release", "discard", "deliver", "announce")
BESIDE = ("deliver", "announce")
"""Jobs that go on beside a refresh: they read what is published, and write what no other job does."""
BY_HAND = "__ASSET_JOB"
"""What Dagster calls a run that somebody starts from the UI by materializing assets."""
LOCATIONS = ("insiders_assets", "insiders_assets.definitions")
"""What our code location is called by ``workspace.yaml``, here and in ``deploy``, and by ``insiders ui``."""
AT_ONCE = 20
"""Runs deleted by one refresh at most, so that a long history is not the burden of whichever comes next."""
PAGE = 100
"""Runs that are read from the history at a time."""


def at_work(instance: DagsterInstance, *, location: str | None = None) -> list[DagsterRun]:
    """Return our runs that are queued or running, however many others an instance has that several projects share.

    Args:
        instance: Dagster's instance.
        location: What our code location is called beside :data:`LOCATIONS`, if that is known.
    """
    from dagster import DagsterRunStatus, RunsFilter

    active = [
        DagsterRunStatus.QUEUED,
        DagsterRunStatus.NOT_STARTED,
        DagsterRunStatus.STARTING,
        DagsterRunStatus.STARTED,
        DagsterRunStatus.CANCELING,
    ]
    return [
        run
        for job in (*JOBS, BY_HAND)
        for run in instance.get_runs(RunsFilter(job_name=job, statuses=active))
        if run.remote_job_origin is None or _is_ours(run, location)  # in doubt, it is waited for
    ]


def in_the_way(instance: DagsterInstance, *, location: str | None = None) -> list[DagsterRun]:
    """Return those of :func:`at_work` that whoever is to write in the home waits for."""
    return [run for run in at_work(instance, location=location) if run.job_name not in BESIDE]


def retire_runs(instance: DagsterInstance, own: DagsterRun, kept: int) -> list[str]:
    """Delete the oldest finished runs of each of our jobs, beyond those that are kept.

    Runs that are queued or at work stay, and so do those of other code locations, and the run that last made an asset,
    however old it is: without it the UI would take the asset for one that was never made.

    Args:
        instance: Dagster's instance.
        own: The run that this is part of.
        kept: How many finished runs of each job are kept.

    Returns:
        The ids of the runs that are gone, at most :data:`AT_ONCE`.
    """
    from dagster import DagsterRunStatus, RunsFilter

    ended = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
    origin = own.remote_job_origin
    location = origin.location_name if origin else None
    needed: set[str] | None = None
    gone: list[str] = []
    for job in (*JOBS, BY_HAND):
        filters = RunsFilter(job_name=job, statuses=ended)
        if instance.get_runs_count(filters) <= kept:
            continue
        needed = needed if needed is not None else _last_to_make_an_asset(instance)
        most = kept + AT_ONCE + len(needed)
        ours = list(islice(_oldest_of_ours(instance, filters, location), most))
        old = [run.run_id for run in ours[: max(len(ours) - kept, 0)] if run.run_id not in needed]
        for run_id in old[: AT_ONCE - len(gone)]:
            _delete(instance, run_id)
            gone.append(run_id)
    return gone


def _oldest_of_ours(
    instance: DagsterInstance, filters: RunsFilter, location: str | None
) -> Iterator[DagsterRun]:
    """Yield our runs, the oldest first, whatever others lie between them."""
    cursor: str | None = None
    while page := instance.get_runs(filters, cursor=cursor, limit=PAGE, ascending=True):
        yield from (run for run in page if _is_ours(run, location))
        cursor = page[-1].run_id


def _is_ours(run: DagsterRun, location: str | None) -> bool:
    """Return whether a run is of this code location, or was made by a command, which has none."""
    origin = run.remote_job_origin
    if origin is None:
        return run.job_name in JOBS
    return origin.location_name in {*LOCATIONS, location}


def _last_to_make_an_asset(instance: DagsterInstance) -> set[str]:
    """Return the run that last made each asset, and the one that last was to."""
    entries = [record.asset_entry for record in instance.get_asset_records()]
    made = {
        entry.last_materialization_record.run_id for entry in entries if entry.last_materialization_record
    }
    return made | {entry.last_run_id for entry in entries if entry.last_run_id}


def _delete(instance: DagsterInstance, run_id: str) -> None:
    """Delete a run, its row last: cut short, it is found and deleted again by the next refresh."""
    # Awaited: a DagsterInstance.delete_run that takes along results of checks, compute logs and the SQLite file.
    from dagster._core.storage.event_log import SqliteEventLogStorage
    from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
    from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
    from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager

    events = instance.event_log_storage
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    # A command keeps no output, but the daemon of the same home does.
    LocalComputeLogManager(instance.storage_directory()).delete_logs(prefix=[run_id])
    if isinstance(events, SqlEventLogStorage):
        with events.index_connection() as connection:
            table = AssetCheckExecutionsTable
            connection.execute(table.delete().where(table.c.run_id == run_id))
            if isinstance(events, SqliteEventLogStorage):
                events.delete_events_for_run(connection, run_id)
    if isinstance(events, SqliteEventLogStorage):  # a file of its own, which Dagster would empty and leave
        file = Path(events.path_for_shard(run_id))
        for part in (*(file.with_name(f"{file.name}-{kind}") for kind in ("wal", "shm")), file):
            with suppress(FileNotFoundError):
                part.unlink()
    else:
        events.delete_events(run_id)
    instance.run_storage.delete_run(run_id)
