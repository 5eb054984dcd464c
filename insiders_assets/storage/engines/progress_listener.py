"""How far Spark is, for whoever watches a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Any

from insiders_assets import progress

EVERY = 1.0
"""Seconds between two looks."""


@contextmanager
def watching(session: Any, what: str) -> Iterator[None]:
    """Report tasks done and tasks known of while the block runs; a server by Spark Connect is not asked.

    Args:
        session: The session that works.
        what: What it works at.
    """
    context = getattr(session, "_sc", None)
    if context is None:
        yield
        return
    over, surroundings = threading.Event(), copy_context()

    def look() -> None:
        tracker, seen = context.statusTracker(), {}
        while not over.wait(EVERY):
            with suppress(Exception):  # a stage may end between two questions
                for stage in tracker.getActiveStageIds():
                    if info := tracker.getStageInfo(stage):
                        seen[stage] = info.numCompletedTasks, info.numTasks
                done, total = (sum(column) for column in zip(*seen.values(), strict=True))
                surroundings.run(progress.report, f"Spark: {what}", done, total + 1)

    watcher = threading.Thread(target=look, name="insiders-spark-progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join(timeout=10)
