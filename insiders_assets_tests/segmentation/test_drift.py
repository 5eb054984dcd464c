"""The drift check: quiet when nothing moved, with numbers when something did."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from insiders_assets.segmentation import SegmentationModel, drift
from insiders_assets.segmentation.distributions import reference
from insiders_assets.segmentation.drift import population_stability
from insiders_assets_tests.segmentation.shoppers import shoppers


def test_the_fitted_customers_have_not_drifted(features: pl.DataFrame, model: SegmentationModel) -> None:
    found = drift(model, features, model.assign(features))
    assert found.warnings == []
    assert max(found.psi.values()) < 1e-6
    assert set(found.psi) == set(model.recipe.read), "what the recipe does not read cannot move a customer"


def test_other_customers_of_the_same_shop_have_hardly_drifted(model: SegmentationModel) -> None:
    others = shoppers(600, seed=77)
    assert max(drift(model, others, model.assign(others)).psi.values()) < 0.2


def test_a_shifted_feature_is_named_with_its_number(features: pl.DataFrame, model: SegmentationModel) -> None:
    late = features.with_columns(pl.col("recency") + 150)
    found = drift(model, late, model.assign(late))
    assert found.psi["recency"] > 1
    assert found.psi["avg_ticket"] < 1e-6
    assert any(warning.startswith("recency has shifted") and "0.25" in warning for warning in found.warnings)


def test_only_the_population_that_was_fitted_is_compared(
    features: pl.DataFrame, model: SegmentationModel
) -> None:
    odd = features.with_columns(
        recency=pl.when("is_identified").then("recency").otherwise(pl.lit(99_999, pl.Int64))
    )
    assert drift(model, odd, model.assign(odd)).psi["recency"] < 1e-6


def test_doubtful_assignments_are_counted(features: pl.DataFrame, model: SegmentationModel) -> None:
    assigned = model.assign(features)
    doubted = assigned.with_columns(
        confidence=pl.when(pl.int_range(pl.len()) % 4 == 0).then(0.3).otherwise(0.9)
    )
    found = drift(model, features, doubted)
    assert found.doubtful == pytest.approx(0.25, abs=0.02)
    assert any("assignments are doubtful" in warning for warning in found.warnings)


def test_the_index_is_that_of_the_definition() -> None:
    then = pl.DataFrame({"revenue": np.arange(1000.0)})
    facts = reference(then)["revenue"]
    assert facts["shares"] == pytest.approx([0.1] * 10)
    now = pl.Series(np.concatenate([np.arange(0, 1000, 2.0), np.arange(500.0)]))
    shares = [0.15] * 5 + [0.05] * 5
    expected = sum((new - 0.1) * np.log(new / 0.1) for new in shares)
    assert population_stability(now, facts) == pytest.approx(expected, abs=0.01)


def test_a_feature_with_many_ties_has_fewer_bins_and_no_infinite_index() -> None:
    mostly_zero = reference(pl.DataFrame({"returned": [0] * 95 + [5] * 5}))["returned"]
    assert len(mostly_zero["edges"]) == 1
    assert np.isfinite(population_stability(pl.Series([0] * 100), mostly_zero))
    assert population_stability(pl.Series([9] * 100), mostly_zero) > 1
