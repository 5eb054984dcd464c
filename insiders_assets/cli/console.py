"""What a terminal shows while work is going on: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from insiders_assets import progress


@contextmanager
def showing_progress(*, quiet: bool = False) -> Iterator[None]:
    """Show the progress that pure code reports on standard error.

    Args:
        quiet: Show nothing.
    """
    if quiet:
        yield
    elif sys.stderr.isatty():
        with _bars() as listener, progress.listening(listener):
            yield
    else:
        with progress.listening(_lines()):
            yield


@contextmanager
def _bars() -> Iterator[progress.Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns: list[Any] = [
        TextColumn("{task.description:<28}"),
        BarColumn(30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    ]
    with Progress(*columns, console=Console(stderr=True)) as bars:
        known: dict[str, Any] = {}

        def listener(label: str, done: int, total: int) -> None:
            if label not in known:
                known[label] = bars.add_task(label, total=total or None)
            bars.update(known[label], completed=done, total=total or None)

        yield listener


def _lines(every: float = 5.0) -> progress.Listener:
    """Return what prints a line when a piece of work begins and ends, and one every few seconds between."""
    last: dict[str, float] = {}
    ended: set[str] = set()

    def listener(label: str, done: int, total: int) -> None:
        now = time.monotonic()
        finished = bool(total) and done >= total
        if label in last and now - last[label] < every and (not finished or label in ended):
            return
        if finished:
            ended.add(label)  # work made of many pieces of one kind does not say each time that one is over
        last[label] = now
        count = f" {done:,} of {total:,}" if total else ""
        sys.stderr.write(f"  {label}{count}\n")
        sys.stderr.flush()

    return listener
