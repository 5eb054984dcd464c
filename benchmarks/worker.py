"""Does one task the way one contender does it, and prints what it cost: ``worker TASK CONTENDER PLACE...``."""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

REPEATABLE = {"features"}
"""Tasks that do the same when done again."""

WARMED_UP = 10.0
"""Seconds: what takes longer is not done twice, the start of a thread pool is nothing beside it."""


def main(task: str, contender: str, *places: str) -> None:
    """Import the contender, then time its function for the task; it returns how many rows it made."""
    function = getattr(importlib.import_module(f"benchmarks.contenders.{contender}"), task)
    first = cost = timed(function, places)
    if task in REPEATABLE and first["seconds"] < WARMED_UP:
        cost = timed(function, places)
    print(json.dumps({**cost, "first": first["seconds"]}))


def timed(function: Callable[..., int], places: tuple[str, ...]) -> dict[str, float]:
    """What one call costs."""
    began, cpu = time.perf_counter(), time.process_time()
    rows = function(*map(Path, places))
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu, "rows": int(rows)}


if __name__ == "__main__":
    main(*sys.argv[1:])
