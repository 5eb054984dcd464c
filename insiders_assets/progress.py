"""Progress of long work: pure code says how far it is, whoever listens decides how to show it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, int, int], None]
"""Called with (label, done, total); total 0 means that the end is not known."""

_listener: ContextVar[Listener | None] = ContextVar("insiders_progress", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send progress of everything inside the block to ``listener``."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def report(label: str, done: int = 0, total: int = 0) -> None:
    """Say that ``done`` of ``total`` steps of the work called ``label`` are finished."""
    if listener := _listener.get():
        listener(label, done, total)
