"""Waiting for what other processes do, on a machine that may be busy with anything else.

A clock on the wall says nothing of a process that gets a twentieth of a processor. What tells is the work that it has
done: a wait ends in vain once the processes have used as much of a processor as would have been enough, or have ended,
or do nothing at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import psutil

STILL = 90.0
"""Seconds on the wall in which processes that do something use more of a processor than :data:`TICK`."""
TICK = 0.05
LONGEST = 1800.0

Found = TypeVar("Found")


def awaited(found: Callable[[], Found], seconds: float, *, pause: float = 0.1) -> Found:
    """What ``found`` gives once it gives something, or gives at last, if it is waited for in vain.

    Args:
        found: Asked again and again.
        seconds: Seconds of a processor that the processes which this one has started may use meanwhile.
        pause: Seconds between two looks.
    """
    begun = since = time.monotonic()
    before = last = work()
    while not (answer := found()):
        now, done = time.monotonic(), work()
        if done - last > TICK:
            since, last = now, done
        if done - before > seconds or now - since > STILL or now - begun > LONGEST:
            return found()
        time.sleep(pause)
    return answer


def work() -> float:
    """Seconds of a processor that all processes have used which this one has started and which are still there."""
    used = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
            used += times.user + times.system + times.children_user + times.children_system
        except psutil.Error:
            continue
    return used
