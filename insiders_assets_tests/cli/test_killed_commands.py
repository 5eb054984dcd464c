"""A command that is killed in the middle of its work, with nobody left to say so."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from insiders_assets_tests.commands import SHIPPED, run
from insiders_assets_tests.waiting import awaited


@pytest.mark.full  # the slow form of what the faults show in a fork
def test_a_killed_command_keeps_nobody_from_the_next_one(tmp_path):
    landing, home = tmp_path / "landing", tmp_path / "home"
    landing.mkdir()
    export = sorted(SHIPPED.glob("*.csv"))[0]
    shutil.copy(export, landing)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAGSTER_")}
    words = [sys.executable, "-m", "insiders_assets", "run", "--home", home, "--landing", landing]
    killed = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    parts = home / "lake" / "raw_transactions.manifest.json"
    assert awaited(lambda: parts.exists() or killed.poll() is not None, 120, pause=0.02)
    assert killed.poll() is None
    killed.kill()
    killed.wait()
    assert not (home / "reports" / "latest").exists()
    assert run(landing, home)["rows"]["read"] == len(export.read_text().splitlines()) - 1
