"""A bound on how long another machine may take altogether, however it spreads its answer over time."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AGAIN = 1.0
"""Seconds after which a connection that was made meanwhile is shut down as well."""


@contextmanager
def hanging_up(seconds: float, connection: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Shut a connection down unless the block has ended in so many seconds.

    A limit on each read is none on all of them: who sends a byte now and then would be read for ever.

    Args:
        seconds: How long the block may take.
        connection: The connection's socket, if there is one by then. Whoever reads from it gets its end, or an error.
    """
    over = threading.Event()

    def watch() -> None:
        left = seconds
        while not over.wait(left):
            if (found := connection()) is not None:
                with suppress(OSError):
                    found.shutdown(socket.SHUT_RDWR)
            left = AGAIN

    threading.Thread(target=watch, name="hanging-up", daemon=True).start()
    try:
        yield
    finally:
        over.set()
