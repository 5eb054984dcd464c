"""Who writes in a home: one command alone, or the processes of one run of the daemon, which go together.

Both hold the home's lock, a command for itself and a run's processes together: a run whose process was killed is told
from one that goes on, and what is left of a run that is over for its history keeps commands out until it has ended.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from insiders_assets.errors import InsidersError
from insiders_assets.places import S3Path
from insiders_assets.storage.atomic_write import home_unwritable, make_folder
from insiders_assets.storage.file_lock import locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from insiders_assets.storage.stores import Stores

LOCK, BESIDE = ".lock", ".beside.lock"
"""The locks of a home: of whoever writes what a refresh does, and of runs that go on beside it."""
PATIENCE = 600.0
"""Seconds that a run waits for a command to end."""
PAUSE = 0.2
A_LOOK = 0.2
"""Seconds that somebody who only looks whether the lock is free may hold it at most."""
_alone: set[str] = set()
"""The homes in which a command of this process writes."""


@contextmanager
def alone(stores: Stores) -> Iterator[None]:
    """Be the only one who writes in a home, for the length of the block.

    Raises:
        InsidersError: Somebody else writes there, or the lock cannot be made or asked for.
    """
    home = stores.home
    if isinstance(home, S3Path):  # a bucket has no locks, but its warehouse has
        from insiders_assets.storage.warehouse.lock import one_run

        lock = one_run(stores.warehouse)
    else:
        lock = locked(make_folder(home) / LOCK, _busy(str(home)), A_LOOK)
    with lock:
        _alone.add(str(home))
        try:
            yield
        finally:
            _alone.discard(str(home))


@contextmanager
def together(stores: Stores, *, beside: bool = False, patience: float = PATIENCE) -> Iterator[None]:
    """Write in a home as a process of the daemon's run, for the length of the block; within a command it is part of it.

    Args:
        stores: Where the home is.
        beside: Whether the run goes on beside a refresh.
        patience: Seconds to wait for a command that writes there.

    Raises:
        InsidersError: A command has not come to its end in time, or the lock cannot be made or asked for.
    """
    home = stores.home
    if str(home) in _alone and not beside:
        yield
        return
    if isinstance(home, S3Path):
        from insiders_assets.storage.warehouse.lock import part_of_a_run

        with part_of_a_run(stores.warehouse, patience, beside=beside):
            yield
        return
    handle = _opened(home, BESIDE if beside else LOCK)
    try:
        deadline = time.monotonic() + patience
        while not _taken(handle, fcntl.LOCK_SH):
            if time.monotonic() >= deadline:
                raise _busy(str(home))
            time.sleep(PAUSE)
        yield
    finally:
        os.close(handle)


def somebody_writes(stores: Stores, *, beside: bool = False) -> bool:
    """Return whether a command or a run's process holds the home's lock right now, or that of runs beside a refresh.

    Raises:
        InsidersError: The lock cannot be asked for.
    """
    home = stores.home
    if str(home) in _alone and not beside:
        return True
    if isinstance(home, S3Path):
        from insiders_assets.storage.warehouse.lock import is_free

        return not is_free(stores.warehouse, beside=beside)
    handle = _opened(home, BESIDE if beside else LOCK)
    try:
        return not _taken(handle, fcntl.LOCK_EX)
    finally:
        os.close(handle)


def _opened(home: Path, name: str) -> int:
    try:
        return os.open(make_folder(home) / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise home_unwritable(home, error) from None


def _taken(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy(where: str) -> InsidersError:
    return InsidersError(
        "another run is writing here", where=where, hint="wait until it is over, then run again"
    )
