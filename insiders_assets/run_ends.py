"""Runs that are over though Dagster's history says that they go on: their process was killed, or all of its machine.

Dagster itself looks at no run that has started: sensor and commands would wait for it for ever.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from insiders_assets.runs import BESIDE, at_work
from insiders_assets.storage.writers import somebody_writes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagster import DagsterInstance, DagsterRun

    from insiders_assets.settings import Settings
    from insiders_assets.storage.stores import Stores

QUIET = 60.0
"""Seconds without a word after which a run may be over, if no process of it is there."""
LATE = 180.0
"""Seconds without a sign of life after which the daemon is not at work."""
STUDY = "study"
"""The job that a refresh does not wait for."""


def quiet(settings: Settings) -> float:
    """Seconds without a word after which a run may be over: one whose steps are processes is silent as each begins."""
    return QUIET if settings.executor == "in_process" else 10 * QUIET


def has_been_quiet(instance: DagsterInstance, run: DagsterRun, seconds: float) -> bool:
    """Return whether nothing was heard of a run for so long; a moment to come is of a clock that was set back."""
    newest = instance.get_records_for_run(run.run_id, limit=1, ascending=False).records
    if newest:
        heard = newest[0].event_log_entry.timestamp
    elif record := instance.get_run_record_by_id(run.run_id):
        heard = record.update_timestamp.timestamp()
    else:
        return True
    return not 0 <= time.time() - heard < seconds


def ended_unsaid(instance: DagsterInstance, runs: Iterable[DagsterRun], stores: Stores) -> list[DagsterRun]:
    """Return those of some runs that go on by the history, though no process of theirs is there any more.

    A run's process holds the home's lock while it is there.

    Raises:
        InsidersError: The lock cannot be asked for.
    """
    from dagster import DagsterRunStatus

    silent = [
        run
        for run in runs
        if run.status in (DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING)
        and has_been_quiet(instance, run, quiet(stores.settings))
    ]
    kinds = {run.job_name in BESIDE for run in silent}
    free = {beside for beside in kinds if not somebody_writes(stores, beside=beside)}
    return [run for run in silent if (run.job_name in BESIDE) in free]


def record_as_over(instance: DagsterInstance, run: DagsterRun) -> None:
    """Record a run as failed whose process has ended without saying so, its places in pools first."""
    instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    instance.report_run_failed(run, "The process of this run has ended without saying so.")


def daemon_is_at_work(instance: DagsterInstance) -> bool:
    """Return whether any part of the daemon has shown a sign of life of late; each does every half minute."""
    beats = [beat.timestamp for beat in instance.get_daemon_heartbeats().values()]
    return bool(beats) and abs(time.time() - max(beats)) < LATE


def going_on(instance: DagsterInstance, stores: Stores, location: str | None) -> list[DagsterRun]:
    """Return our runs that are queued or running; what only seems to be, for its process was killed, ends as failed.

    Raises:
        InsidersError: The home's lock cannot be asked for.
    """
    runs = at_work(instance, location=location)
    over = ended_unsaid(instance, runs, stores)
    for run in over:
        record_as_over(instance, run)
    return [run for run in runs if run not in over]


def is_refreshing(instance: DagsterInstance, stores: Stores, location: str | None) -> bool:
    """Return whether a refresh, a refit or what somebody started by hand is queued or running.

    Raises:
        InsidersError: The home's lock cannot be asked for.
    """
    return any(run.job_name not in (*BESIDE, STUDY) for run in going_on(instance, stores, location))
