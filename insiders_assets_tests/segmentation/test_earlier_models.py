"""Models that an earlier version fitted, as it kept them: they are read, and assign as they did."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from insiders_assets.segmentation import SegmentationModel, recipe
from insiders_assets.segmentation.forest import Forest
from insiders_assets_tests.segmentation.shoppers import shoppers

EARLIER = Path(__file__).with_name("earlier")


@pytest.mark.parametrize("by_masks", [True, False])
@pytest.mark.parametrize("name", ["leaf", "stable"])
def test_an_earlier_model_assigns_as_it_did(
    name: str, by_masks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not by_masks:
        monkeypatch.setattr(Forest, "_masks", None)
    model = SegmentationModel.load(EARLIER / name)
    said = model.assign(shoppers(200, seed=3))
    # NumPy rounds the last bit of a logarithm by what the processor can do at once: positions may follow it.
    assert_frame_equal(
        said.drop("embedding_z"), pl.read_parquet(EARLIER / f"{name}.parquet"), rel_tol=0.0, abs_tol=1e-14
    )
    assert said["embedding_z"].null_count() == said.height
    assert (model.borders, model.axes, model.recipe.name) == (None, (), name)


def test_an_earlier_model_says_in_one_line_why_a_refit_is_worth_it(model: SegmentationModel) -> None:
    earlier = SegmentationModel.load(EARLIER / "stable")
    by_another, by_the_same = (earlier.worth_a_refit(recipe(name)) for name in ("kinds", "stable"))
    assert "by the recipe stable; a refit by kinds" in (by_another or "")
    assert "holds no borders" in (by_the_same or "")
    assert model.worth_a_refit(recipe("kinds")) is None
