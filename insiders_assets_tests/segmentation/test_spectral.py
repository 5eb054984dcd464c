"""The diffusion map of the forest, against its plain definition; and how much of a forest a customer sees."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from insiders_assets.errors import UsageError
from insiders_assets.segmentation.recipe_choices import LEAST_SAMPLED, MOST_SAMPLED
from insiders_assets.segmentation.recipes import Recipe, recipe, recipe_from
from insiders_assets.segmentation.spectral import diffusion_map
from insiders_assets.settings import Settings
from insiders_assets_tests.segmentation.shoppers import quick_model, shoppers


@pytest.fixture(scope="module")
def leaves() -> np.ndarray:
    """Three groups of customers who mostly share leaves within the group, in 40 trees of three leaves."""
    draw = np.random.default_rng(4)
    group = np.repeat(np.arange(3), (60, 50, 40))
    strayed = draw.random((len(group), 40)) < 0.3
    return (np.where(strayed, draw.integers(0, 3, strayed.shape), group[:, None]) + 3 * np.arange(40)).astype(
        np.int32
    )


def test_coordinates_are_the_slowest_eigenvectors_of_the_walk_over_shared_leaves(leaves: np.ndarray) -> None:
    proximity = (leaves[:, None] == leaves[None]).sum(axis=2).astype(float)
    walk = proximity / proximity.sum(axis=1, keepdims=True)
    values, vectors = np.linalg.eig(walk)
    order = np.argsort(-values.real)[1:4]
    found = diffusion_map(leaves, 3)
    for place, (value, vector) in enumerate(zip(values.real[order], vectors.real[:, order].T, strict=True)):
        assert np.allclose(walk @ found[:, place], value * found[:, place], atol=1e-6)
        assert abs(np.corrcoef(found[:, place], vector)[0, 1]) > 1 - 1e-6
    assert (found.max(axis=0) >= -found.min(axis=0)).all()


def test_groups_lie_apart(leaves: np.ndarray) -> None:
    found = diffusion_map(leaves, 2)
    groups = np.split(found, [60, 110])
    centres = np.array([group.mean(axis=0) for group in groups])
    spread = max(
        np.linalg.norm(group - centre, axis=1).max() for group, centre in zip(groups, centres, strict=True)
    )
    gaps = [np.linalg.norm(centres[one] - centres[other]) for one, other in ((0, 1), (0, 2), (1, 2))]
    assert min(gaps) > 2 * spread


def test_trees_are_grown_on_a_share_of_customers_that_grows_no_further() -> None:
    chosen = Recipe("leaf", sampled=0.3)
    assert [chosen.customers_per_tree(count) for count in (200, 600, 2_000, 4_000, 90_000)] == [
        200, LEAST_SAMPLED, 600, 1_200, MOST_SAMPLED,
    ]  # fmt: skip
    assert Recipe("leaf", sampled=1).customers_per_tree(90_000) == 90_000


def test_smaller_samples_make_coarser_trees(features: pl.DataFrame) -> None:
    coarse, fine = (quick_model(features, recipe="leaf", sampled=share) for share in (0.3, 1))
    assert coarse._voter.forest.n_leaves < 0.8 * fine._voter.forest.n_leaves


def test_customers_who_are_all_alike_are_one_cluster() -> None:
    same = shoppers(40, anonymous=0.0)
    alike = same.with_columns(pl.col(name).first() for name in same.columns if name != "customer_id")
    model = quick_model(alike)
    assert model.card["k"] == 1
    assert model.assign(alike)["embedding_x"].is_finite().all()


def test_every_choice_is_a_setting() -> None:
    chosen = recipe_from(
        Settings(
            recipe="stable",
            recipe_k=4,
            recipe_inputs=("revenue", "recency"),
            recipe_space="quantile",
            recipe_population="all",
        )
    )
    assert (chosen.name, chosen.k, chosen.inputs) == ("stable", 4, ("revenue", "recency"))
    assert (chosen.space, chosen.population, chosen.clusterer) == ("quantile", "all", "kmeans")
    assert recipe_from(Settings()) == recipe("kinds")


def test_settings_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(UsageError, match="names and cannot be clustered"):
        recipe_from(Settings(recipe="leaf", recipe_dimensions=0, recipe_clustered_in="embedding"))
