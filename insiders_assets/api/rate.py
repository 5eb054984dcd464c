"""How many requests a program may make: a bucket of a minute's for each, in bounded memory."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

REMEMBERED = 4_096
"""Askers that are remembered; of more, those that asked longest ago are let go."""


class Rate:
    """Counts requests by who asks.

    Args:
        per_minute: How many are answered within a minute; 0 for any number.
        clock: Seconds that only grow.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = per_minute, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, who: str) -> int:
        """Count a request, and return 0, or the whole seconds until it may be made."""
        if self._most < 1:
            return 0
        now = self._clock()
        since, left = self._left.pop(who, (now, float(self._most)))
        left = min(float(self._most), left + (now - since) * self._most / 60)
        seconds = 0 if left >= 1 else math.ceil((1 - left) * 60 / self._most)
        self._left[who] = now, left if seconds else left - 1
        while len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return seconds
