"""Processes that start in a moment: forks of one that has imported everything and run nothing.

A process that has run a polars query cannot be forked, for its threads do not come along; ``forkserver`` forks one
that never does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

PRELOADED = "insiders_assets_tests.faults.preloaded"
PATIENCE = 900
TICKS = os.sysconf("SC_CLK_TCK")


@cache
def context() -> ForkServerContext:
    """The context whose processes are forks of the prepared one."""
    os.environ.setdefault("POLARS_MAX_THREADS", "2")
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([PRELOADED])
    return found


def started(target: Callable[..., None], *words: Any) -> BaseProcess:
    """A process at work on ``target``."""
    process = context().Process(target=target, args=words, daemon=True)
    process.start()
    return process


def ended(process: BaseProcess, patience: float = PATIENCE) -> int:
    """The exit code of a process: negative for the signal that ended it.

    Raises:
        TimeoutError: It does not end.
    """
    process.join(patience)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"{process.name} did not end within {patience} s")
    return process.exitcode


def killed_after(process: BaseProcess, cpu_seconds: float) -> bool:
    """Send SIGKILL once a process has used so much of a processor; whether it was still at work then."""
    deadline = time.monotonic() + PATIENCE
    while process.is_alive() and time.monotonic() < deadline:
        if cpu_of(process.pid) >= cpu_seconds:
            with suppress(ProcessLookupError):
                os.kill(int(process.pid or 0), signal.SIGKILL)
            break
        time.sleep(0.001)
    return ended(process) == -signal.SIGKILL


def cpu_of(pid: int | None) -> float:
    """Seconds of a processor that a process has used so far, to a hundredth."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def quietly(words: Path, problems: Path | None = None) -> None:
    """Send what this process says to a file, and what it says on standard error to another if one is given."""
    for number, path in ((1, words), (2, problems)):
        if path is not None:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, encoding="utf-8") for number in (1, 2))
