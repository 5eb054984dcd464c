"""Intervals and tests, held against scipy and against what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from insiders_assets.programme.statistics import (
    BLOCKS,
    Bootstrap,
    holm,
    mann_whitney,
    mean_interval,
    share_above,
)


@pytest.mark.parametrize("size", [7, 60, 900])
def test_mann_whitney_is_that_of_scipy(size):
    draw = np.random.default_rng(size)
    first, second = np.round(draw.lognormal(1, 1, size), 1), np.round(draw.lognormal(1.2, 1, size + 5), 1)
    theirs = stats.mannwhitneyu(first, second, method="asymptotic", use_continuity=True)
    above, p_value = mann_whitney(first, second)
    assert above == pytest.approx(theirs.statistic / (size * (size + 5)))
    assert p_value == pytest.approx(theirs.pvalue, rel=1e-9)


def test_holm_is_that_of_the_paper():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert max(holm([0.9, 0.8])) == 1.0


def test_the_bootstrap_interval_of_a_mean_is_that_of_theory():
    values = np.random.default_rng(0).lognormal(3, 0.5, 3000)
    estimate, drawn = Bootstrap(3000, 1).estimate(lambda total: total(values) / total(np.ones(3000)))
    theory = mean_interval(values)
    assert estimate.value == pytest.approx(theory.value)
    assert estimate.low == pytest.approx(theory.low, rel=0.01)
    assert estimate.high == pytest.approx(theory.high, rel=0.01)
    assert share_above(drawn, theory.value - 1e6) < 0.01
    assert share_above(drawn, theory.value + 1e6) == 1.0


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    covered = 0
    for seed in range(60):
        values = np.random.default_rng(seed).exponential(10.0, 200)
        estimate, _ = Bootstrap(200, seed).estimate(lambda total, v=values: total(v) / total(np.ones(200)))
        covered += estimate.low <= 10.0 <= estimate.high
    assert 50 <= covered <= 60


def test_many_customers_are_resampled_in_blocks_and_say_the_same():
    size = BLOCKS * 3 + 17
    values = np.random.default_rng(0).lognormal(3, 0.5, size)
    bootstrap = Bootstrap(size, 1)
    estimate, _ = bootstrap.estimate(lambda total: total(values) / total(np.ones(size)))
    theory = mean_interval(values)
    assert bootstrap.weights.shape[1] == BLOCKS
    assert estimate.value == pytest.approx(theory.value)
    assert estimate.high - estimate.low == pytest.approx(theory.high - theory.low, rel=0.15)


def test_what_cannot_be_said_is_not_a_number():
    estimate, drawn = Bootstrap(3, 1).estimate(lambda total: total(np.zeros(3)) / total(np.zeros(3)))
    assert math.isnan(estimate.value)
    assert len(drawn) == 0
    assert math.isnan(mean_interval(np.empty(0)).value)
    assert math.isnan(mann_whitney(np.empty(0), np.ones(3))[0])
    assert mann_whitney(np.ones(4), np.ones(3)) == (0.5, 1.0)
