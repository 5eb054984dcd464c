"""A file that ends the process that reads it is found out, set aside, and the others are read."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from insiders_assets.errors import InsidersError
from insiders_assets.ingest import trial
from insiders_assets.ingest.rules import FileRules, IngestRules
from insiders_assets.storage import file_reader
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore
from insiders_assets_tests.ingest.exports import csv, good, row

KILLED = """
import os, signal, sys
from insiders_assets.storage.file_reader import FileReader
whole = FileReader._files
def files(self, names, known):
    if "bad.csv" in names:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(self, names, known)
FileReader._files = files
from insiders_assets.ingest.rules import IngestRules
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.transactions import TransactionStore
TransactionStore(sys.argv[2]).ingest(open_landing(sys.argv[1]), IngestRules())
"""


@pytest.fixture
def places(tmp_path):
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "good.csv").write_bytes(csv(*good(5)))
    (landing / "bad.csv").write_bytes(csv(*(row(number, stock_code="B") for number in range(50, 53))))
    return landing, tmp_path / "home"


def ingest(landing, home):
    return TransactionStore(home).ingest(open_landing(str(landing)), IngestRules())


def test_the_third_start_tries_the_file_in_a_process_of_its_own(places, monkeypatch):
    landing, home = places
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", KILLED, str(landing), str(home)], check=False)
        assert done.returncode == -signal.SIGKILL
    assert json.loads((home / "lake" / "reading.json").read_text().splitlines()[0])["bad.csv"][2] == 2
    with monkeypatch.context() as patch:
        patch.setattr(file_reader, "is_survived", lambda *_: False)
        found = ingest(landing, home)
    (bad, well) = found.files
    assert bad.set_aside.startswith("ended the program that read it")
    assert well.rows_transactions == 5
    assert not (home / "lake" / "reading.json").exists()


def test_a_file_that_was_not_at_fault_is_read_after_all(places):
    landing, home = places
    (home / "lake").mkdir(parents=True)
    status = (landing / "bad.csv").stat()
    journal = {"bad.csv": [status.st_size, str(status.st_mtime_ns), 2], "gone.csv": [1, "1", 2]}
    (home / "lake" / "reading.json").write_text(json.dumps(journal))
    assert ingest(landing, home).rows_transactions == 8


def test_a_trial_says_whether_its_process_comes_to_an_end(tmp_path, monkeypatch):
    (tmp_path / "good.csv").write_bytes(csv(*good(5)))
    assert trial.is_survived(tmp_path / "good.csv", FileRules())
    (tmp_path / "sitecustomize.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert not trial.is_survived(tmp_path / "good.csv", FileRules())


def test_what_is_no_file_is_named_and_left_out(places):
    landing, home = places
    (landing / "loop.csv").symlink_to(landing / "loop.csv")
    (landing / "folder").symlink_to(landing)
    os.mkfifo(landing / "pipe.csv")
    (landing / "mem.csv").symlink_to("/proc/self/mem")  # whose time of change is always now
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(landing / "s.csv"))
        found = ingest(landing, home)
    assert found.rows_transactions == 8
    said = "\n".join(found.warnings)
    assert "loop.csv is a link that leads nowhere" in said
    assert "folder is a link to a folder" in said
    assert "mem.csv is a link to a file of the system" in said
    assert "pipe.csv is a socket, a pipe or a device" in said
    assert "s.csv is a socket, a pipe or a device" in said


def test_a_landing_zone_of_nothing_but_links_that_lead_nowhere_is_empty(tmp_path):
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    with pytest.raises(InsidersError, match="holds no exports"):
        ingest(tmp_path, tmp_path / "home")
