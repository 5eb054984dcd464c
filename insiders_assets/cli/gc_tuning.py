"""Python's cycle collector, set for a command that works for seconds or minutes and ends."""

from __future__ import annotations

import atexit
import gc

YOUNG_OBJECTS = 100_000
"""Allocations between two collections. At Python's 700 a run spent a fifth of its CPU walking the objects of imported
libraries, which never become garbage; tables lie outside Python's heap and are freed by counting, whatever this is."""


def collect_rarely() -> None:
    """Collect cycles rarely from now on, and take nothing apart at the end that the process's end frees anyway."""
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)
