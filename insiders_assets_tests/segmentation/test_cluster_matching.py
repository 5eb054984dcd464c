"""Clusters keep their numbers through a refit, and what happened to each is said."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from insiders_assets.errors import ModelError
from insiders_assets.segmentation import ModelRegistry, SegmentationModel
from insiders_assets.segmentation.cluster_matching import Lineage, follow
from insiders_assets.segmentation.serialization import content_hash
from insiders_assets.settings import Settings
from insiders_assets_tests.segmentation.shoppers import quick_model, shoppers


def _follow(before: list[int], after: list[int], last_number: int | None = None) -> Lineage:
    return follow(
        np.array(before, np.int32),
        np.array(after, np.int32),
        previous="v1",
        last_number=last_number or max(before),
    )


def test_the_same_clusters_in_another_order_keep_their_numbers() -> None:
    found = _follow([1] * 10 + [2] * 20 + [3] * 30, [2] * 10 + [0] * 20 + [1] * 30)
    assert found.numbers == [2, 3, 1]
    assert [row["jaccard"] for row in found.kept] == [1, 1, 1]
    assert (found.split, found.merged, found.new, found.gone) == ([], [], [], [])


def test_numbers_follow_the_most_shared_customers_over_all_clusters_together() -> None:
    # Cluster 1 overlaps more with new 0 than with new 1, but 2 has nowhere else to go.
    found = _follow([1] * 60 + [2] * 40, [0] * 32 + [1] * 28 + [0] * 40)
    assert found.numbers == [2, 1]


def test_a_split_keeps_the_number_with_the_larger_part_and_names_the_other_anew() -> None:
    found = _follow([1] * 10 + [2] * 50, [0] * 10 + [1] * 30 + [2] * 20)
    assert found.numbers == [1, 2, 3]
    assert found.split == [{"cluster": 2, "into": [2, 3]}]
    assert (found.new, found.gone, found.last_number) == ([3], [], 3)
    assert "Cluster 2 was split into 2 and 3." in found.sentences()
    in_three = Lineage("v1", [], split=[{"cluster": 2, "into": [2, 3, 4]}])
    assert in_three.sentences() == ["Cluster 2 was split into 2, 3 and 4."]


def test_a_merger_keeps_the_larger_ones_number_and_the_other_is_gone() -> None:
    found = _follow([1] * 10 + [2] * 30 + [3] * 20, [0] * 10 + [1] * 50)
    assert found.numbers == [1, 2]
    assert found.merged == [{"cluster": 2, "of": [2, 3]}]
    assert (found.new, found.gone) == ([], [3])
    assert "Cluster 3 is gone; its number is not used again." in found.sentences()


@pytest.mark.parametrize(("shared", "number"), [(30, 1), (29, 3)])
def test_a_cluster_keeps_its_number_from_three_tenths_of_overlap_on(shared: int, number: int) -> None:
    # So many of the hundred in cluster 1 stay together; the others join the two hundred of cluster 2.
    found = _follow([1] * 100 + [2] * 200, [0] * shared + [1] * (300 - shared))
    assert found.numbers == [number, 2]


def test_a_number_that_is_gone_is_never_given_again() -> None:
    found = _follow([1] * 10 + [2] * 50, [0] * 10 + [1] * 26 + [2] * 24, last_number=9)
    assert found.numbers == [1, 2, 10]
    assert found.last_number == 10


def test_too_little_in_common_is_a_new_cluster_even_if_nothing_overlaps_more() -> None:
    before = [1] * 20 + [2] * 20 + [3] * 20 + [4] * 20 + [5] * 20
    found = _follow(before, [0, 1, 2, 3, 4] * 20)
    assert found.kept == []
    assert found.numbers == [6, 7, 8, 9, 10]
    assert found.gone == [1, 2, 3, 4, 5]


def test_a_refit_of_the_same_customers_is_the_same_model(
    features: pl.DataFrame, model: SegmentationModel
) -> None:
    again = quick_model(features, previous=model)
    assert again.version == model.version
    assert again.card["lineage"]["previous"] == model.version
    assert all(row["jaccard"] == 1 for row in again.card["lineage"]["kept"])


def test_a_refit_with_another_seed_calls_the_same_customers_by_the_same_number(
    features: pl.DataFrame, model: SegmentationModel
) -> None:
    other = quick_model(features, seed=7, previous=model)
    lineage = other.card["lineage"]
    both = model.assign(features)["cluster"], other.assign(features)["cluster"]
    for row in lineage["kept"]:
        members = [(cluster == row["cluster"]).to_numpy() for cluster in both]
        assert (members[0] & members[1]).sum() / (members[0] | members[1]).sum() > 0.25
    assert sorted(set(other.assign(features)["cluster"])) == sorted(lineage["numbers"])
    assert other.card["last_number"] >= max(lineage["numbers"])


def test_an_assignment_speaks_in_the_numbers_that_were_kept(
    features: pl.DataFrame, model: SegmentationModel
) -> None:
    order = [row["cluster"] for row in model.card["clusters"]][::-1]
    clusters = [row | {"cluster": number} for row, number in zip(model.card["clusters"], order, strict=True)]
    card = model.card | {"clusters": clusters}
    renamed = SegmentationModel(model._voter, card | {"version": content_hash(model._voter.arrays(), card)})
    highest = max(order) + 1
    assert (renamed.assign(features)["cluster"] == highest - model.assign(features)["cluster"]).all()
    again = quick_model(features, previous=renamed)
    assert again.assign(features).equals(renamed.assign(features))


def test_the_registry_keeps_the_champion_until_a_refit_is_asked_for(features: pl.DataFrame, tmp_path) -> None:
    registry = ModelRegistry(tmp_path)
    settings = Settings(recipe="stable")
    first, fitted = registry.champion_or_fit(features, settings)
    assert fitted
    moved = features.with_columns(pl.col("revenue") * 1.5)
    (tmp_path / ".fitted-0123456789ab").mkdir()  # as a killed fit leaves it
    kept, fitted = ModelRegistry(tmp_path).champion_or_fit(moved, settings)
    assert (kept.version, fitted) == (first.version, False)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [".checksums", first.version, "latest.json"]
    )
    second, fitted = registry.champion_or_fit(moved, settings, refit=True)
    assert fitted
    assert second.version != first.version
    assert second.card["lineage"]["previous"] == first.version
    assert registry.champion_version() == second.version
    assert registry.versions() == sorted([first.version, second.version])


def test_a_champion_for_another_feature_contract_is_replaced_without_being_asked(
    features: pl.DataFrame, tmp_path, monkeypatch
) -> None:
    registry = ModelRegistry(tmp_path)
    settings = Settings(recipe="stable")
    with monkeypatch.context() as patched:
        patched.setattr("insiders_assets.segmentation.model.contract_digest", lambda _: "an older contract")
        registry.champion_or_fit(features, settings)
    model, fitted = ModelRegistry(tmp_path).champion_or_fit(features, settings)
    assert fitted
    assert model.card["lineage"] is None


def test_a_damaged_champion_stops_a_refresh_but_not_a_refit(features: pl.DataFrame, tmp_path) -> None:
    settings = Settings(recipe="stable")
    model, _ = ModelRegistry(tmp_path).champion_or_fit(features, settings)
    (tmp_path / model.version / "arrays.npz").write_bytes(b"damaged")
    with pytest.raises(ModelError, match="insiders refit"):
        ModelRegistry(tmp_path).champion_or_fit(features, settings)
    assert ModelRegistry(tmp_path).champion_or_fit(shoppers(300), settings, refit=True)[1]
