"""Measures of agreement: known values, and the programme's own rule."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest

from insiders_assets.programme.cluster_policies import coverage
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.segmentation import agreement


def test_numbers_do_not_matter_to_the_rand_index_but_members_do() -> None:
    one = np.array([0, 0, 1, 1, 2, 2])
    assert agreement.adjusted_rand(one, np.array([7, 7, 3, 3, 5, 5])) == 1
    assert agreement.adjusted_rand(one, np.array([0, 0, 1, 2, 1, 2])) == pytest.approx(
        _by_pairs(one, [0, 0, 1, 2, 1, 2])
    )


def _by_pairs(one: np.ndarray, other: np.ndarray) -> float:
    """The index by its definition: pairs that agree, less those expected by chance, of those possible."""
    pairs = list(combinations(range(len(one)), 2))
    same = [[labels[i] == labels[j] for i, j in pairs] for labels in (one, other)]
    together = sum(a and b for a, b in zip(*same, strict=True))
    expected = sum(same[0]) * sum(same[1]) / len(pairs)
    return (together - expected) / ((sum(same[0]) + sum(same[1])) / 2 - expected)


def test_the_jaccard_index_is_what_both_hold_of_what_either_holds() -> None:
    one, other = np.array([1, 1, 1, 0, 0], bool), np.array([0, 1, 1, 1, 0], bool)
    assert agreement.jaccard(one, other) == 0.5
    assert agreement.jaccard(one & False, other & False) == 1
    assert agreement.pairwise_jaccard([one, one, other]) == [1, 0.5, 0.5]


def test_the_insider_set_is_that_of_the_programmes_policy() -> None:
    draw = np.random.default_rng(3)
    for _ in range(20):
        clusters = draw.integers(1, 8, 200)
        revenue = draw.lognormal(clusters / 3, 1).round(2)
        customers = pl.DataFrame(
            {
                "customer_id": [str(row) for row in range(200)],
                "cluster": clusters,
                "revenue": revenue,
                "value": revenue,
                "is_identified": [True] * 200,
                "tier_before": pl.Series([None] * 200, dtype=pl.String),
                "cluster_before": pl.Series([None] * 200, dtype=pl.Int32),
            }
        )
        by_policy = coverage(customers, ProgrammeRules()).tiers["policy_tier"] == "insider"
        assert agreement.insider_set(clusters, revenue).tolist() == by_policy.to_list()


@pytest.mark.parametrize(
    ("coverage", "inside"),
    [(0.5, [True, False, False, False]), (0.51, [True, True, True, False]), (1.0, [True] * 4)],
)
def test_the_worthiest_are_the_fewest_who_cover_a_share_and_all_worth_as_much(
    coverage: float, inside: list[bool]
) -> None:
    assert agreement.worthiest(np.array([50.0, 20.0, 20.0, 10.0]), coverage).tolist() == inside


def test_a_cluster_that_is_kept_whole_is_recovered_and_one_that_is_cut_in_half_is_half() -> None:
    clusters = np.repeat([4, 9, 2], 10)
    other = np.repeat([0, 1, 2, 3], [10, 10, 5, 5])
    assert agreement.cluster_recovery(clusters, other) == {4: 1.0, 9: 1.0, 2: 0.5}


def test_a_cluster_merged_with_a_larger_one_is_recovered_by_its_share() -> None:
    clusters = np.repeat([1, 2], [10, 30])
    assert agreement.cluster_recovery(clusters, np.zeros(40, int)) == {1: 0.25, 2: 0.75}


def test_every_two_fits_are_compared_once() -> None:
    fits = [np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]), np.array([0, 1, 0, 1])]
    found = agreement.pairwise_adjusted_rand(fits)
    assert len(found) == 3
    assert found[0] == 1
    assert found[1] == found[2] < 0
