"""Group ``segmentation``: the frozen model, and where it puts every customer."""

from collections.abc import Iterator

from dagster import (
    AssetExecutionContext,
    AssetOut,
    Config,
    DataVersion,
    MaterializeResult,
    Output,
    ResourceParam,
    asset,
    multi_asset,
)
from pydantic import Field

from insiders_assets.assets.declaration import declare
from insiders_assets.assets.frames import DataFrame
from insiders_assets.contracts.customers import CLUSTERS, LEAF_EMBEDDING
from insiders_assets.storage.stores import Stores

GROUP = "segmentation"

DOUBTFUL = 0.5
"""An assignment with less than this share of the vote is doubtful."""


class FitConfig(Config):
    """Whether a run may replace the champion."""

    refit: bool = Field(
        default=False, description="Fit a new model even though there is one, matched to the old."
    )


@asset(**declare(None, GROUP, "scikitlearn"), pool="home")
def segmentation_model(
    context: AssetExecutionContext,
    config: FitConfig,
    customer_features: DataFrame,
    stores: ResourceParam[Stores],
) -> MaterializeResult:
    """The frozen model that assigns customers: fitted if there is none or a refit is asked for, otherwise kept."""
    from insiders_assets.refresh.inputs import as_of_date
    from insiders_assets.refresh.state import model_in_use
    from insiders_assets.segmentation.recipes import recipe_from

    model, fitted = stores.models.champion_or_fit(
        customer_features,
        stores.settings,
        refit=config.refit,
        as_of=as_of_date(stores),
        in_use=model_in_use(stores),
    )
    context.log.info("fitted model %s" if fitted else "kept model %s", model.version)
    if better := model.worth_a_refit(recipe_from(stores.settings)):
        context.log.warning("%s: insiders refit", better)
    return MaterializeResult(
        data_version=DataVersion(model.version),
        metadata={
            "model_version": model.version,
            "fitted_now": fitted,
            "clusters": model.card["k"],
            "fitted_on_customers": model.card["customers"],
            **{f"silhouette_{space}": value for space, value in model.card["silhouette"].items()},
        },
    )


@multi_asset(
    outs={
        "leaf_embedding": AssetOut(
            description="Where the model's leaf embedding places each customer.",
            **declare(LEAF_EMBEDDING, GROUP, "polars"),
        ),
        "clusters": AssetOut(
            description="The cluster the model assigns each customer to, with how firmly.",
            **declare(CLUSTERS, GROUP, "polars"),
        ),
    },
    deps=[segmentation_model],
    pool="home",
)
def assignment(customer_features: DataFrame, stores: ResourceParam[Stores]) -> Iterator[Output]:
    """Assign every customer by the frozen model, in one pass."""
    table = stores.engine.assign(customer_features)
    confidence = table["confidence"].to_numpy()
    yield Output(table.select(LEAF_EMBEDDING.names), output_name="leaf_embedding")
    yield Output(
        table.select(CLUSTERS.names),
        output_name="clusters",
        metadata={
            "customers": table.height,
            "clusters": table["cluster"].n_unique(),
            "mean_confidence": float(confidence.mean()),
            "doubtful_share": float((confidence < DOUBTFUL).mean()),
        },
    )
