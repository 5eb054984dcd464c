"""Imports made ahead of need: libraries load in the background while the run reads exports and writes its log."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from threading import Thread

TO_FIT = ("sklearn.ensemble", "sklearn.cluster", "sklearn.metrics")
TO_REPORT = ("jinja2", "matplotlib.figure", "matplotlib.backends.backend_agg", "xlsxwriter")


def import_ahead(modules: Sequence[str]) -> Thread:
    """Import ``modules``, in their order, in another thread.

    Whoever needs one of them earlier waits for it as for any import; one that cannot be imported is for them to say.

    Returns:
        The thread, already started.
    """

    def work() -> None:
        for module in modules:
            with suppress(
                Exception
            ):  # a lack of memory shows in many ways, and whoever needs it meets it, too
                import_module(module)

    thread = Thread(target=work, name="imports")
    thread.start()
    return thread
