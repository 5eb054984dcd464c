"""Whose turn it is to write: a command's or the daemon's, who share one history of runs."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from insiders_assets import progress
from insiders_assets.errors import InsidersError
from insiders_assets.run_ends import QUIET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster import DagsterInstance, DagsterRun

COMMAND = {"insiders/started_by": "command"}
"""The tag of a run that a command makes in its own process."""
PATIENCE = 600.0
"""Seconds that a run waits for a place in a pool which another run holds."""
PAUSE = 0.2


def take_turn(instance: DagsterInstance, quiet: float = QUIET) -> None:
    """Make sure that nobody else is writing; called by a command that holds the home's lock.

    A command's run that seems to go on is one that was killed, for its lock has gone with it: it is recorded as failed,
    or the sensor and the next command would wait for it for ever. Places in pools come first: whoever is killed in
    here leaves either a run that still seems to go on or nothing, and never a place that is held by a run that is over.

    The daemon's run that was started and has been silent is over, too: its process would hold the lock. One that waits
    for a daemon that is not at work would wait for it for ever, and whoever waits for that run.

    Args:
        instance: Dagster's instance.
        quiet: Seconds without a word after which a run of the daemon may be over.

    Raises:
        InsidersError: The daemon has a run queued or running.
    """
    from insiders_assets.runs import in_the_way

    active = in_the_way(instance)
    killed = [run for run in active if COMMAND.items() <= run.tags.items() or _is_over(instance, run, quiet)]
    over = {run_id for _, run_id in stale(instance)} | {run.run_id for run in killed}
    for run_id in sorted({run_id for _, run_id in held(instance)} & over):
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)
    for run in killed:
        instance.report_run_failed(run, "The process of this run has ended without saying so.")
    for run in active:
        if run not in killed:
            raise InsidersError(
                "the daemon has a run queued or running",
                where=f"run {run.run_id[:8]} of {run.job_name}",
                hint="wait until it is over, or end it in the UI, then run again",
            )


def _is_over(instance: DagsterInstance, run: DagsterRun, quiet: float) -> bool:
    """Return whether the daemon's run has lost its process, or waits for a daemon that is not there."""
    from dagster import DagsterRunStatus

    from insiders_assets.run_ends import LATE, daemon_is_at_work, has_been_quiet

    if run.status in (DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING):
        return has_been_quiet(instance, run, quiet)
    return has_been_quiet(instance, run, LATE) and not daemon_is_at_work(instance)


def held(instance: DagsterInstance) -> set[tuple[str, str]]:
    """Return the pools in which a run that is over, or unknown, still holds a place, with the run's id."""
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return set()
    infos = [storage.get_concurrency_info(pool) for pool in sorted(storage.get_concurrency_keys())]
    found = {(info.concurrency_key, slot.run_id) for info in infos for slot in info.claimed_slots}
    return found | {(info.concurrency_key, step.run_id) for info in infos for step in info.pending_steps}


def stale(instance: DagsterInstance) -> list[tuple[str, str]]:
    """Return the pools in which a run that is over, or unknown, still holds a place, with the run's id."""
    runs = {run_id: instance.get_run_by_id(run_id) for _, run_id in held(instance)}
    return sorted(
        (pool, run_id)
        for pool, run_id in held(instance)
        if (run := runs.get(run_id)) is None or run.is_finished
    )


@contextmanager
def announced_wait(instance: DagsterInstance, patience: float = PATIENCE) -> Iterator[None]:
    """Say what a run waits for that finds no place in a pool, and end the wait.

    Dagster asks again and again without a pause, a word or an end, and hears no signal meanwhile.

    Args:
        instance: Whose pools they are.
        patience: Seconds after which the run is given up.

    Raises:
        InsidersError: Within the block: nobody gave up the place in time.
        KeyboardInterrupt: Within the block: this process was asked to stop meanwhile.
    """
    # Awaited: a limit on the wait for a pool, and a way to ask in a step whether its process was asked to stop.
    from dagster._record import copy
    from dagster._utils.interrupts import check_captured_interrupt

    storage = instance.event_log_storage
    claim = storage.claim_concurrency_slot
    since: dict[str, float] = {}

    def claimed(concurrency_key: str, run_id: str, *words: Any, **named: Any) -> Any:
        status = claim(concurrency_key, run_id, *words, **named)
        if status.is_claimed:
            since.pop(concurrency_key, None)
            return status
        holders = sorted({run for pool, run in held(instance) if pool == concurrency_key} - {run_id})
        who = f"run {holders[0][:8]}" if holders else "another run"
        progress.report(f"waiting for {who}, which holds the pool {concurrency_key}")
        if time.monotonic() - since.setdefault(concurrency_key, time.monotonic()) > patience:
            raise InsidersError(
                f"{who} has held the pool {concurrency_key} for {patience:.0f} s",
                hint="wait until it is over, or end it in the UI (insiders ui), then run again",
            )
        time.sleep(PAUSE)
        if check_captured_interrupt():
            raise KeyboardInterrupt
        return copy(status, sleep_interval=0.0)  # asked again at once: the pause was made here

    vars(storage)["claim_concurrency_slot"] = claimed
    try:
        yield
    finally:
        del vars(storage)["claim_concurrency_slot"]
