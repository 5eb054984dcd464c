"""The drift check on a home: it warns with numbers, and leaves the champion where it is."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from dagster import AssetCheckSeverity

from insiders_assets.checks import customers_have_not_drifted
from insiders_assets.contracts.customers import CLUSTERS, CUSTOMER_FEATURES
from insiders_assets.segmentation import SegmentationModel
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores


@pytest.fixture
def stores(tmp_path: Path, features: pl.DataFrame, model: SegmentationModel) -> Stores:
    """A home whose champion was fitted on the customers in its lake."""
    stores = Stores(load_settings(home=str(tmp_path)))
    stores.models.promote(model.save(stores.lake_folder / "segmentation_model"))
    put(stores, features)
    return stores


def put(stores: Stores, features: pl.DataFrame) -> None:
    """Make these the customers of today, assigned by the champion."""
    stores.lake.write(CUSTOMER_FEATURES, features)
    stores.lake.write(CLUSTERS, stores.models.champion().assign(features).select(CLUSTERS.names))


def test_customers_as_they_were_pass(stores: Stores) -> None:
    result = customers_have_not_drifted(stores)
    assert result.passed
    assert result.description == "Nothing has shifted."


def test_customers_who_changed_are_warned_of_with_numbers_and_nothing_is_refitted(
    stores: Stores, features: pl.DataFrame
) -> None:
    champion, versions = stores.models.champion_version(), stores.models.versions()
    put(stores, features.with_columns(recency=pl.col("recency") + 150))
    result = customers_have_not_drifted(stores)
    assert not result.passed
    assert result.severity is AssetCheckSeverity.WARN
    assert result.metadata["stability_index_recency"].value > 1
    assert result.metadata["stability_index_avg_ticket"].value < 0.01
    assert "stability_index_tenure" not in result.metadata
    assert "recency has shifted since the model was fitted: stability index" in (result.description or "")
    assert (result.description or "").endswith("insiders refit.")
    assert (stores.models.champion_version(), stores.models.versions()) == (champion, versions)


def test_doubtful_assignments_are_warned_of(stores: Stores) -> None:
    doubtful = stores.lake.read("clusters").with_columns(confidence=pl.lit(0.3))
    stores.lake.write(CLUSTERS, doubtful)
    result = customers_have_not_drifted(stores)
    assert not result.passed
    assert "100.0% of assignments are doubtful" in (result.description or "")
    assert result.metadata["share_doubtful"].value == 1
