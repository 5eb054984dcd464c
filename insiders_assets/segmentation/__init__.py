"""The frozen segmentation model: fitted once, assigns ever after. Never imports dagster."""

from insiders_assets.segmentation.borders import Borders, borders_of
from insiders_assets.segmentation.drift import Drift, drift
from insiders_assets.segmentation.model import SegmentationModel
from insiders_assets.segmentation.recipes import RECIPES, Recipe, recipe
from insiders_assets.segmentation.registry import ModelRegistry

__all__ = [
    "RECIPES",
    "Borders",
    "Drift",
    "ModelRegistry",
    "Recipe",
    "SegmentationModel",
    "borders_of",
    "drift",
    "recipe",
]
