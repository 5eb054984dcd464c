"""The stability study: what it repeats is what a fit does, and what moves is told apart from what stays."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from insiders_assets import progress
from insiders_assets.contracts.research import BADGES, STABILITY_STUDY, badge
from insiders_assets.report.sections import clusters as report
from insiders_assets.research.stability import (
    Repeats,
    among,
    beside,
    bootstraps,
    cluster_stability,
    stability_study,
)
from insiders_assets.segmentation import SegmentationModel, agreement, recipe
from insiders_assets.segmentation.fitting import fit, group
from insiders_assets.segmentation.training_set import fitted_population
from insiders_assets_tests.segmentation.shoppers import QUICK, quick_model, shoppers

FEW = Repeats(seeds=2, orders=2, subsamples=2, bootstraps=3)


@pytest.mark.parametrize("name", ["kinds", "octants", "leaf", "stable"])
def test_the_clusters_alone_are_those_of_a_whole_fit(name: str, features: pl.DataFrame) -> None:
    chosen = recipe(name, **QUICK)
    people = fitted_population(features, chosen)
    assert group(people, chosen, 3).tolist() == fit(people, chosen, 3).clusters.tolist()


@pytest.fixture(scope="module")
def study(features: pl.DataFrame, model: SegmentationModel):
    return stability_study(model, features, FEW)


def test_the_study_keeps_its_contract_and_measures_every_cluster(study, model: SegmentationModel) -> None:
    table = STABILITY_STUDY.validate(study.table)
    clusters = table.filter(pl.col("measure") == "cluster_jaccard")
    assert clusters["cluster"].to_list() == [row["cluster"] for row in model.card["clusters"]]
    assert set(clusters["change"]) == {"bootstrap"}
    assert table.filter(pl.col("cluster").is_null()).height == 8
    assert all(badge(row["mean"]) == row["badge"] for row in clusters.to_dicts())
    assert cluster_stability(table, model.version) == dict(clusters.select("cluster", "mean").iter_rows())


def test_the_order_of_rows_changes_nothing_but_customers_do(study) -> None:
    mean = {(row["change"], row["measure"]): row["mean"] for row in study.table.to_dicts()}
    assert mean["row_order", "adjusted_rand"] == 1
    assert mean["bootstrap", "adjusted_rand"] < 1


def test_a_study_of_another_model_says_nothing_of_this_one(study) -> None:
    assert cluster_stability(study.table, "another") == {}


def test_every_picture_is_a_png_and_every_cluster_has_a_finding(study, model: SegmentationModel) -> None:
    assert {name: picture[:8] for name, picture in study.figures.items()} == {
        "clusters": b"\x89PNG\r\n\x1a\n",
        "fits": b"\x89PNG\r\n\x1a\n",
    }
    assert sum(finding.startswith("Cluster ") for finding in study.findings) == model.card["k"]
    assert study.markdown().count("](data:image/png;base64,") == 2


def test_the_same_study_gives_the_same_figures(features: pl.DataFrame) -> None:
    model = quick_model(features, recipe="ranks", k=3)
    first, second = (stability_study(model, features, FEW) for _ in range(2))
    assert first.table.equals(second.table)
    assert first.figures == second.figures


def test_groups_that_lie_apart_are_highly_stable_and_parts_of_one_cloud_are_not() -> None:
    draw = np.random.default_rng(1)
    cloud = shoppers(400, anonymous=0.0).with_columns(
        pl.Series(name, draw.lognormal(0, 1, 400)).cast(kind)
        for name, kind in (("revenue", pl.Float64), ("basket_size", pl.Float64))
    )
    cloud = cloud.with_columns(recency=pl.lit(5, pl.Int64), purchase_lines=pl.lit(5, pl.Int64))
    apart = cloud.with_columns(basket_size=pl.when(pl.int_range(pl.len()) < 200).then(1e6).otherwise(1.0))
    stable, torn = (
        beside(
            group(people, chosen, 1) + 1, bootstraps(people, chosen, 3, 1, 1), people["revenue"].to_numpy()
        ).recovery
        for people, chosen in (
            (apart, recipe("stable", k=2, inputs=("basket_size",))),
            (cloud, recipe("stable", k=5, inputs=("basket_size", "revenue"))),
        )
    )
    assert stable == {1: [1.0] * 3, 2: [1.0] * 3}
    assert min(np.mean(each) for each in torn.values()) < 0.85


def test_other_shops_are_studied_beside_the_own_and_say_nothing_of_its_clusters(
    features: pl.DataFrame,
) -> None:
    few = Repeats(2, 2, 2, 2)
    model = quick_model(features, recipe="octants")
    alone = stability_study(model, features, few).table
    study = stability_study(model, features, few, others={"corner": shoppers(150, seed=4)})
    assert STABILITY_STUDY.validate(study.table).filter(shop="home").equals(alone)
    assert study.table.filter(shop="corner").height > 0
    assert any(finding.startswith("Shop corner: Cluster ") for finding in study.findings)
    assert {"clusters", "fits", "clusters_corner", "fits_corner"} == set(study.figures)
    assert cluster_stability(study.table, model.version) == cluster_stability(alone, model.version)
    assert cluster_stability(alone.drop("shop"), model.version) == cluster_stability(alone, model.version)


def test_the_insider_set_follows_money_or_whole_clusters_as_the_policy_does(features: pl.DataFrame) -> None:
    model, few = quick_model(features, recipe="octants"), Repeats(2, 2, 2, 2)
    by_money, by_cluster = (
        stability_study(model, features, few, by_cluster=each).table.filter(
            measure="insider_jaccard", change="seed"
        )
        for each in (False, True)
    )
    assert by_money["mean"].item() == by_cluster["mean"].item() == 1, "no seed changes money, nor medians"
    revenue = np.array([60.0, 30, 25, 1, 1])
    assert agreement.worthiest(revenue, 0.5).tolist() == [True, False, False, False, False]
    assert agreement.worthiest(revenue, 0.7).tolist() == [True, True, False, False, False]


def test_progress_counts_every_fit(features: pl.DataFrame) -> None:
    model = quick_model(features, recipe="octants")
    heard: list[tuple[int, int]] = []
    with progress.listening(
        lambda label, done, total: heard.append((done, total)) if "study" in label else None
    ):
        stability_study(model, features, Repeats(2, 2, 2, 2))
    assert heard == [(done, 8) for done in range(9)]


def test_fits_are_compared_on_the_customers_they_share() -> None:
    revenue = np.array([100.0, 90, 1, 1, 1, 1])
    one = (np.array([0, 1, 2, 3]), np.array([5, 5, 6, 6], np.int32))
    other = (np.array([0, 2, 3, 5]), np.array([1, 2, 2, 1], np.int32))
    found = among([one, other], revenue)
    assert found.rand == [1.0]  # on customers 0, 2 and 3
    assert found.jaccard == [1.0]


def test_a_published_cluster_is_compared_on_the_customers_that_were_drawn() -> None:
    clusters = np.array([1, 1, 1, 1, 2, 2], np.int32)
    drawn = (np.array([0, 1, 2, 4]), np.array([0, 0, 1, 1], np.int32))
    found = beside(clusters, [drawn], np.ones(6))
    assert found.recovery == {1: [pytest.approx(2 / 3)], 2: [0.5]}


def test_the_report_draws_its_borders_where_the_study_does() -> None:
    assert [least for least, *_ in report.BADGES] == [least for least, _ in BADGES]
    assert [badge(value) for value in (0.9, 0.85, 0.8, 0.6, 0.59, 0.0)] == [
        "highly stable", "highly stable", "valid", "pattern", "do not trust", "do not trust",
    ]  # fmt: skip
