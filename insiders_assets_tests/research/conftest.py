"""Made-up customers and a model of them, for every study."""

from __future__ import annotations

import polars as pl
import pytest

from insiders_assets.segmentation import SegmentationModel
from insiders_assets_tests.segmentation.shoppers import quick_model, shoppers


@pytest.fixture(scope="session")
def people() -> pl.DataFrame:
    """300 made-up customers."""
    return shoppers(300)


@pytest.fixture(scope="session")
def champion(people: pl.DataFrame) -> SegmentationModel:
    """A model of them."""
    return quick_model(people, k=4)
