"""How an asset keeps its table: validated once, before the table is replaced, and the check says what was found."""

from __future__ import annotations

import polars as pl
from dagster import AssetKey, DagsterInstance, ResourceParam, materialize

from insiders_assets.assets.declaration import keep, makes, table_spec
from insiders_assets.contracts.customers import CLUSTERS
from insiders_assets.settings import load_settings
from insiders_assets.storage import lake
from insiders_assets.storage.stores import Stores

GOOD = pl.DataFrame(
    {"customer_id": ["1", "2"], "cluster": [1, 2], "confidence": [0.5, 1.0]}, CLUSTERS.polars_schema
)


def made(instance: DagsterInstance, stores: Stores, frame: pl.DataFrame):
    @makes(table_spec(CLUSTERS, "segmentation", made_by=["segmentation"]))
    def clusters(stores: ResourceParam[Stores]):
        yield from keep(stores, CLUSTERS, frame, customers=frame.height)

    return materialize([clusters], instance=instance, resources={"stores": stores}, raise_on_error=False)


def test_a_table_is_validated_once_and_its_version_is_its_content(tmp_path, monkeypatch):
    looked = []
    monkeypatch.setattr(lake, "failures", lambda *given, find=lake.failures: looked.append(1) or find(*given))
    stores, key, versions = Stores(load_settings(home=str(tmp_path))), AssetKey("clusters"), []
    with DagsterInstance.ephemeral() as instance:
        for frame in (GOOD, GOOD, GOOD.head(1)):
            result = made(instance, stores, frame)
            (check,) = result.get_asset_check_evaluations()
            assert (check.passed, check.metadata["rows"].value) == (True, frame.height)
            event = instance.get_latest_materialization_event(key)
            assert event.asset_materialization.metadata["dagster/row_count"].value == frame.height
            versions.append(event.asset_materialization.tags["dagster/data_version"])
    assert len(looked) == 3
    assert versions[0] == versions[1] != versions[2]


def test_a_table_that_breaks_its_contract_fails_its_check_and_leaves_the_one_before(tmp_path):
    stores = Stores(load_settings(home=str(tmp_path)))
    with DagsterInstance.ephemeral() as instance:
        assert made(instance, stores, GOOD).success
        result = made(instance, stores, GOOD.with_columns(confidence=pl.lit(7.0)))
    assert not result.success
    (check,) = result.get_asset_check_evaluations()
    assert not check.passed
    (row,) = check.metadata["failures"].records
    assert (row.data["column"], row.data["failures"]) == ("confidence", 2)
    assert stores.lake.read("clusters").equals(GOOD)
    failure = result.failure_data_for_node("clusters").error
    assert "breaks its contract" in (failure.cause or failure).message
