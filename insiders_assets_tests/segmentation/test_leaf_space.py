"""Distances between leaves, and votes, against the plain definition of each."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from insiders_assets.segmentation import SegmentationModel
from insiders_assets.segmentation.forest_knn import fingerprints
from insiders_assets.segmentation.neighbours import nearest
from insiders_assets.segmentation.quality import hamming
from insiders_assets.segmentation.training_set import fitted_population, matrix


@pytest.fixture(scope="module")
def leaves() -> np.ndarray:
    draw = np.random.default_rng(2)
    return (draw.integers(0, 6, (300, 25)) + 6 * np.arange(25)).astype(np.int32)


def _plain_distance(leaves: np.ndarray) -> np.ndarray:
    return (leaves[:, None, :] != leaves[None, :, :]).mean(axis=2)


def test_neighbours_are_the_nearest_by_hamming_distance_and_oneself_comes_first(leaves: np.ndarray) -> None:
    order, distance = nearest(leaves, 12)
    plain = _plain_distance(leaves)
    assert (order[:, 0] == np.arange(len(leaves))).all()
    assert np.allclose(distance, np.take_along_axis(plain, order, 1))
    assert np.allclose(distance[:, -1], np.sort(plain, axis=1)[:, 11])


def test_neighbours_as_near_as_each_other_come_in_row_order(leaves: np.ndarray) -> None:
    order, distance = nearest(leaves, 12)
    tied = np.diff(distance[:, 1:], axis=1) == 0
    assert tied.any()
    assert (np.diff(order[:, 1:], axis=1)[tied] > 0).all()


def test_customers_with_equal_leaves_still_have_themselves_as_nearest(leaves: np.ndarray) -> None:
    twins = np.vstack([leaves[:20], leaves[:20]])
    assert (nearest(twins, 3)[0][:, 0] == np.arange(40)).all()


def test_hamming_distances_are_the_share_of_trees_that_differ(leaves: np.ndarray) -> None:
    assert np.allclose(hamming(leaves), _plain_distance(leaves), atol=1e-6)


def test_fingerprints_are_equal_exactly_for_equal_leaves(leaves: np.ndarray) -> None:
    twins = np.vstack([leaves, leaves[::-1]])
    prints = fingerprints(twins)
    assert (prints[:300] == prints[:299:-1]).all()
    assert len(set(prints.tolist())) == len(np.unique(leaves, axis=0))


def test_fingerprints_see_the_order_of_trees(leaves: np.ndarray) -> None:
    moved = leaves.copy()
    moved[:, 0] += 1
    assert not (fingerprints(leaves) == fingerprints(moved)).any()


def test_the_vote_is_that_of_every_fitted_customer_weighed_by_shared_leaves(
    features: pl.DataFrame, leaf_model: SegmentationModel
) -> None:
    model = leaf_model
    people = fitted_population(features, model.recipe)
    strangers = features.filter(~pl.col("is_identified"))
    voter = model._voter
    fitted = voter.forest.leaves(matrix(people, model.recipe.inputs))
    new = voter.forest.leaves(matrix(strangers, model.recipe.inputs))
    shared = (new[:, None, :] == fitted[None, :, :]).sum(axis=2)
    alike = shared.max(axis=1) == len(voter.forest.roots)  # lie exactly where a fitted customer is
    strangers, shared = strangers.filter(~alike), shared[~alike]
    assert strangers.height > 40
    own = model.assign(people)
    votes = np.column_stack(
        [shared[:, own["cluster"] == c].sum(axis=1) for c in range(1, model.card["k"] + 1)]
    )
    at = np.column_stack([own["embedding_x"], own["embedding_y"]])
    said = model.assign(strangers)
    assert (said["cluster"].to_numpy() == votes.argmax(axis=1) + 1).all()
    assert np.allclose(said["confidence"], votes.max(axis=1) / votes.sum(axis=1))
    expected = shared @ at / shared.sum(axis=1, keepdims=True)
    assert np.allclose(np.column_stack([said["embedding_x"], said["embedding_y"]]), expected, atol=1e-4)
