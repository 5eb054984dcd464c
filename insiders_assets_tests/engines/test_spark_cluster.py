"""Spark on a cluster, which loses a worker; on a server by Spark Connect; and a whole run with it."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import polars as pl
import pytest

from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.commands import SHIPPED, failure, insiders, run
from insiders_assets_tests.spark_cluster import connect_server, standalone
from insiders_assets_tests.spark_tables import TABLES, assert_equal, ingested, make_tables
from insiders_assets_tests.waiting import awaited

CUSTOMER_TABLES = (
    "customer_features",
    "purchases_by_month",
    "leaf_embedding",
    "clusters",
    "insiders",
    "members",
)
MANY_TASKS = """
spark.executor.memory 512m
spark.sql.files.maxPartitionBytes 16k
spark.sql.files.openCostInBytes 0
spark.sql.shuffle.partitions 24
spark.sql.adaptive.coalescePartitions.enabled false
"""


@pytest.fixture(scope="module")
def polars_home(tmp_path_factory) -> Stores:
    stores = ingested(tmp_path_factory.mktemp("polars") / "home", SHIPPED)
    make_tables(stores)
    return stores


@pytest.fixture(scope="module")
def first(refreshed) -> tuple[Path, dict]:
    """A home after a whole run by polars, and what it said."""
    return refreshed.home, refreshed.said


@pytest.mark.full
def test_a_cluster_that_loses_a_worker_makes_the_same_tables(monkeypatch, tmp_path, java, polars_home):
    """The worker goes, with its executor and what that has computed, while tasks of the job are running."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "spark-defaults.conf").write_text(MANY_TASKS)
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path / "conf"))
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    home = tmp_path / "home"
    shutil.copytree(polars_home.settings.home, home)
    for table in TABLES:
        (home / "lake" / f"{table.name}.parquet").unlink()
    with standalone(tmp_path, workers=2) as cluster:
        stores = Stores(load_settings(home=str(home), engine="spark", spark_master=cluster.url))
        context = stores.engine.session.sparkContext
        executors = context._jsc.sc().getExecutorMemoryStatus
        try:
            wait(lambda: executors().size() == 3, "an executor on either worker")
            failed: list[BaseException] = []

            def work() -> None:
                try:
                    make_tables(stores)
                except BaseException as error:
                    failed.append(error)

            job = threading.Thread(target=work)
            job.start()
            tracker = context.statusTracker()

            def halfway() -> bool:
                stages = [tracker.getStageInfo(number) for number in tracker.getActiveStageIds()]
                return any(stage and 0 < stage.numCompletedTasks < stage.numTasks for stage in stages)

            wait(halfway, "a stage of which some tasks are done and others are not")
            cluster.kill_worker(1)
            assert job.is_alive()
            wait(lambda: executors().size() == 2, "the driver to notice")
            assert job.is_alive()
            job.join(timeout=240)
            assert not job.is_alive()
            assert not failed, failed
            assert executors().size() == 2
            assert_equal(polars_home, stores)
        finally:
            stores.engine.session.stop()


@pytest.mark.full
def test_a_whole_run_with_spark_says_and_lists_the_same(tmp_path, java, first):
    before, said = first
    home = tmp_path / "home"
    again = run(SHIPPED, home, engine="spark", spark_master="local[2]", spark_memory="1g")
    assert without_places(again) == without_places(said)
    for table in CUSTOMER_TABLES:
        assert (home / "lake" / f"{table}.parquet").read_bytes() == (
            before / "lake" / f"{table}.parquet"
        ).read_bytes()
    assert insiders("run", "--landing", SHIPPED, "--home", home, "--json").returncode == 0  # nothing new


@pytest.mark.full
def test_a_server_for_spark_connect_makes_the_same_tables(tmp_path, java, first):
    before, said = first
    home = tmp_path / "home"
    with connect_server(tmp_path) as address:
        again = run(SHIPPED, home, engine="spark", spark_master=address)
    assert without_places(again) == without_places(said)
    for table in CUSTOMER_TABLES:
        assert pl.read_parquet(home / "lake" / f"{table}.parquet", glob=False).equals(
            pl.read_parquet(before / "lake" / f"{table}.parquet", glob=False)
        )


@pytest.mark.parametrize(
    ("settings", "said", "code"),
    [
        ({"spark_master": "spark://127.0.0.1:1"}, "INSIDERS_SPARK_MASTER: 127.0.0.1:1 does not answer", 1),
        ({"spark_master": "local[many]"}, "Could not parse Master URL", 1),
    ],
)
def test_a_run_that_spark_cannot_do_is_said_in_one_line(tmp_path, java, settings, said, code):
    line = failure(
        insiders(
            "run", "--landing", SHIPPED, "--home", tmp_path / "home", "--json", engine="spark", **settings
        ),
        code,
    )
    assert said in line


def without_places(report: dict) -> str:
    return json.dumps({key: value for key, value in report.items() if key not in ("report", "nothing_new")})


def wait(condition, what: str, seconds: float = 90) -> None:
    """Wait until something is so."""
    assert awaited(condition, seconds, pause=0.002), f"waited in vain for {what}"
