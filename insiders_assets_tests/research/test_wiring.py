"""What a study leaves: the badge of the next report, pictures in the home, and findings in the UI and the terminal."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from dagster import AssetKey, DagsterInstance

from insiders_assets.contracts.customers import CUSTOMER_FEATURES
from insiders_assets.contracts.research import STABILITY_STUDY
from insiders_assets.definitions import build_defs, research_assets
from insiders_assets.refresh.sources import _stability, side_inputs
from insiders_assets.research import profile
from insiders_assets.segmentation import SegmentationModel
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores


@pytest.fixture
def stores(tmp_path: Path, people: pl.DataFrame, champion: SegmentationModel) -> Stores:
    """A home with customers and a champion."""
    stores = Stores(load_settings(home=str(tmp_path)))
    stores.models.promote(champion.save(stores.lake_folder / "segmentation_model"))
    stores.lake.write(CUSTOMER_FEATURES, people)
    return stores


def study_of(version: str) -> pl.DataFrame:
    """A stability study that measured two clusters of a model."""
    rows = [
        {"model_version": version, "recipe": "leaf", "change": "bootstrap", "measure": "cluster_jaccard",
         "cluster": cluster, "fits": 50, "mean": mean, "least": 0.1, "most": 1.0, "badge": word, "shop": "home"}
        for cluster, mean, word in ((1, 0.9, "highly stable"), (2, 0.7, "pattern"))
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=STABILITY_STUDY.polars_schema)


def test_a_new_stability_study_makes_a_refresh_due_and_reaches_its_profiles(stores: Stores) -> None:
    version = stores.models.champion().version
    before = side_inputs(stores)
    assert _stability(stores, version) == {}
    stores.lake.write(STABILITY_STUDY, study_of(version))
    assert side_inputs(stores) != before
    assert _stability(stores, version) == {1: 0.9, 2: 0.7}
    assert _stability(stores, "another model") == {}


def test_a_study_leaves_a_table_pictures_and_findings(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile, "FOREST", 40)
    study = build_defs(stores.settings).resolve_job_def("study")
    with DagsterInstance.ephemeral() as instance:
        result = study.execute_in_process(instance=instance, asset_selection=[AssetKey("feature_profile")])
    (event,) = result.get_asset_materialization_events()
    metadata = event.materialization.metadata
    assert stores.lake.read("feature_profile").height == 14
    assert metadata["findings"].value.startswith("* Go together")
    assert metadata["preview"].value.count("data:image/png;base64,") == 3
    assert {file.name for file in (stores.home / "research" / "feature_profile").iterdir()} == {
        "spread.png", "correlations.png", "pairs.png",
    }  # fmt: skip


def test_every_study_can_be_asked_for_by_name() -> None:
    assert set(research_assets()) >= {
        "feature_profile", "data_space_study", "clusterer_study", "recipe_trials", "stability_study", "churn_study",
        "original_cycles", "selection_backtest",
    }  # fmt: skip
