"""A lock that one process at a time holds on this machine; the system frees it when the process ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.errors import InsidersError


@contextmanager
def locked(path: Path, busy: InsidersError, patience: float = 0.0) -> Iterator[None]:
    """Hold a lock for the length of the block.

    Args:
        path: Its file, in a folder that is there.
        busy: What is raised if another process holds it.
        patience: Seconds to wait for it.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise busy from None
    try:
        yield
    finally:
        lock.release()
