"""The sensor on a real landing zone, a real Dagster instance and, at last, a real daemon."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    SensorEvaluationContext,
    build_schedule_context,
    build_sensor_context,
)

from insiders_assets import automation
from insiders_assets.automation import backstop, landing_zone
from insiders_assets.cli.write_lock import COMMAND, take_turn
from insiders_assets.definitions import build_defs
from insiders_assets.errors import InsidersError
from insiders_assets.refresh.due import FIRST_WAIT
from insiders_assets.refresh.state import begin
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.commands import SHIPPED
from insiders_assets_tests.waiting import awaited


class Watch:
    """A sensor watched tick by tick, with its own landing zone, home and instance."""

    def __init__(self, folder: Path, instance: DagsterInstance) -> None:
        self.landing, self.home = folder / "landing", folder / "home"
        self.landing.mkdir()
        self.settings = load_settings(home=str(self.home), landing=str(self.landing))
        self.instance = instance
        self.cursor: str | None = None
        self.skipped = ""

    def tick(self) -> bool:
        """One tick; whether it asked for a run."""
        context: SensorEvaluationContext = build_sensor_context(
            instance=self.instance, cursor=self.cursor, resources={"stores": Stores(self.settings)}
        )
        result = landing_zone.evaluate_tick(context)
        self.cursor = result.cursor or self.cursor
        self.skipped = result.skip_message or ""
        assert len(result.run_requests or []) <= 1
        assert bool(result.run_requests) != bool(self.skipped)
        return bool(result.run_requests)

    def look(self) -> str:
        """What the backstop says: why not, or nothing if it asks for a run."""
        context = build_schedule_context(instance=self.instance, resources={"stores": Stores(self.settings)})
        result = backstop("30 5 * * *").evaluate_tick(context)
        assert bool(result.run_requests) != bool(result.skip_message)
        return result.skip_message or ""

    def drop(self, name: str, text: str = "InvoiceNo\n") -> None:
        (self.landing / name).write_text(text)


@pytest.fixture
def watch(tmp_path):
    (tmp_path / "instance").mkdir()
    with DagsterInstance.local_temp(str(tmp_path / "instance")) as instance:
        yield Watch(tmp_path, instance)


def test_an_empty_landing_zone_asks_for_nothing_and_says_so(watch):
    assert [watch.tick() for _ in range(3)] == [False] * 3
    assert "empty" in watch.skipped
    assert "empty" in watch.look()


def test_a_missing_landing_zone_is_a_reason_and_no_crash(watch):
    watch.landing.rmdir()
    assert not watch.tick()
    assert str(watch.landing) in watch.skipped
    assert str(watch.landing) in watch.look()


def test_a_dropped_file_is_asked_for_once_it_is_settled(watch):
    watch.drop("a.csv")
    assert not watch.tick()
    watch.drop("a.csv", "InvoiceNo\n1\n")
    assert not watch.tick()
    assert watch.tick()


def test_unfinished_uploads_and_hidden_files_do_not_count(watch):
    watch.drop(".hidden.csv")
    watch.drop("a.csv.tmp")
    assert [watch.tick() for _ in range(3)] == [False] * 3


@pytest.mark.parametrize("status", [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED])
def test_at_most_one_refresh_is_active(watch, status):
    watch.drop("a.csv")
    watch.tick()
    job = build_defs(watch.settings).resolve_job_def("refresh")
    watch.instance.create_run_for_job(job, status=status)
    assert not watch.tick()
    assert "queued or running" in watch.skipped
    assert "queued or running" in watch.look()


def test_a_run_started_by_hand_counts_as_a_refresh(watch):
    watch.drop("a.csv")
    watch.tick()
    job = build_defs(watch.settings).resolve_implicit_global_asset_job_def()
    watch.instance.create_run_for_job(job, status=DagsterRunStatus.STARTED)
    assert not watch.tick()
    assert "queued or running" in watch.skipped


def test_a_command_waits_for_the_daemon_and_sweeps_what_a_killed_command_left(watch):
    job = build_defs(watch.settings).resolve_job_def("refresh")
    left = watch.instance.create_run_for_job(job, status=DagsterRunStatus.STARTED, tags=COMMAND)
    watch.drop("a.csv")
    watch.tick()
    assert not watch.tick()
    take_turn(watch.instance)
    assert watch.instance.get_run_by_id(left.run_id).status is DagsterRunStatus.FAILURE
    assert watch.tick()
    watch.instance.create_run_for_job(job, status=DagsterRunStatus.STARTED)
    with pytest.raises(InsidersError, match="the daemon has a run queued or running"):
        take_turn(watch.instance)


def test_a_landing_zone_that_keeps_failing_is_tried_again_later_or_once_it_changes(watch, monkeypatch):
    now = time.time()
    monkeypatch.setattr(automation.time, "time", lambda: now)
    watch.drop("a.csv")
    assert [watch.tick() for _ in range(10)].count(True) == 1
    assert "has failed; the next is in 1.0 minutes" in watch.skipped
    now += FIRST_WAIT
    assert [watch.tick() for _ in range(10)].count(True) == 1
    assert "the next is in 2.0 minutes" in watch.skipped
    assert watch.look() == ""  # the backstop tries again, once a day
    watch.drop("b.csv")
    watch.tick()
    assert watch.tick()


@pytest.mark.parametrize("away", ["store", "warehouse"])
def test_a_refresh_that_failed_is_tried_at_once_when_its_cause_answers_again(watch, away):
    watch.drop("a.csv")
    assert [watch.tick() for _ in range(3)] == [False, True, False]
    if away == "store":
        watch.landing.rename(watch.landing.with_name("elsewhere"))
    else:
        watch.home.mkdir(exist_ok=True)
        (watch.home / "insiders.db").write_text("no database" * 100)
    assert [watch.tick() for _ in range(3)] == [False] * 3
    assert "insiders.db" in watch.skipped or str(watch.landing) in watch.skipped
    if away == "store":
        watch.landing.with_name("elsewhere").rename(watch.landing)
    else:
        (watch.home / "insiders.db").unlink()
    assert watch.tick()
    assert not watch.tick()


def test_after_a_refresh_there_is_nothing_to_ask_for_until_a_file_arrives(watch, refreshed):
    shutil.copytree(SHIPPED, watch.landing, dirs_exist_ok=True)
    shutil.copytree(refreshed.home, watch.home, symlinks=True, dirs_exist_ok=True)
    assert [watch.tick() for _ in range(3)] == [False] * 3
    assert "already shows" in watch.skipped
    assert "already shows" in watch.look()
    begin(Stores(watch.settings))  # a run that was cut short, by whatever it read
    assert watch.tick()
    assert watch.look() == ""
    newest = sorted(watch.landing.glob("*.csv"))[-1]
    watch.drop("late.csv", "".join(newest.read_text().splitlines(keepends=True)[:20]))
    assert not watch.tick()
    assert watch.tick()


def test_a_file_dropped_beside_a_running_daemon_becomes_a_report(tmp_path):
    landing, home = tmp_path / "landing", tmp_path / "home"
    landing.mkdir()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("INSIDERS_", "DAGSTER_"))
    }
    command = [
        sys.executable,
        "-m",
        "insiders_assets",
        "ui",
        "--home",
        home,
        "--landing",
        landing,
        "--port",
        "0",
    ]
    with (tmp_path / "log").open("wb") as log:
        # A group of its own, so that the daemon and the code server end with it.
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            for export in sorted(SHIPPED.glob("*.csv")):
                shutil.copy(export, landing)
            report = home / "reports" / "latest" / "report.json"
            awaited(lambda: report.exists() or server.poll() is not None, 240, pause=0.5)
            assert report.exists(), (tmp_path / "log").read_text()[-2000:]
            assert json.loads(report.read_text())["members"] > 0
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
