"""``insiders ui``: what it refuses before it starts, and that nothing of it is left once it is stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from insiders_assets.cli.ui import serve
from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.settings import load_settings
from insiders_assets_tests.commands import SHIPPED, failure, insiders
from insiders_assets_tests.waiting import awaited

MARK = "TESTED_FAMILY"
DEAF = """
import signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
if sys.argv[1:]:
    subprocess.Popen([sys.executable, "-c", sys.argv[1], *sys.argv[2:]])
print("here", flush=True)
time.sleep(300)
"""
KEEPER = """
import os, sys
from insiders_assets.cli.process_group import Family
Family([sys.executable, "-c", *sys.argv[1:]], os.environ, grace=1).live(lambda: True, lambda: print("up", flush=True))
"""


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return tmp_path / "home"


def members(mark: str) -> list[int]:
    """Processes, of those that can be looked into, whose environment carries the mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if mark in process.environ().values() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def until(holds: Callable[[], bool], seconds: float) -> bool:
    return awaited(holds, seconds, pause=0.2)


def test_a_taken_port_is_said_before_anything_starts(home):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken, pytest.raises(UsageError, match="--port"):
        serve(load_settings(home=str(home)), host="127.0.0.1", port=taken.getsockname()[1])


def test_a_second_ui_of_a_home_is_refused(home):
    (home / "dagster").mkdir(parents=True)
    with (
        FileLock(home / "dagster" / ".ui.lock", is_singleton=False),
        pytest.raises(InsidersError, match="another insiders ui is at work"),
    ):
        serve(load_settings(home=str(home)), host="127.0.0.1", port=0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_one_process_ends_all_that_it_started_even_the_deaf(tmp_path, number):
    mark = str(tmp_path)
    with (tmp_path / "log").open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-c", KEEPER, DEAF, DEAF, DEAF],
            env=os.environ | {MARK: mark},
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    try:
        assert until(lambda: len(members(mark)) == 4, 60), (tmp_path / "log").read_text()
        assert until(lambda: "up" in (tmp_path / "log").read_text(), 60)
        time.sleep(1)  # one more look at who is there
        keeper.send_signal(number)
        assert until(lambda: keeper.poll() is not None, 60)
        assert keeper.returncode == 0
        assert members(mark) == []
    finally:
        for pid in members(mark):
            os.kill(pid, signal.SIGKILL)
        keeper.wait()


@pytest.mark.full
def test_the_ui_of_a_script_ends_whole_when_its_one_process_is_told_to(home, tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = str(free.getsockname()[1])
    words = [
        sys.executable,
        "-m",
        "insiders_assets",
        "ui",
        "--home",
        home,
        "--landing",
        SHIPPED,
        "--port",
        port,
    ]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("INSIDERS_", "DAGSTER_"))
    }
    folder, said = str(home / "dagster"), tmp_path / "log"
    said.touch()
    script = subprocess.run(  # a shell lets what it starts in the background ignore an interrupt
        ["sh", "-c", '"$@" > "$LOG" 2>&1 & echo $!', "sh", *map(str, words)],
        env=environment | {"LOG": str(said)},
        capture_output=True,
        check=True,
        text=True,
    )
    pid = int(script.stdout)
    try:
        assert until(lambda: f"http://127.0.0.1:{port}/" in said.read_text(), 240), said.read_text()
        assert len(members(folder)) >= 4
        assert "dg dev" not in said.read_text()
        assert "at work" in failure(insiders("ui", "--home", home, "--port", "0"), 1)
        assert port in failure(insiders("ui", "--home", tmp_path / "other", "--port", port), 2)
        os.kill(pid, signal.SIGTERM)
        assert until(lambda: not psutil.pid_exists(pid), 60)
        assert members(folder) == []
    finally:
        for left in [*members(folder), pid]:
            if psutil.pid_exists(left):
                os.kill(left, signal.SIGKILL)
