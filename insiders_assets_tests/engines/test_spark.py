"""Spark on this machine makes the tables that polars makes, and says in one line what it lacks."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

import polars as pl
import pytest

from insiders_assets import checksums
from insiders_assets.contracts.customers import CLUSTERS, CUSTOMER_FEATURES
from insiders_assets.contracts.transactions import CLEAN_PURCHASES
from insiders_assets.errors import ContractError, InsidersError, UsageError
from insiders_assets.features import customers
from insiders_assets.segmentation import SegmentationModel
from insiders_assets.settings import load_settings
from insiders_assets.storage.engines import counting
from insiders_assets.storage.engines.session import require_spark, shown
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.commands import SHIPPED
from insiders_assets_tests.spark_cluster import free_port
from insiders_assets_tests.spark_tables import assert_equal, ingested, make_tables

SPARK = {"engine": "spark", "spark_master": "local[2]", "spark_memory": "1g"}


@pytest.fixture(scope="module")
def polars_home(tmp_path_factory) -> Stores:
    stores = ingested(tmp_path_factory.mktemp("polars") / "home", SHIPPED)
    make_tables(stores)
    model = SegmentationModel.fit(stores.lake.read("customer_features"), trees=60, reducer="none")
    stores.models.promote(model.save(stores.models.root))
    return stores


@pytest.fixture(scope="module")
def spark_home(tmp_path_factory, java, polars_home) -> Iterator[Stores]:
    """The same home in a folder whose name holds what Spark takes for a pattern, with Spark as its engine."""
    home = tmp_path_factory.mktemp("spark") / "home [1] of {2}, *"
    shutil.copytree(polars_home.settings.home, home)
    stores = Stores(load_settings(home=str(home), landing=str(SHIPPED), **SPARK))
    for table in ("clean_purchases", "returns", "customer_features", "purchases_by_month"):
        stores.lake.path(table).unlink()
    yield stores
    stores.engine.session.stop()


@pytest.fixture(scope="module")
def dropped(spark_home) -> dict[str, int]:
    return make_tables(spark_home)


def test_every_table_is_the_one_that_polars_makes(dropped, polars_home, spark_home):
    assert_equal(polars_home, spark_home)
    assert dropped == make_tables(polars_home)
    assert sum(dropped.values()) > 0


def test_features_do_not_depend_on_how_customers_are_shared_out(dropped, spark_home, monkeypatch):
    monkeypatch.setattr(counting, "ROWS", 5_000)
    bought, back = (spark_home.engine.scan(name) for name in ("clean_purchases", "returns"))
    before = spark_home.lake.read("customer_features")
    window = {"as_of": customers.newest_day(bought, back), "window_days": spark_home.settings.window_days}
    gathered = counting.gathered(bought, back, **window)
    assert gathered.rdd.getNumPartitions() > 4
    assert spark_home.engine.customer_features(bought, back, **window).equals(before)


@pytest.mark.full
def test_features_are_the_same_by_spark_s_own_group_bys(dropped, spark_home):
    bought, back = (spark_home.engine.scan(name) for name in ("clean_purchases", "returns"))
    window = {"as_of": customers.newest_day(bought, back), "window_days": spark_home.settings.window_days}
    table = spark_home.engine.collect(customers.customer_features(bought, back, **window))
    assert table.equals(spark_home.lake.read("customer_features"))


def test_nothing_but_tables_is_left_in_the_lake(dropped, spark_home):
    assert {path.name for path in spark_home.lake_folder.iterdir() if path.name != checksums.FOLDER} == {
        "clean_purchases.parquet",
        "customer_features.parquet",
        "purchases_by_month.parquet",
        "raw_transactions.manifest.json",
        "raw_transactions.parquet",
        "returns.parquet",
        "segmentation_model",
    }


def test_what_fails_on_a_worker_is_said_in_one_line(dropped, spark_home):
    card = next(spark_home.models.root.glob("*/card.json"))
    features, kept = spark_home.lake.read("customer_features"), card.read_text()
    spark_home.models.champion()  # read here already: the workers are the first to see the damage
    try:
        card.write_text(kept.replace('"seed": 42', '"seed": 43'))
        with pytest.raises(InsidersError, match=r"is damaged .*; restore it from a copy") as raised:
            spark_home.engine.assign(features)
        assert "\n" not in str(raised.value)
    finally:
        card.write_text(kept)


def test_customers_are_assigned_on_the_workers_as_they_are_here(dropped, polars_home, spark_home):
    features = spark_home.lake.read("customer_features")
    assigned = spark_home.engine.assign(features)
    assert assigned.equals(polars_home.engine.assign(features))
    assert CLUSTERS.validate(assigned.select(CLUSTERS.names)).height == features.height


def test_a_table_that_breaks_its_contract_leaves_the_one_before(dropped, spark_home):
    from pyspark.sql.functions import lit

    before = spark_home.lake.path("clean_purchases").read_bytes()
    frame = spark_home.engine.scan("clean_purchases").withColumn("quantity", lit(-1).cast("bigint"))
    with pytest.raises(ContractError, match="quantity"):
        spark_home.engine.write(CLEAN_PURCHASES, frame)
    assert spark_home.lake.path("clean_purchases").read_bytes() == before


def test_what_a_killed_run_left_behind_goes_with_the_next(dropped, spark_home):
    left = spark_home.lake_folder / ".customer_features.1.spark"
    left.mkdir()
    (left / "part-00000.parquet").write_bytes(b"half a file")
    features = spark_home.engine.scan("customer_features")
    spark_home.engine.write(CUSTOMER_FEATURES, features.orderBy("customer_id"))
    assert not left.exists()


def test_what_fails_in_spark_is_said_in_one_line(dropped, spark_home):
    from pyspark.sql.functions import col

    frame = spark_home.engine.scan("clean_purchases")
    with (
        pytest.raises(InsidersError, match=r"Spark at local\[2\], counting: .*no_such_column") as raised,
        spark_home.engine.running("counting"),
    ):
        frame.select(col("no_such_column")).count()
    assert "\n" not in str(raised.value)


def test_a_missing_extra_is_said_in_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(UsageError, match=r"INSIDERS_ENGINE: spark needs pyspark.*insiders-assets\[spark\]"):
        require_spark(load_settings(**SPARK))


@pytest.mark.parametrize("home", ["/no/such/java", None])
def test_a_missing_java_is_said_in_one_line(monkeypatch, tmp_path, home):
    monkeypatch.setenv("PATH", str(tmp_path))
    if home:
        monkeypatch.setenv("JAVA_HOME", home)
    else:
        monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(UsageError, match="Spark needs Java, and there is none; install Java 17"):
        require_spark(load_settings(**SPARK))


def test_an_old_java_is_said_in_one_line(monkeypatch, tmp_path):
    old = tmp_path / "bin" / "java"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_412\"' >&2\n")
    old.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="Spark needs Java 17, this is Java 8"):
        require_spark(load_settings(**SPARK))


@pytest.mark.parametrize(
    ("master", "said"),
    [
        ("spark://127.0.0.1:{port}", r"127\.0\.0\.1:\d+ does not answer"),
        ("sc://127.0.0.1:{port}/;token=hunter2", r"127\.0\.0\.1:\d+ does not answer"),
        ("spark://", "names no host and port"),
        ("spark://host:port", "names no host and port"),
        ("mesos://127.0.0.1:5050", r"is no master of a kind that is known; write local\[\*\]"),
    ],
)
def test_a_master_that_is_none_is_said_in_one_line(master, said):
    settings = load_settings(engine="spark", spark_master=master.format(port=free_port()))
    with pytest.raises(InsidersError, match=f"INSIDERS_SPARK_MASTER: .*{said}") as raised:
        require_spark(settings)
    assert "hunter2" not in str(raised.value)


def test_a_token_shows_nowhere():
    settings = load_settings(spark_master="sc://host:443/;token=hunter2;x-databricks-cluster-id=1")
    assert "hunter2" not in repr(settings) + settings.model_dump_json()
    assert shown("sc://host:443/;token=hunter2") == "sc://host:443/"


def test_which_engine_ran_is_no_part_of_what_a_result_follows_from():
    assert load_settings(**SPARK).digest() == load_settings().digest()


@pytest.mark.full
def test_the_reference_data_give_the_same_tables(tmp_path, java, reference):
    landing = reference / "data" / "online_retail" / "daily"
    bulk = {"excluded_customers": "16446,12346"}
    one = ingested(tmp_path / "polars", landing, **bulk)
    other = ingested(tmp_path / "spark", landing, **SPARK, **bulk)
    make_tables(one)
    make_tables(other)
    assert_equal(one, other)
    purchases = one.lake.scan("clean_purchases")
    newest = customers.newest_day(purchases, one.lake.scan("returns"))
    assert newest == customers.newest_day(other.engine.scan("clean_purchases"), other.engine.scan("returns"))
    assert purchases.select(pl.len()).collect().item() == 527_344
