"""A home on S3 with its warehouse in PostgreSQL: the same bytes as a folder and SQLite, and never half of anything."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import polars as pl
import psycopg2
import pytest

from insiders_assets.errors import ContractError, InsidersError, UsageError
from insiders_assets.places import place
from insiders_assets.segmentation import ModelRegistry
from insiders_assets.settings import load_settings
from insiders_assets.storage.lake import Lake
from insiders_assets.storage.report_store_s3 import S3Publication
from insiders_assets.storage.retention import retire
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.warehouse import TABLES, Warehouse
from insiders_assets_tests.commands import SHIPPED, failure, insiders, run, told
from insiders_assets_tests.postgres import database
from insiders_assets_tests.s3 import WEED, serving_s3
from insiders_assets_tests.storage.test_lake import GOOD, PRICES
from insiders_assets_tests.tables import a_refresh

HOME = "s3://shop/insiders"
MOVED = "s3://shop/moved/home"
LANDING = "s3://shop/landing"
STORE, OTHER = ("seaweedfs", "moto") if WEED.exists() else ("moto", "seaweedfs")
"""The server that stores things, where it is installed, and the one whose turn comes with the slow tests."""
ON_ONE = pytest.mark.parametrize("bucket", [STORE], indirect=True)
"""What takes long is done on one of the two."""


@pytest.fixture(scope="module")
def patched():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module", params=[STORE, pytest.param(OTHER, marks=pytest.mark.full)])
def bucket(request, patched, tmp_path_factory):
    patched.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    with serving_s3(patched, "shop", server=request.param) as client:
        yield client


@pytest.fixture(scope="module")
def warehouse_url(bucket, postgres_server) -> Iterator[str]:
    """The database of the bucket's home."""
    with database(postgres_server) as url:
        yield url


@pytest.fixture(scope="module")
def cloud(bucket, warehouse_url):
    return run(SHIPPED, HOME, database_url=warehouse_url)


@pytest.fixture(scope="module")
def folder(refreshed, tmp_path_factory) -> Path:
    return refreshed.copy(tmp_path_factory.mktemp("folder"))[1]


def objects(bucket, prefix: str) -> dict[str, bytes]:
    listed = bucket.list_objects_v2(Bucket="shop", Prefix=prefix)["Contents"]
    return {
        entry["Key"].removeprefix(prefix): bucket.get_object(Bucket="shop", Key=entry["Key"])["Body"].read()
        for entry in listed
    }


def hashes(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != ".checksums"
    }


def test_the_same_export_gives_the_same_bytes_in_a_bucket_and_in_a_folder(cloud, folder, bucket):
    there, here = hashes(objects(bucket, "insiders/lake/")), hashes(below(folder / "lake"))
    assert len(here) > 30
    assert there == here
    assert hashes(objects(bucket, "insiders/quarantine/")) == hashes(below(folder / "quarantine"))
    shown = hashes(objects(bucket, "insiders/reports/latest/"))
    assert shown.keys() == {"evidence.html", "members.csv", "members.xlsx", "report.html", "report.json"}
    latest = folder / "reports" / "latest"
    assert shown["members.csv"] == hashlib.sha256((latest / "members.csv").read_bytes()).hexdigest()
    assert cloud == json.loads((latest / "report.json").read_text()) | {
        "report": f"{HOME}/reports/latest/report.html",
        "nothing_new": False,
        "held": None,
        "set_aside": [],
    }


def test_the_same_export_gives_the_same_tables_in_postgresql_and_in_sqlite(cloud, folder, warehouse_url):
    there = Warehouse.open(warehouse_url, read_only=True)
    here = Warehouse.open(f"sqlite:///{folder / 'insiders.db'}", read_only=True)
    when = "published_at"
    for table in TABLES:
        one, other = (
            found.drop(when) if when in found.columns else found
            for found in (there.read(table), here.read(table))
        )
        assert one.equals(other), table
    assert there.read("insiders").height == cloud["customers"]


def test_a_second_run_finds_nothing_new_and_reads_no_export_again(cloud, bucket, warehouse_url):
    before = hashes(objects(bucket, "insiders/"))
    assert run(SHIPPED, HOME, database_url=warehouse_url)["nothing_new"]
    assert hashes(objects(bucket, "insiders/")) == before


def test_the_pointer_names_the_report_that_is_shown(cloud, bucket):
    name = json.loads(objects(bucket, "insiders/reports/latest.json")[""])["name"]
    assert name == cloud["refresh_id"]
    assert objects(bucket, f"insiders/reports/{name}/") == objects(bucket, "insiders/reports/latest/")


def test_what_the_refresh_is_made_of_is_kept_whole_under_the_same_root_as_in_a_folder(
    cloud, folder, warehouse_url
):
    listed = [
        told(insiders("refreshes", "--home", home, "--json", **settings))["refreshes"]
        for home, settings in ((HOME, {"database_url": warehouse_url}), (folder, {}))
    ]
    assert [len(each) for each in listed] == [1, 1]
    assert listed[0][0]["root"] == listed[1][0]["root"]
    done = insiders("verify", "--home", HOME, "--json", database_url=warehouse_url)
    assert json.loads(done.stdout) == {"whole": [cloud["refresh_id"]], "problems": []}


def test_the_doctor_finds_nothing_to_mend_in_either(cloud, folder, warehouse_url):
    for home, settings in ((HOME, {"database_url": warehouse_url}), (folder, {})):
        done = insiders("doctor", "--home", home, "--landing", SHIPPED, "--json", **settings)
        assert done.returncode == 0, done.stdout
        findings = json.loads(done.stdout)["findings"]
        states = {finding["about"]: finding["state"] for finding in findings}
        assert {states[about] for about in ("landing zone", "warehouse", "clock", "model", "report")} == {
            "fine"
        }


def test_two_runs_never_write_in_one_home_together(cloud, warehouse_url, tmp_path):
    from insiders_assets.cli.run import alone

    stores = Stores(load_settings(home=HOME, database_url=warehouse_url))
    with alone(stores):
        words = ("run", "--force", "--home", HOME, "--landing", SHIPPED)
        line = failure(insiders(*words, database_url=warehouse_url), 1)
    assert "another run is writing here" in line
    with alone(stores):
        pass


@pytest.mark.parametrize("url", [None, "sqlite:///here.db"])
def test_a_home_on_s3_without_postgresql_is_one_line_and_exit_code_2(url):
    settings = {"database_url": url} if url else {}
    line = failure(insiders("run", "--home", HOME, **settings), 2)
    assert line.startswith("insiders: INSIDERS_DATABASE_URL: a home on S3 needs its warehouse in PostgreSQL")


def test_a_bucket_that_is_not_there_is_one_line(bucket, warehouse_url):
    words = ("run", "--home", "s3://nobodys/home", "--landing", SHIPPED)
    line = failure(insiders(*words, database_url=warehouse_url), 1)
    assert "s3://nobodys/home" in line
    assert "check the bucket's name" in line


def test_a_place_in_a_bucket_must_name_one_and_stay_in_it():
    for wrong in ("s3://", "s3:///home", "s3://shop/../other"):
        with pytest.raises(UsageError, match="is no place in a bucket"):
            place(wrong)
    assert str(place("s3://shop//home/") / "lake") == "s3://shop/home/lake"


def test_a_server_that_does_not_answer_is_one_line_without_credentials(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(InsidersError, match="AWS_ENDPOINT_URL") as error:
        place("s3://shop/file").read_bytes()
    assert "testing" not in str(error.value)


def test_a_table_that_breaks_its_contract_leaves_the_one_before(bucket):
    lake = Lake(place("s3://shop/lake"))
    lake.write(PRICES, GOOD)
    with pytest.raises(ContractError):
        lake.write(PRICES, GOOD.with_columns(price=-pl.col("price")))
    assert lake.read("prices").equals(GOOD)
    assert place("s3://shop/lake").sizes().keys() == {"prices.parquet"}


def test_a_report_that_fails_half_way_is_seen_by_nobody(bucket):
    publication = S3Publication(place("s3://shop/half"))
    assert publication.latest() is None
    with pytest.raises(ZeroDivisionError), publication.staged("one") as staged:
        (staged / "report.json").write_text(str(1 / 0))
    assert publication.names() == []
    with pytest.raises(InsidersError, match="no such report"):
        publication.make_latest("one")


def test_who_follows_the_pointer_always_finds_one_whole_report(bucket):
    publication = S3Publication(place("s3://shop/many"))
    stop, seen, torn = threading.Event(), set(), []

    def look() -> None:
        while not stop.is_set():
            if (name := publication.latest()) is not None:
                found = {
                    file: (publication.folder(name) / file).read_text()
                    for file in ("report.json", "members.csv")
                }
                seen.add(name)
                if found != {"report.json": json.dumps({"name": name}), "members.csv": name}:
                    torn.append(found)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for number in range(12):
            with publication.staged(f"report-{number}") as staged:
                (staged / "report.json").write_text(json.dumps({"name": f"report-{number}"}))
                (staged / "members.csv").write_text(f"report-{number}")
            publication.make_latest(f"report-{number}")
    finally:
        stop.set()
        reader.join()
    assert not torn
    assert len(seen) > 1
    assert publication.latest_report() == {"name": "report-11"}
    assert len(publication.names()) == 12
    gone = retire(publication, [f"report-{number}" for number in range(12)], 3)
    assert len(gone) == 9
    assert publication.names() == ["report-10", "report-11", "report-9"]
    assert publication.latest_report() == {"name": "report-11"}
    with pytest.raises(InsidersError, match="is the latest report"):
        publication.remove("report-11")


def test_a_model_without_its_card_is_no_model(cloud, bucket):
    registry = ModelRegistry(f"{HOME}/lake/segmentation_model")
    assert registry.champion().version == cloud["model_version"]
    (registry.root / "cut-short" / "arrays.npz").write_bytes(b"half")
    assert registry.versions() == [cloud["model_version"]]
    (registry.root / "cut-short" / "arrays.npz").unlink()


@pytest.fixture(scope="module")
def moved(folder, bucket, postgres_server, tmp_path_factory) -> Iterator[tuple[Path, str]]:
    """A folder with two refreshes of history, and the database of the bucket that it was moved to."""
    folder = shutil.copytree(folder, tmp_path_factory.mktemp("moved") / "home", symlinks=True)
    _, appended = a_refresh("the-one-before")
    old = datetime(2025, 1, 2, 3, 4, 5, 678901)
    refreshes = appended["refreshes"].with_columns(published_at=pl.lit(old, dtype=pl.Datetime("us")))
    Warehouse.open(f"sqlite:///{folder / 'insiders.db'}").publish({}, appended | {"refreshes": refreshes})
    with database(postgres_server) as url:
        done = insiders(
            "migrate", "--home", folder, "--to", MOVED, "--json", to_database_url=url, landing=str(SHIPPED)
        )
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["tables"]["refreshes"] == 2
        assert told["files"] > 40
        yield folder, url


@ON_ONE
def test_a_moved_home_holds_the_same_files_rows_and_history(moved, bucket):
    folder, url = moved
    for part in ("lake", "quarantine"):
        assert hashes(objects(bucket, f"moved/home/{part}/")) == hashes(below(folder / part))
    there, here = Warehouse.open(url, read_only=True), Warehouse.open(f"sqlite:///{folder / 'insiders.db'}")
    for table in TABLES:
        assert there.read(table).equals(here.read(table)), table
    assert "the-one-before" in there.read("refreshes")["refresh_id"].to_list()
    latest = hashes(objects(bucket, "moved/home/reports/latest/"))
    assert latest == hashes(below((folder / "reports" / "latest").resolve()))


@ON_ONE
def test_a_moved_home_has_nothing_new_to_do(moved, bucket):
    _, url = moved
    assert run(SHIPPED, MOVED, database_url=url)["nothing_new"]


@ON_ONE
def test_a_home_moved_back_is_the_home_it_was(moved, bucket, tmp_path):
    folder, url = moved
    done = insiders(
        "migrate", "--home", MOVED, "--to", tmp_path / "back", database_url=url, landing=str(SHIPPED)
    )
    assert done.returncode == 0, done.stderr
    assert "are the same in s3://shop/moved/home" in done.stdout
    for part in ("lake", "quarantine", "reports"):
        assert hashes(below(tmp_path / "back" / part)) == hashes(below(folder / part))
    assert run(SHIPPED, tmp_path / "back")["nothing_new"]


@ON_ONE
def test_a_home_is_never_moved_onto_another(moved, bucket):
    folder, url = moved
    line = failure(insiders("migrate", "--home", folder, "--to", MOVED, to_database_url=url), 2)
    assert "is a home already" in line
    line = failure(insiders("migrate", "--home", folder, "--to", "s3://shop/other", to_database_url=url), 2)
    assert "is a warehouse already" in line
    line = failure(insiders("migrate", "--home", folder, "--to", "s3://shop/other"), 2)
    assert "INSIDERS_TO_DATABASE_URL" in line


@ON_ONE
def test_a_file_or_a_row_that_did_not_arrive_is_found(moved, bucket):
    folder, url = moved
    words = ("migrate", "--home", folder, "--to", MOVED, "--compare")
    settings = {"to_database_url": url, "landing": str(SHIPPED)}
    assert insiders(*words, **settings).returncode == 0
    key = "moved/home/lake/insiders.parquet"
    whole = bucket.get_object(Bucket="shop", Key=key)["Body"].read()
    bucket.put_object(Bucket="shop", Key=key, Body=whole[:-1] + b"?")
    assert "file lake/insiders.parquet;" in failure(insiders(*words, **settings), 1)
    bucket.put_object(Bucket="shop", Key=key, Body=whole)
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM membership_changes WHERE refresh_id = 'the-one-before'")
    assert "table membership_changes;" in failure(insiders(*words, **settings), 1)


@pytest.fixture(scope="module")
def landing(bucket) -> str:
    """The shipped exports in the bucket."""
    for export in SHIPPED.glob("*.csv"):
        bucket.upload_file(str(export), "shop", f"landing/{export.name}")
    return LANDING


@ON_ONE
@pytest.mark.full  # the sheet is written as all else in a bucket is, and fixing is tested in a folder
def test_rejected_rows_are_mended_in_a_sheet_in_the_bucket_and_taken_in(moved, bucket, landing):
    _, url = moved
    before = Warehouse.open(url, read_only=True).latest_refresh()
    words, key = ("replay", "--home", MOVED, "--landing", landing), "moved/home/quarantine/to_mend.csv"
    said = insiders(*words, database_url=url)
    assert f"{before['rows_quarantined']} rejected rows written to s3://shop/{key}" in said.stdout, (
        said.stderr
    )
    bucket.put_object(Bucket="shop", Key=key, Body=objects(bucket, key)[""].replace(b",six,", b",6,"))
    done = insiders(*words, "--json", database_url=url)
    assert done.returncode == 0, done.stderr
    mended = json.loads(done.stdout)["mended"]
    assert mended > 0
    after = Warehouse.open(url, read_only=True).latest_refresh()
    assert after["rows_transactions"] == before["rows_transactions"] + mended
    assert after["rows_quarantined"] == before["rows_quarantined"] - mended
    report = json.loads(objects(bucket, "moved/home/reports/latest/report.json")[""])
    assert report["refresh_id"] == after["refresh_id"] != before["refresh_id"]
    assert run(landing, MOVED, database_url=url)["nothing_new"]


@pytest.mark.full  # the slow form of test_forget.py
@ON_ONE
def test_a_customer_who_is_forgotten_is_gone_from_bucket_and_database_and_stays_away(moved, bucket, landing):
    _, url = moved
    named = pl.read_parquet(objects(bucket, "moved/home/lake/members.parquet")[""])["customer_id"][0]
    assert "lake/members.parquet" in left_of(bucket, named)
    done = insiders("forget", named, "--home", MOVED, "--landing", landing, database_url=url)
    assert done.returncode == 0, done.stderr
    assert left_of(bucket, named) == []
    # Everything is read again from exports that still name them.
    for key in objects(bucket, "moved/home/lake/raw_transactions.parquet/"):
        bucket.delete_object(Bucket="shop", Key=f"moved/home/lake/raw_transactions.parquet/{key}")
    run(landing, MOVED, "--force", database_url=url)
    assert objects(bucket, "moved/home/lake/raw_transactions.parquet/")
    assert left_of(bucket, named) == []
    there = Warehouse.open(url, read_only=True)
    for table in ("insiders", "members", "membership_changes", "purchases_by_month"):
        assert named not in there.read(table)["customer_id"], table


def left_of(bucket, named: str) -> list[str]:
    """Where in the moved home a customer is still named."""
    left = []
    for key, content in objects(bucket, "moved/home/").items():
        if key.endswith(".parquet"):
            texts = pl.read_parquet(content).select(pl.col(pl.String))
            if any((column == named).any() for column in texts.iter_columns()):
                left.append(key)
        elif key.endswith(".csv") and f"\n{named}," in content.decode():
            left.append(key)
    return left
