"""The clusterer study and the recipe trials: known groups are found, measured and compared."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from insiders_assets.contracts.research import CLUSTERER_STUDY, RECIPE_TRIALS
from insiders_assets.research import trials
from insiders_assets.research.clusterers import clusterer_study, measured, silhouette_values, stability
from insiders_assets.research.neighbourhood import euclidean
from insiders_assets.research.trials import recipe_trials
from insiders_assets_tests.segmentation.shoppers import shoppers

BLOBS = np.vstack(
    [np.random.default_rng(0).normal(centre, 0.1, (40, 2)) for centre in ((0, 0), (5, 0), (0, 5))]
)
TRUE = np.repeat([0, 1, 2], 40)


def test_figures_of_known_groups_are_those_of_their_definitions() -> None:
    found = measured(BLOBS, euclidean(BLOBS), TRUE)
    assert (found["clusters"], found["noise"], found["misplaced"]) == (3, 0, 0)
    assert found["smallest"] == pytest.approx(1 / 3)
    assert found["silhouette"] > 0.9
    assert found["davies_bouldin"] < 0.1
    groups = np.split(BLOBS, 3)
    squares = sum(((group - group.mean(axis=0)) ** 2).sum() for group in groups)
    assert found["within_squares"] == pytest.approx(squares)


def test_customers_in_no_group_are_counted_and_left_out() -> None:
    labels = np.where(np.arange(120) % 4 == 0, -1, TRUE)
    found = measured(BLOBS, euclidean(BLOBS), labels)
    assert found["noise"] == 0.25
    assert found["silhouette"] > 0.9
    assert np.isnan(silhouette_values(euclidean(BLOBS), labels)).sum() == 30


def test_nobody_in_any_group_has_no_silhouette() -> None:
    found = measured(BLOBS, euclidean(BLOBS), np.full(120, -1))
    assert (found["clusters"], found["noise"], found["silhouette"]) == (0, 1, None)


def test_a_grouping_by_place_is_stable_and_one_by_chance_is_not() -> None:
    def by_place(points: np.ndarray) -> np.ndarray:
        return (points[:, 0] > 2.5).astype(int) + 2 * (points[:, 1] > 2.5)

    draw = np.random.default_rng(1)
    assert stability(BLOBS, by_place, by_place(BLOBS), 1) == 1
    assert abs(stability(BLOBS, lambda points: draw.integers(0, 3, len(points)), TRUE, 1)) < 0.1


def test_every_way_of_grouping_is_measured_in_both_spaces(people: pl.DataFrame, champion) -> None:
    study = clusterer_study(champion, people, ks=(2, 4))
    table = CLUSTERER_STUDY.validate(study.table)
    assert table["space"].n_unique() == 2
    assert set(table["clusterer"]) == {"kmeans", "gmm", "ward", "dbscan", "hdbscan"}
    assert set(study.figures) == {"over_k_1", "over_k_2", "silhouettes"}
    two = table.filter(pl.col("setting") == "k=2", pl.col("clusterer") == "kmeans")["within_squares"]
    four = table.filter(pl.col("setting") == "k=4", pl.col("clusterer") == "kmeans")["within_squares"]
    assert (four < two).all()


def test_recipes_are_tried_on_the_same_customers_of_every_shop_and_the_best_is_named(
    people: pl.DataFrame,
) -> None:
    tried = (("kinds", {"trees": 30}, (2, 5)), ("octants", {}, (8,)))
    others = {"corner": shoppers(200, seed=8)}
    study = recipe_trials(people, others=others, trials=tried, times=3)
    table = RECIPE_TRIALS.validate(study.table)
    names = ["kinds, trees=30, k=2", "kinds, trees=30, k=5", "octants, k=8"]
    assert table.select("shop", "recipe").rows() == [
        (shop, name) for shop in ("home", "corner") for name in names
    ]
    over = table.group_by("recipe").agg(pl.col("least").min())
    kept = (over["least"] >= trials.VALID).sum()
    assert study.findings[0].startswith(f"{kept} of 3 recipes")
    assert "in every shop" in study.findings[0]
    assert (table["valid"] <= table["clusters"]).all()
    alone = recipe_trials(others["corner"], trials=tried, times=3).table
    assert alone.drop("shop").equals(table.filter(shop="corner").drop("shop"))
