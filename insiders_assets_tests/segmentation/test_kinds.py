"""Named axes: what they tell, what small shops get, and how a refit carries on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import rankdata, spearmanr

from insiders_assets.contracts.customers import ASSIGNMENTS
from insiders_assets.segmentation import SegmentationModel, agreement, recipe
from insiders_assets.segmentation.clustering import carried_on
from insiders_assets.segmentation.named_axes import standing, telling
from insiders_assets.segmentation.named_fit import named_space
from insiders_assets.segmentation.recipe_choices import TARGETS
from insiders_assets.segmentation.training_set import fitted_population, matrix
from insiders_assets_tests.segmentation.shoppers import quick_model, shoppers

AXES = ("how_often", "how_much", "how_dear")
PLACES = ("embedding_x", "embedding_y", "embedding_z")


def test_each_axis_is_the_standing_in_one_feature(features: pl.DataFrame, model: SegmentationModel) -> None:
    people = features.filter("is_identified")
    table = model.assign(people)
    assert model.axes == AXES
    for place, target in zip(PLACES, TARGETS, strict=True):
        at = table[place].to_numpy()
        assert abs(at.mean()) < 1e-9
        assert at.std() == pytest.approx(1)
        assert spearmanr(at, people[target]).statistic > 0.8


def test_a_coordinate_is_the_mean_over_trees_of_what_fitted_customers_of_the_leaf_are(
    features: pl.DataFrame, model: SegmentationModel
) -> None:
    people, space = fitted_population(features, model.recipe), model._voter.space
    inputs = matrix(people, model.recipe.inputs)
    leaves, often = space.forest.leaves(inputs), standing(people["total_purchases"].to_numpy().astype(float))
    ours = matrix(people[17:18], model.recipe.inputs)
    said = [often[leaves[:, tree] == leaf].mean() for tree, leaf in enumerate(space.forest.leaves(ours)[0])]
    expected = (np.mean(said) - space.shift[0]) * space.factor[0]
    assert model.assign(people[17:18])["embedding_x"].item() == pytest.approx(expected)


def test_the_forest_of_several_axes_is_grown_on_all_of_them() -> None:
    few = replace(recipe(), trees=4)
    people = fitted_population(shoppers(120, seed=3), few)
    both, first = (
        named_space(people, replace(few, targets=few.targets[:count]), 1).space.forest for count in (2, 1)
    )
    assert not np.array_equal(both.threshold, first.threshold)


def test_standings_are_average_ranks_without_scale() -> None:
    values = np.array([5.0, 1, 1, 9, 5, 5, 1e12])
    expected = rankdata(values) - 4
    assert standing(values) == pytest.approx(expected / expected.std())
    assert (standing(np.full(4, 7.0)) == 0).all()


def test_an_axis_that_does_not_vary_or_ranks_like_another_is_left_out(features: pl.DataFrame) -> None:
    once = features.with_columns(total_purchases=pl.lit(1, pl.Int64))
    alike = once.with_columns(avg_line_value=pl.col("avg_ticket") * 2)
    against = once.with_columns(avg_line_value=-pl.col("avg_ticket"))
    assert telling(once, TARGETS) == ("avg_ticket", "avg_line_value")
    assert telling(alike, TARGETS) == telling(against, TARGETS) == ("avg_ticket",)
    for name in ("kinds", "ranks", "octants"):
        model = quick_model(alike, recipe=name, trees=5)
        table = model.assign(alike)
        assert model.axes == ("how_much",)
        assert ASSIGNMENTS.failures(table).is_empty()
        assert (table["embedding_y"] == 0).all()
        assert table["embedding_z"].null_count() == table.height
        assert any("without the axes how_often, how_dear" in note for note in model.card["notes"])


@pytest.mark.parametrize("count", [1, 2, 3, 19, 20, 40])
@pytest.mark.parametrize("name", ["kinds", "ranks", "octants", "leaf"])
def test_a_small_shop_gets_fewer_kinds_and_is_never_refused(name: str, count: int, tmp_path) -> None:
    few = shoppers(count, anonymous=0)
    model = quick_model(few, recipe=name, trees=5)
    assert model.card["k"] <= (max(2, count // 15) if count >= 20 else 1)
    everybody = shoppers(30, seed=5)
    table = SegmentationModel.load(tmp_path / model.save(tmp_path)).assign(everybody)
    assert ASSIGNMENTS.failures(table).is_empty()
    assert table.equals(model.assign(everybody))
    assert model.borders is not None


@pytest.mark.parametrize("name", ["kinds", "ranks", "octants", "stable", "leaf"])
def test_customers_who_are_all_equal_are_one_kind(name: str, tmp_path) -> None:
    same = shoppers(60, anonymous=0)
    alike = same.with_columns(pl.col(each).first() for each in same.columns if each != "customer_id")
    model = quick_model(alike, recipe=name, trees=5)
    assert (model.card["k"], model.axes) == (1, ())
    assert SegmentationModel.load(tmp_path / model.save(tmp_path)).assign(alike)[
        "cluster"
    ].unique().to_list() == [1]
    assert model.card["silhouette"] == {"embedding": None, "features": None, "leaves": None}


def test_octants_are_rules_by_the_median(features: pl.DataFrame) -> None:
    people = features.filter("is_identified")
    model = quick_model(features, recipe="octants", k=8)
    above = [people[target] > people[target].median() for target in TARGETS]
    cells = sum(side.cast(pl.Int32) * 2**place for place, side in enumerate(above))
    both = pl.DataFrame({"cell": cells, "cluster": model.assign(people)["cluster"]})
    assert both.unique().height == both["cell"].n_unique() == both["cluster"].n_unique() == 8


def test_a_refit_starts_where_the_clusters_are_and_lets_go_of_those_that_no_longer_hold() -> None:
    draw = np.random.default_rng(3)
    angle = draw.uniform(0, 2 * np.pi, 900)  # on a ring, three clusters can begin anywhere
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    anew, before = ((angle + turn) % (2 * np.pi) // (2 * np.pi / 3) for turn in (0, 1))
    found = carried_on(ring, anew.astype(np.int32), before.astype(np.int32))
    assert agreement.adjusted_rand(found, before) > 0.8 > agreement.adjusted_rand(anew, before)
    apart = np.repeat([[0.0, 0], [0, 9], [9, 0], [9, 9]], 50, axis=0) + draw.normal(0, 0.1, (200, 2))
    true, stale = np.repeat(np.arange(4), 50).astype(np.int32), np.tile(np.arange(4), 50).astype(np.int32)
    stale[:50] = np.arange(50) % 3
    assert agreement.adjusted_rand(carried_on(apart, true, stale), true) == 1
    assert (carried_on(apart, true, true // 2) == true).all(), (
        "of another number there is nothing to start from"
    )


def test_a_refit_agrees_with_the_old_model_at_least_as_far_as_one_from_nothing(
    features: pl.DataFrame, model: SegmentationModel
) -> None:
    later = features.with_columns(pl.col("recency") + pl.int_range(pl.len()) % 30)
    own = model.assign(later)["cluster"]
    carried, anew = (
        quick_model(later, seed=11, previous=previous).assign(later)["cluster"] for previous in (model, None)
    )
    assert agreement.adjusted_rand(carried, own) >= agreement.adjusted_rand(anew, own)
