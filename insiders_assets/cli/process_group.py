"""A process and all that it starts, which end together: whoever is told to stop, nothing of them is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from insiders_assets.errors import InsidersError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import psutil

GRACE = 20.0
"""Seconds that the services get to end by themselves; a quarter as long when each is told to, before it is killed."""
EVERY = 0.5
"""Seconds between two looks at who is there."""
STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")
"""What asks this process to stop."""


class Family:
    """A process with its descendants.

    Signals are caught here, so that one sent to this process alone reaches them; a shell that starts commands in the
    background lets them ignore an interrupt, which catching it undoes for the children, too.

    Args:
        command: What the first process runs.
        environment: Its environment.
        grace: Seconds that they get to end by themselves once asked to.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], *, grace: float = GRACE
    ) -> None:
        self._grace = grace
        self._asked: list[int] = []
        self._known: set[psutil.Process] = set()
        for name in STOPPING:
            number = getattr(signal, name, None)
            ignored = number is not None and signal.getsignal(number) is signal.SIG_IGN
            if number is not None and not (name == "SIGHUP" and ignored):  # nohup means it
                signal.signal(number, self._ask)
        self._first = subprocess.Popen(command, env=environment)  # noqa: S603 - a fixed command, no shell

    def live(self, ready: Callable[[], bool], greet: Callable[[], None]) -> None:
        """Wait until they are asked to stop, and see that they do.

        Args:
            ready: Whether they can be used.
            greet: Called once, when they can.

        Raises:
            InsidersError: The first process ended without being asked to.
        """
        greeted = False
        try:
            while self._first.poll() is None and not self._asked:
                self._look()
                if not greeted and ready():
                    greeted = True
                    greet()
                time.sleep(EVERY)
            asked = bool(self._asked)
        finally:
            self._end()
        if not asked:
            raise InsidersError(
                "Dagster's services ended by themselves",
                where="insiders ui",
                hint="see what they said above, then start it again",
            )

    def _ask(self, number: int, _frame: Any) -> None:
        self._asked.append(number)

    def _look(self) -> None:
        """Remember who is there: who has lost its parent is found by nobody afterwards."""
        import psutil

        with suppress(psutil.Error):
            self._known.update(psutil.Process().children(recursive=True))

    def _end(self) -> None:
        import psutil

        self._look()
        if self._asked and not self._was_interrupted():
            with suppress(ProcessLookupError):
                self._first.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._first.wait(self._grace if self._asked else 0)
        self._look()
        for end in (psutil.Process.terminate, psutil.Process.kill):
            left = [process for process in self._known if _runs(process)]
            for process in left:
                with suppress(psutil.Error):
                    end(process)
            psutil.wait_procs(left, timeout=self._grace / 4)

    def _was_interrupted(self) -> bool:
        """Return whether a terminal has sent the interrupt to all of them.

        A second one would cut short their farewell.
        """
        if self._asked[0] != signal.SIGINT:
            return False
        try:
            return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
        except (OSError, ValueError):
            return False


def _runs(process: psutil.Process) -> bool:
    """Return whether it is there still, and more than a name that nobody has struck off."""
    import psutil

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
