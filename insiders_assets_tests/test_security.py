"""Secrets in errors and dumps, paths that climb, models that would run code, servers that would be open."""

from __future__ import annotations

import pickle
import socket
import zipfile
from contextlib import closing

import pytest

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.segmentation import SegmentationModel
from insiders_assets.settings import Settings, load_settings
from insiders_assets.storage.landing import open_landing
from insiders_assets.storage.report_store import Publication
from insiders_assets_tests.commands import SHIPPED, insiders
from insiders_assets_tests.s3 import serving_s3

SECRET = "planted-secret"
SECRETS = {
    "database_url": f"postgresql://shop:{SECRET}@127.0.0.1:9/insiders",
    "to_database_url": f"postgresql://shop:{SECRET}@127.0.0.1:9/elsewhere",
    "hash_key": SECRET,
    "dashboard_password": SECRET,
    "smtp_url": f"smtp://shop:{SECRET}@127.0.0.1:9",
    "slack_token": SECRET,
    "spark_master": f"sc://127.0.0.1:9/;token={SECRET}",
    "published_secret": SECRET,
}


def test_every_setting_that_may_hold_a_secret_is_planted():
    secret = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert secret == SECRETS.keys()


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_the_placeholder_of_the_examples_is_no_secret(name):
    url = SECRETS[name].replace(SECRET, "CHANGE-ME")
    with pytest.raises(UsageError, match=rf"INSIDERS_{name.upper()}.*CHANGE-ME"):
        load_settings(**{name: url})


def test_nor_is_it_one_of_dagster(monkeypatch):
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", "postgresql+psycopg2://dagster:CHANGE-ME@db:5432/dagster")
    with pytest.raises(UsageError, match="DAGSTER_POSTGRES_URL"):
        load_settings()


def test_settings_show_no_secret_however_they_are_written_down():
    settings = load_settings(**SECRETS)
    written = [
        repr(settings),
        str(settings),
        settings.model_dump_json(),
        str(settings.model_dump()),
        settings.digest(),
    ]
    assert not any(SECRET in text for text in written)


@pytest.mark.parametrize(
    "settings",
    [
        {},  # the database does not answer
        {"home": "s3://shop/home"},  # nor does S3
        {"database_url": f"mysql://shop:{SECRET}@host/db"},
        {"database_url": f"postgresql://shop:{SECRET}@host:port/db"},
        {"database_url": SECRET},
        {"window_days": "many"},
        {"policy": "budget"},
        {"hash_columns": "nothing"},
        {"database_url": "", "engine": "spark"},
        {"database_url": "", "engine": "spark", "spark_master": SECRET},
    ],
    ids=lambda given: ", ".join(given) or "nothing",
)
def test_no_error_says_a_secret(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "known")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    done = insiders("run", "--landing", SHIPPED, **({"home": str(tmp_path / "home")} | SECRETS | settings))
    assert done.returncode in (1, 2)
    assert done.stderr
    assert SECRET not in done.stdout + done.stderr
    left = [path for path in tmp_path.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert left == []


@pytest.mark.parametrize("name", ["..", "../lake", "/etc/passwd", "a/b", "", ".hidden", "a\\b", "x\0y"])
def test_no_name_of_a_report_leads_out_of_the_reports(name, tmp_path):
    with pytest.raises(UsageError, match="is no name of a report"):
        Publication(tmp_path).folder(name)


def test_an_object_whose_key_climbs_is_fetched_into_its_own_folder(monkeypatch, tmp_path):
    with serving_s3(monkeypatch, "shop") as client:
        client.put_object(Bucket="shop", Key="in/a/b;c/evil.csv", Body=b"x")
        landing = open_landing("s3://shop/in")
        for name in landing.listing():
            with landing.fetch(name) as path:
                assert path.parent.name.startswith("insiders-")
                assert path.read_bytes() == b"x"


def test_a_member_of_an_archive_that_climbs_stays_in_its_export(tmp_path):
    from insiders_assets.ingest.formats.archives import members

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../etc/evil.csv", "x")
        archive.writestr("/abs.csv", "x")
    assert list(members(tmp_path / "a.zip")) == ["etc/evil.csv", "abs.csv"]


class Ran:
    """Unpickled, it leaves a file."""

    def __reduce__(self) -> tuple:
        return (open, (str(Ran.mark), "w"))


def test_a_model_that_holds_a_pickle_is_refused_and_nothing_in_it_runs(tmp_path):
    Ran.mark = tmp_path / "ran"
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "card.json").write_text("{}")
    for name in ("arrays.npz", "model.pkl"):
        (folder / name).write_bytes(pickle.dumps(Ran()))
        with pytest.raises(InsidersError):
            SegmentationModel.load(folder)
    assert not Ran.mark.exists()


def test_the_servers_listen_on_loopback_unless_told():
    for command in ("ui", "dashboard"):
        shown = insiders(command, "--help").stdout
        assert "127.0.0.1" in shown


def test_a_dashboard_beyond_loopback_asks_for_a_password(tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
    done = insiders("dashboard", "--home", tmp_path, "--host", "::", "--port", port)
    assert done.returncode == 2
    assert "INSIDERS_DASHBOARD_PASSWORD" in done.stderr


def test_the_lock_pins_every_package_by_version_and_hash():
    lock = (SHIPPED.parents[1] / "requirements.lock").read_text().splitlines()
    pinned = [number for number, line in enumerate(lock) if line and not line.startswith((" ", "#"))]
    assert len(pinned) > 100
    assert all("==" in lock[number] for number in pinned)
    assert all("--hash=sha256:" in lock[number + 1] for number in pinned)
