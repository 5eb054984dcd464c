"""The doctor: what is ill is found, said in one line with its cure, and ends with 1."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.cli.doctor import Finding, examine
from insiders_assets.contracts.customers import CLUSTERS
from insiders_assets.settings import load_settings
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.commands import SHIPPED, failure, insiders
from insiders_assets_tests.tables import a_refresh


def found(about: str, **settings: object) -> list[Finding]:
    return [
        finding
        for finding in examine(load_settings(**({"landing": str(SHIPPED)} | settings)))
        if finding.about == about
    ]


def only(about: str, **settings: object) -> Finding:
    (finding,) = [finding for finding in found(about, **settings) if finding.state != "fine"]
    return finding


@pytest.fixture
def home(tmp_path) -> str:
    (tmp_path / "home").mkdir(mode=0o700)
    return str(tmp_path / "home")


def published(home: str, when: datetime) -> None:
    tables, appended = a_refresh("only")
    refreshes = appended["refreshes"].with_columns(
        published_at=pl.lit(when.replace(tzinfo=None), dtype=pl.Datetime("us"))
    )
    Warehouse.open(f"sqlite:///{home}/insiders.db").publish(tables, appended | {"refreshes": refreshes})


def test_where_nothing_has_run_yet_there_is_nothing_to_mend(home):
    done = insiders("doctor", "--home", home, "--landing", SHIPPED)
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("Nothing to fix.\n")
    assert "insiders run" in done.stdout
    assert not list(Path(home).iterdir())


def test_a_room_that_cannot_be_written_is_named_though_the_home_can(home):
    (Path(home) / "reports").symlink_to("/proc")
    assert f"{home}/reports cannot be written" in only("home", home=home).said


def test_what_must_be_mended_ends_with_1_and_is_told_to_programs(home, tmp_path):
    done = insiders("doctor", "--home", home, "--landing", tmp_path / "nowhere", "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["healthy"] is False
    (ill,) = [finding for finding in told["findings"] if finding["state"] == "mend"]
    assert ill["about"] == "landing zone"
    assert ill["cure"]


def test_a_setting_that_cannot_be_read_is_one_line(home):
    assert "INSIDERS_WINDOW_DAYS" in failure(insiders("doctor", "--home", home, window_days="many"), 2)


def test_a_home_that_is_a_file_must_be_mended(tmp_path):
    (tmp_path / "home").write_text("")
    finding = only("home", home=str(tmp_path / "home"))
    assert (finding.state, "cannot be written" in finding.said) == ("mend", True)


def test_a_home_that_everybody_may_look_into_is_worth_a_look(home):
    assert not [finding for finding in found("home", home=home) if finding.state != "fine"]
    Path(home).chmod(0o701)
    assert "chmod" in only("home", home=home).hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_sudo_left_in_another_users_home_is_told_with_its_cure(home):
    (Path(home) / "lake").mkdir()
    for path in (Path(home), Path(home) / "lake"):
        os.chown(path, 12345, -1)
    assert [finding.state for finding in found("home", home=home)] == ["fine"]
    (Path(home) / "lake" / "insiders.parquet").write_bytes(b"")
    finding = only("home", home=home)
    assert finding.said.startswith("1 file or folder belongs to another user than")
    assert finding.said.endswith("lake/insiders.parquet (of root)")
    assert finding.hint.startswith(f"sudo chown -hR 12345 {home}")


def test_a_home_that_may_not_be_written_must_be_mended(home):
    Path(home).chmod(0o500)
    if os.access(home, os.W_OK):
        pytest.skip("an administrator may write everywhere")
    assert only("home", home=home).state == "mend"


def test_a_database_that_does_not_answer_must_be_mended_and_keeps_its_password(home):
    url = "postgresql://shop:hunter2@127.0.0.1:9/insiders"
    finding = only("warehouse", home=home, database_url=url)
    assert finding.state == "mend"
    assert "127.0.0.1" in finding.said
    assert not [
        finding
        for finding in examine(load_settings(home=home, database_url=url))
        if "hunter2" in str(finding)
    ]


def test_a_full_disk_must_be_mended(home, monkeypatch):
    from insiders_assets.cli.doctor import machine

    monkeypatch.setattr(machine, "LEAST_SPACE", 1 << 60)
    assert {finding.state for finding in found("space", home=home)} == {"mend"}


def test_a_report_from_the_future_is_a_clock_to_mend(home):
    published(home, datetime.now(UTC) + timedelta(hours=2))
    assert "in the future" in only("clock", home=home).said


def test_a_server_whose_clock_differs_is_found(home, postgres_url, monkeypatch):
    assert [finding.state for finding in found("clock", home=home, database_url=postgres_url)] == ["fine"]
    late = datetime.now(UTC) - timedelta(minutes=20)
    monkeypatch.setattr(Warehouse, "server_time", lambda _: late)
    assert "s ahead of PostgreSQL" in only("clock", home=home, database_url=postgres_url).said


def test_a_stale_report_is_worth_a_look(home):
    published(home, datetime.now(UTC) - timedelta(days=30))
    (Path(home) / "reports" / "only").mkdir(parents=True)
    (Path(home) / "reports" / "latest").symlink_to("only")
    assert "30.0 days old" in only("report", home=home).said


def test_half_of_two_settings_that_belong_together_must_be_mended(home):
    assert "INSIDERS_SMTP_URL is not" in only("settings", home=home, alert_email_to="a@b.example").said


def test_an_empty_landing_zone_is_worth_a_look(home, tmp_path):
    (tmp_path / "empty").mkdir()
    assert only("landing zone", home=home, landing=str(tmp_path / "empty")).state == "look"
    assert open_landing(str(tmp_path / "empty")).listing() == {}


def test_a_table_that_something_else_put_into_the_lake_is_named_with_its_cure(home):
    stores = Stores(load_settings(home=home))
    people = pl.DataFrame(
        {"customer_id": ["1"], "cluster": [1], "confidence": [0.5]}, schema=CLUSTERS.polars_schema
    )
    stores.lake.write(CLUSTERS, people)
    assert [finding.state for finding in found("tables", home=home)] == ["fine"]
    people.with_columns(confidence=pl.lit(7.0)).write_parquet(stores.lake.path("clusters"))
    assert "clusters.parquet is not what was written" in only("files", home=home).said
    shutil.rmtree(stores.lake_folder / ".checksums")
    assert "clusters breaks its contract: column confidence" in only("tables", home=home).said
    stores.lake.path("clusters").write_bytes(b"no parquet")
    finding = only("tables", home=home)
    assert (finding.state, "insiders run --force" in finding.hint) == ("mend", True)
