"""A place in a pool that a run keeps which is over: what two kills at the wrong moments left."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterInstance

POOL = "home"


def take(instance: DagsterInstance, run_id: str, pool: str = POOL) -> None:
    """Give a run the only place in a pool."""
    storage = instance.event_log_storage
    storage.initialize_concurrency_limit_to_default(pool)
    status = storage.claim_concurrency_slot(pool, run_id, "exports")
    if not status.is_claimed:
        raise RuntimeError(f"the pool {pool} is full")
