"""A command that is asked to stop ends soon, with one line and the exit code of the signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from insiders_assets import cli
from insiders_assets.cli import app
from insiders_assets.cli.stopping import GRACE
from insiders_assets_tests.faults.forks import ended, quietly, started
from insiders_assets_tests.waiting import awaited

DEAF = """
import signal, time
from insiders_assets.cli.stopping import end_when_asked

end_when_asked()
signal.signal(signal.SIGTERM, lambda *_: None)  # as Dagster does
print("deaf", flush=True)
while True:
    time.sleep(1)
"""


def test_a_process_that_hears_nothing_has_ended_five_seconds_after_it_is_asked_to() -> None:
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"deaf\n"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert awaited(lambda: process.poll() is not None, 60)
        assert process.returncode == 128 + signal.SIGTERM
    assert time.monotonic() - began >= GRACE  # and no longer than a busy machine needs, which nobody can say


def interrupted(number: int, said: Path) -> None:
    """Be a command that is sent a signal while a thread of its own goes on, which no signal ends."""

    def meets(**_: object) -> None:
        threading.Thread(target=time.sleep, args=(600,)).start()
        os.kill(os.getpid(), number)
        time.sleep(600)

    quietly(said)
    app.app = meets
    cli.main()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_asked_to_stop_says_so_and_ends_with_the_code_of_the_signal(
    tmp_path: Path, number: int
) -> None:
    said = tmp_path / "said"
    assert ended(started(interrupted, number, said)) == 128 + number
    assert said.read_text("utf-8") == "insiders: stopped\n"
