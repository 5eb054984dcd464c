"""A command that is asked to stop has stopped a moment later, whatever it is waiting for, and says so in one line."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Any, NoReturn

GRACE = 4.0
"""Seconds that a command gets to end by itself."""
ASKED = (signal.SIGINT, signal.SIGTERM)
_heard = threading.Event()
_numbers: list[int] = []


def end_when_asked(grace: float | None = GRACE) -> None:
    """Let SIGTERM interrupt this process as Ctrl-C does, and end it ``grace`` seconds later if it is still there.

    Dagster notes a signal and goes on to the next step, and a call of a library that waits, for a lock or a server,
    may hear none at all. Nothing needs to be tidied up: a process that is killed at any moment leaves nothing half-done
    that the next command does not make up for.

    Call it in the main thread. A signal that the process was started to ignore is ignored.

    Args:
        grace: None if the command ends by itself, in its own time.
    """
    heard, signalled = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    os.set_blocking(heard, True)
    signal.set_wakeup_fd(signalled, warn_on_full_buffer=False)
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _interrupt)
    threading.Thread(target=_watch, args=(heard, grace), name="end-when-asked", daemon=True).start()


def _interrupt(number: int, _frame: Any) -> NoReturn:
    _numbers.append(number)  # here as well: an event loop takes the signals' pipe for itself
    raise KeyboardInterrupt


def stopped() -> NoReturn:
    """End a command that was interrupted: with one line, and the exit code that shells give for the signal."""
    if not _numbers:
        _heard.wait(0.5)  # the thread that notes signals may not have had its turn yet
    _end(_numbers[0] if _numbers else signal.SIGINT)


def _watch(heard: int, grace: float | None) -> None:
    while True:
        number = os.read(heard, 1)[0]
        if number in ASKED:
            _numbers.append(number)
            _heard.set()
            if grace is not None:
                time.sleep(grace)
                _end(number)


def _end(number: int) -> NoReturn:
    """End at once: an interpreter that ends in the usual way waits for its threads, which hear no signal."""
    sys.stderr.write("insiders: stopped\n")
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # whoever read it may be gone
            stream.flush()
    os._exit(128 + number)
