"""Random numbers that are the same on every machine."""

from __future__ import annotations

import numpy as np
import pytest

from insiders_assets.simulation import draws

KEYS = np.arange(200_000, dtype=np.uint64)


def test_draws_are_the_published_splitmix64() -> None:
    # The first three outputs of the reference implementation, seeded with 1234567.
    with np.errstate(over="ignore"):
        states = np.uint64(1234567) + np.arange(3, dtype=np.uint64) * draws.GOLDEN
    assert draws.mixed(states).tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_logarithm_and_exponential_agree_with_the_maths_library() -> None:
    powers = np.linspace(-700, 700, 10_001)
    np.testing.assert_allclose(draws.exp(powers), np.exp(powers), rtol=1e-14)
    numbers = np.exp(np.linspace(-40, 40, 10_001))
    np.testing.assert_allclose(draws.log(numbers), np.log(numbers), rtol=1e-13, atol=1e-15)


def test_draws_of_different_things_have_nothing_in_common() -> None:
    one, other = draws.uniform(KEYS, 1), draws.uniform(KEYS, 2)
    error = 4 / np.sqrt(len(KEYS))
    assert abs(np.corrcoef(one, other)[0, 1]) < error
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < error
    assert 0 < one.min() < 1e-4
    assert 1 - 1e-4 < one.max() < 1


@pytest.mark.parametrize("mean", [0.02, 1.0, 30.0, 300.0])
def test_counts_have_the_mean_and_the_variance_of_a_poisson_law(mean: float) -> None:
    counts = draws.poisson(KEYS, 3, np.full(len(KEYS), mean))
    assert counts.mean() == pytest.approx(mean, rel=0.02)
    assert counts.var() == pytest.approx(mean, rel=0.02)


def test_waiting_times_and_tails_follow_their_laws() -> None:
    assert draws.exponential(KEYS, 4).mean() == pytest.approx(1, rel=0.01)
    # Log-logistic of spread 1/2: median 1, and a share of 1/(1 + 9²) above 9.
    tail = draws.log_logistic(KEYS, 5, 0.5)
    assert np.median(tail) == pytest.approx(1, rel=0.01)
    assert (tail > 9).mean() == pytest.approx(1 / 82, rel=0.05)


def test_scaled_draws_stay_below_their_limit() -> None:
    scaled = draws.below(draws.drawn(KEYS, 6), 7)
    assert np.bincount(scaled, minlength=7).min() > len(KEYS) / 7 * 0.97
    assert set(scaled.tolist()) == set(range(7))
