"""How a model is fitted."""

from typing import Literal

from pydantic import BaseModel, Field

from insiders_assets.settings.fields import Words


class SegmentationSettings(BaseModel):
    """How a model is fitted."""

    recipe: str = Field(
        "kinds",
        description="How a segmentation model is fitted: kinds, ranks, octants, leaf, stable, diffusion or umap.",
    )
    recipe_population: Literal["identified", "all"] | None = Field(
        None, description="Who is fitted; as the recipe says unless given, like every choice below."
    )
    recipe_inputs: Words | None = Field(None, description="Features that customers are compared by.")
    recipe_targets: Words | None = Field(
        None, description="Features that named axes rank, one axis each (kinds, ranks, octants)."
    )
    recipe_target: str | None = Field(
        None, description="Feature that the forest explains by the inputs (leaf, diffusion, umap)."
    )
    recipe_space: Literal["leaf_means", "ranks", "leaves", "log", "min_max", "quantile"] | None = Field(
        None, description="What customers are compared by: named axes, forest leaves, or scaled inputs."
    )
    recipe_trees: int | None = Field(None, ge=1, description="Trees in the forest.")
    recipe_dimensions: int | None = Field(
        None, ge=0, description="Coordinates of the leaves' diffusion map; 0 compares leaves as names."
    )
    recipe_reducer: Literal["umap", "none"] | None = Field(
        None, description="What makes the two-dimensional embedding."
    )
    recipe_clustered_in: Literal["space", "embedding"] | None = Field(
        None, description="Whether clusters are looked for in the space or in the embedding."
    )
    recipe_clusterer: Literal["kmeans", "medians", "gmm", "ward"] | None = Field(
        None, description="What groups customers."
    )
    recipe_k: int | None = Field(None, ge=1, description="Clusters at most.")
    recipe_max_customers: int | None = Field(
        None,
        ge=100,
        description="Customers fitted at most; of more, a sample that every engine draws the same.",
    )
    seed: int = Field(42, ge=0, description="Seed of every random step of a fit.")
