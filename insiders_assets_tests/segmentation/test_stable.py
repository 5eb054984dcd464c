"""The recipe ``stable``, and other choices than the default's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

from insiders_assets.contracts.customers import ASSIGNMENTS
from insiders_assets.errors import ModelError
from insiders_assets.segmentation import SegmentationModel
from insiders_assets.segmentation.centre_vote import BATCH
from insiders_assets.segmentation.scaling import Scaling
from insiders_assets.segmentation.training_set import matrix
from insiders_assets_tests.segmentation.shoppers import quick_model


@pytest.fixture(scope="module")
def stable(features: pl.DataFrame) -> SegmentationModel:
    return SegmentationModel.fit(features, recipe="stable")


def test_it_assigns_by_contract_and_survives_being_saved(
    features: pl.DataFrame, stable: SegmentationModel, tmp_path
) -> None:
    table = stable.assign(features)
    assert ASSIGNMENTS.failures(table).is_empty()
    loaded = SegmentationModel.load(tmp_path / stable.save(tmp_path))
    assert loaded.assign(features).equals(table)


def test_fitted_customers_are_in_the_cluster_they_were_fitted_in(
    features: pl.DataFrame, stable: SegmentationModel
) -> None:
    sizes = {row["cluster"]: row["customers"] for row in stable.card["clusters"]}
    assigned = stable.assign(features.filter("is_identified"))
    assert dict(assigned["cluster"].value_counts().iter_rows()) == sizes


def test_seeds_agree_on_six_kinds_of_customers(features: pl.DataFrame) -> None:
    kind, jitter = pl.int_range(pl.len()) % 6, pl.int_range(pl.len()) % 11
    lines = 10 ** (1 + kind % 3) + jitter
    kinds = features.with_columns(
        revenue=12.5 * lines,
        purchase_lines=lines,
        basket_size=5.0 * lines,
        returned=lines // 9,
        recency=pl.when(kind < 3).then(jitter).otherwise(300 + jitter),
    )
    first, *others = (
        SegmentationModel.fit(kinds, recipe="stable", seed=seed).assign(kinds)["cluster"] for seed in range(4)
    )
    assert adjusted_rand_score(first, kinds.select(kind).to_series()) > 0.99
    assert min(adjusted_rand_score(first, other) for other in others) > 0.99


def test_row_order_and_batches_leave_no_trace(features: pl.DataFrame, stable: SegmentationModel) -> None:
    shuffled = features.sample(fraction=1, shuffle=True, seed=3)
    assert SegmentationModel.fit(shuffled, recipe="stable").version == stable.version
    copies = BATCH // features.height + 2
    many = stable.assign(pl.concat([features] * copies))
    assert many.equals(pl.concat([stable.assign(features)] * copies))


def test_confidence_is_low_between_clusters_and_high_inside(
    features: pl.DataFrame, stable: SegmentationModel
) -> None:
    voter = stable._voter
    assigned = stable.assign(features)
    points = voter.space(
        np.column_stack([features[name] for name in stable.recipe.inputs]).astype(np.float32)
    )
    gaps = np.sort(((points[:, None] - voter.centres[None]) ** 2).sum(axis=2) ** 0.5, axis=1)
    margin = 1 - gaps[:, 0] / gaps[:, 1]
    confidence = assigned["confidence"].to_numpy()
    assert (
        confidence[margin > np.quantile(margin, 0.5)].mean()
        > confidence[margin < np.quantile(margin, 0.1)].mean() + 0.1
    )
    assert stable.card["silhouette"]["leaves"] is None


@pytest.mark.parametrize("moved", [0.0, 0.05, 0.6])
def test_confidence_is_the_share_of_all_resampled_fits_that_agree(
    features: pl.DataFrame, stable: SegmentationModel, moved: float
) -> None:
    voter = stable._voter
    shifts = np.random.default_rng(2).normal(0, moved, voter.resampled.shape)
    voter = replace(voter, resampled=voter.centres + shifts)
    inputs = matrix(features, stable.recipe.inputs)
    clusters, _, confidence = voter.assign(inputs)
    points = voter.space(inputs)
    every = [
        ((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1) == clusters
        for centres in voter.resampled
    ]
    assert confidence.tolist() == np.mean(every, axis=0).tolist()
    assert (confidence.min() < 1) == (moved > 0)


def test_arrays_of_another_kind_of_model_are_refused(
    stable: SegmentationModel, model: SegmentationModel, tmp_path
) -> None:
    folders = [tmp_path / one.save(tmp_path) for one in (stable, model)]
    swapped = [folder / "arrays.npz" for folder in folders]
    first, second = (path.read_bytes() for path in swapped)
    swapped[0].write_bytes(second)
    swapped[1].write_bytes(first)
    for folder in folders:
        with pytest.raises(ModelError, match="is damaged"):
            SegmentationModel.load(folder)


@pytest.mark.parametrize(
    "choices",
    [
        {"space": "quantile", "clusterer": "ward"},
        {"space": "min_max"},
        {"space": "log", "clusterer": "gmm"},
        {"clusterer": "gmm"},
        pytest.param(
            {"dimensions": 0, "reducer": "umap", "clustered_in": "embedding", "epochs": 11, "neighbours": 20},
            marks=pytest.mark.full,  # loading and compiling UMAP takes longer than all others together
        ),
        {"dimensions": 3},
        {"inputs": ("recency", "total_purchases"), "target": "total_products"},
        {"recipe": "kinds", "targets": ("total_purchases", "revenue")},
        {"recipe": "kinds", "clusterer": "medians"},
    ],
)
def test_every_choice_gives_a_model_that_keeps_its_fitted_customers(
    features: pl.DataFrame, choices: dict[str, Any], tmp_path
) -> None:
    model = quick_model(features, **({"recipe": "leaf"} | choices))
    assigned = model.assign(features.filter("is_identified"))
    sizes = {row["cluster"]: row["customers"] for row in model.card["clusters"]}
    moved = sum(
        abs(sizes[cluster] - count) for cluster, count in assigned["cluster"].value_counts().iter_rows()
    )
    assert moved == 0
    assert (
        SegmentationModel.load(tmp_path / model.save(tmp_path))
        .assign(features)
        .equals(model.assign(features))
    )


@pytest.mark.parametrize("kind", ["log", "min_max", "quantile"])
def test_scalings_make_features_comparable(features: pl.DataFrame, kind: str) -> None:
    inputs = features.select("revenue", "recency", "returned").to_numpy().astype(np.float32)
    scaled = Scaling.fitted(inputs, kind)(inputs)
    if kind == "log":
        assert np.allclose(scaled.mean(axis=0), 0, atol=1e-9)
        assert np.allclose(scaled.std(axis=0), 1)
    else:
        assert np.allclose(scaled.max(axis=0), 1)
        assert scaled.min() >= 0
    assert (np.argsort(inputs[:, 0], kind="stable") == np.argsort(scaled[:, 0], kind="stable")).all()


def test_a_constant_feature_does_no_harm(features: pl.DataFrame) -> None:
    model = SegmentationModel.fit(features.with_columns(returned=pl.lit(0, pl.Int64)), recipe="stable")
    assert model.card["k"] == 6
