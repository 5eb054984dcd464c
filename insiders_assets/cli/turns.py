"""Whose turn it is to write: a command's or the daemon's, who share one history of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.errors import InsidersError

if TYPE_CHECKING:
    from dagster import DagsterInstance

COMMAND = {"insiders/started_by": "command"}
"""The tag of a run that a command makes in its own process."""


def take_turn(instance: DagsterInstance) -> None:
    """Make sure that nobody else is writing; called by a command that holds the home's lock.

    A command's run that seems to go on is one that was killed, for its lock has gone with it: it is recorded as failed
    and its place in the pool is freed, or the sensor and the next command would wait for it for ever.

    Raises:
        InsidersError: The daemon has a run queued or running.
    """
    from dagster import RunsFilter

    from insiders_assets.automation import ACTIVE

    for record in instance.get_run_records(RunsFilter(statuses=ACTIVE), limit=50):
        run = record.dagster_run
        if COMMAND.items() <= run.tags.items():
            instance.report_run_failed(run, "The command that made this run has ended without saying so.")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        else:
            raise InsidersError(
                "the daemon has a run queued or running",
                where=f"run {run.run_id[:8]} of {run.job_name}",
                cure="wait until it is over, or end it in the UI, then run again",
            )
