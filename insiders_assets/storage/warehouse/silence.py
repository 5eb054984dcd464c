"""A server that is silent is noticed: one that hangs takes in what it is sent, as its system does, and never answers.

Keepalives are answered by the server's system, so they notice machines that are gone and no server that hangs; and how
long a statement may take cannot be said beforehand. So while a connection is in use, another one is opened now and
then: a server that does not let anybody in answers nobody, and the connection is shut down.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import weakref
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlalchemy as sa

EVERY = 20.0
"""Seconds between two looks."""
LONGEST = 10
"""Seconds in which a server lets somebody in, as libpq counts them: whole ones, and 2 at least."""
MISSED = 2
"""How many looks in a row find a server silent until it is taken for hanging."""


def notice_silence(engine: sa.Engine) -> None:
    """Shut down connections of an engine, while they are in use, whose server has become silent.

    Whoever waits for an answer gets an error of the driver about a minute after the last sign of life.
    """
    import sqlalchemy as sa

    def begin(connection: Any, record: Any, *_proxy: Any) -> None:
        if "over" in record.info:
            return
        over = record.info["over"] = threading.Event()
        parameters = {**connection.info.dsn_parameters, "password": connection.info.password}
        given = {name: value for name, value in parameters.items() if value}
        watched, handle = weakref.ref(connection), os.dup(connection.fileno())
        arguments = (watched, handle, given, over)
        threading.Thread(target=_watch, args=arguments, name="silence", daemon=True).start()

    def end(_connection: Any, record: Any) -> None:
        if over := record.info.pop("over", None):
            over.set()

    sa.event.listen(engine, "connect", begin, insert=True)  # before the first questions are asked
    sa.event.listen(engine, "checkout", begin)
    sa.event.listen(engine, "checkin", end)


def _watch(watched: weakref.ref[Any], handle: int, parameters: dict[str, str], over: threading.Event) -> None:
    with closing(socket.socket(fileno=handle)) as line:
        missed = 0
        while not over.wait(EVERY) and (connection := watched()) and not connection.closed:
            del connection
            missed = missed + 1 if _is_silent(parameters) else 0
            if missed == MISSED and not over.is_set():
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
                return


def _is_silent(parameters: dict[str, str]) -> bool:
    """Return whether a server leaves somebody waiting at the door; one that refuses has answered."""
    import psycopg2

    begun = time.monotonic()
    try:
        psycopg2.connect(**parameters | {"connect_timeout": str(LONGEST)}).close()
    except psycopg2.OperationalError:
        return time.monotonic() - begun >= LONGEST - 0.5
    return False
