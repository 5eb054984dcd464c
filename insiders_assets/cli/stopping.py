"""A command that is asked to stop has stopped a moment later, whatever it is waiting for."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

GRACE = 4.0
"""Seconds that a command gets to end by itself."""
ASKED = (signal.SIGINT, signal.SIGTERM)


def end_when_asked(grace: float = GRACE) -> None:
    """End this process ``grace`` seconds after it is asked to stop, if it has not ended by itself until then.

    Dagster notes a signal and goes on to the next step, and a call of a library that waits, for a lock or a server,
    may hear none at all. Nothing needs to be tidied up: a process that is killed at any moment leaves nothing half-done
    that the next command does not make up for.

    Call it in the main thread. A signal that nobody catches ends the process at once, as ever.
    """
    heard, told = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    os.set_blocking(heard, True)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(heard, grace), name="end-when-asked", daemon=True).start()


def _watch(heard: int, grace: float) -> None:
    while True:
        number = os.read(heard, 1)[0]
        if number in ASKED:
            time.sleep(grace)
            sys.stderr.write("insiders: stopped\n")
            sys.stderr.flush()
            os._exit(128 + number)
