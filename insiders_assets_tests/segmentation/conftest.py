"""One model for all tests that only read it."""

from __future__ import annotations

import polars as pl
import pytest

from insiders_assets.segmentation import SegmentationModel
from insiders_assets_tests.segmentation.shoppers import quick_model, shoppers


@pytest.fixture(scope="session")
def features() -> pl.DataFrame:
    """600 made-up customers."""
    return shoppers()


@pytest.fixture(scope="session")
def model(features: pl.DataFrame) -> SegmentationModel:
    """A model fitted on them."""
    return quick_model(features)


@pytest.fixture(scope="session")
def leaf_model(features: pl.DataFrame) -> SegmentationModel:
    """A model whose leaves vote, fitted on them."""
    return quick_model(features, recipe="leaf")
