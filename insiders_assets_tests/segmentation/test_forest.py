"""The forest as arrays answers what scikit-learn's own trees answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor

from insiders_assets.segmentation.forest import Forest, as_arrays, fit_forest


@pytest.fixture(scope="module")
def inputs() -> np.ndarray:
    draw = np.random.default_rng(1)
    values = np.column_stack([draw.exponential(30, 800), draw.integers(0, 40, 800), draw.normal(size=800)])
    return values.astype(np.float32)


@pytest.fixture(scope="module")
def sklearn_forest(inputs: np.ndarray) -> RandomForestRegressor:
    target = np.log1p(inputs[:, 0] * inputs[:, 1])
    return RandomForestRegressor(40, min_samples_leaf=3, random_state=5).fit(inputs, target)


@pytest.fixture(scope="module")
def forest(sklearn_forest: RandomForestRegressor) -> Forest:
    return as_arrays([tree.tree_ for tree in sklearn_forest.estimators_])


def test_every_customer_reaches_the_leaf_scikit_learn_sends_it_to(
    inputs: np.ndarray, sklearn_forest: RandomForestRegressor, forest: Forest
) -> None:
    ours, theirs = forest.leaves(inputs), sklearn_forest.apply(inputs)
    for tree in range(ours.shape[1]):
        pairs = set(zip(ours[:, tree].tolist(), theirs[:, tree].tolist(), strict=True))
        assert len(pairs) == len(set(ours[:, tree])) == len(set(theirs[:, tree]))


def test_values_exactly_at_and_next_to_every_threshold_go_the_same_way(
    sklearn_forest: RandomForestRegressor, forest: Forest
) -> None:
    inner = forest.left >= 0
    near = np.unique(forest.threshold[inner].astype(np.float32))
    values = np.concatenate([near, np.nextafter(near, np.float32(-9e9)), np.nextafter(near, np.float32(9e9))])
    rows = np.column_stack([values, values[::-1], np.roll(values, 7)])
    seen: dict[tuple[int, int], int] = {}
    for tree, (ours, theirs) in enumerate(
        zip(forest.leaves(rows).T, sklearn_forest.apply(rows).T, strict=True)
    ):
        for our, their in zip(ours.tolist(), theirs.tolist(), strict=True):
            assert seen.setdefault((tree, their), our) == our


def test_no_two_trees_share_a_leaf_number(inputs: np.ndarray, forest: Forest) -> None:
    leaves = forest.leaves(inputs)
    owners = [set(column.tolist()) for column in leaves.T]
    assert sum(map(len, owners)) == len(set().union(*owners)) <= forest.n_leaves


def test_more_processors_and_a_second_fit_give_the_same_trees(inputs: np.ndarray) -> None:
    target = inputs[:, 0].astype(np.float64)
    first, second = (fit_forest(inputs, target, trees=10, min_samples_leaf=5, seed=3) for _ in range(2))
    assert all(
        np.array_equal(one, other)
        for one, other in zip(first.arrays().values(), second.arrays().values(), strict=True)
    )


@pytest.mark.parametrize("part", ["left", "right"])
@pytest.mark.parametrize("target", ["itself", "before", "past the end", "another tree"])
def test_a_tree_that_would_loop_or_leave_its_arrays_is_not_sound(
    forest: Forest, part: str, target: str
) -> None:
    node = int(np.flatnonzero(forest.left >= 0)[5])
    bad = {
        "itself": node,
        "before": 0,
        "past the end": len(forest.left),
        "another tree": int(forest.roots[-1]),
    }
    broken = getattr(forest, part).copy()
    broken[node] = bad[target]
    assert forest.is_sound(3)
    assert not replace(forest, **{part: broken}).is_sound(3)


def test_a_tree_that_asks_about_an_input_that_is_not_there_is_not_sound(forest: Forest) -> None:
    assert not forest.is_sound(2)
