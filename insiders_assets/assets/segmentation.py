"""Group ``segmentation``: the frozen model, and where it puts every customer."""

from collections.abc import Iterator

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    Config,
    DataVersion,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
)
from pydantic import Field

from insiders_assets.assets.declaration import business_day, keep, makes, table_spec, thing_spec
from insiders_assets.contracts.customers import CLUSTERS, CUSTOMER_FEATURES, LEAF_EMBEDDING
from insiders_assets.storage.stores import Stores

GROUP = "segmentation"
TABLES = (LEAF_EMBEDDING, CLUSTERS)
MODEL = "segmentation_model"

DOUBTFUL = 0.5
"""An assignment with less than this share of the vote is doubtful."""

ASSIGNED_FROM = (MODEL, CUSTOMER_FEATURES.name)


class FitConfig(Config):
    """Whether a run may replace the champion."""

    refit: bool = Field(
        default=False, description="Fit a new model even though there is one, matched to the old."
    )


@makes(
    thing_spec(
        MODEL, GROUP, "scikitlearn", made_by=[GROUP], deps=[CUSTOMER_FEATURES.name],
        description="The frozen model that assigns customers: fitted if there is none or a refit is asked for, "
        "otherwise kept.",
    )
)  # fmt: skip
def segmentation_model(
    context: AssetExecutionContext, config: FitConfig, stores: ResourceParam[Stores]
) -> MaterializeResult:
    """Keep the champion, or fit one."""
    from insiders_assets.refresh.sources import as_of_date
    from insiders_assets.refresh.state import model_in_use
    from insiders_assets.segmentation.recipes import recipe_from

    model, fitted = stores.models.champion_or_fit(
        stores.lake.read(CUSTOMER_FEATURES.name),
        stores.settings,
        refit=config.refit,
        as_of=as_of_date(stores),
        in_use=model_in_use(stores),
    )
    context.log.info("fitted model %s" if fitted else "kept model %s", model.version)
    if better := model.worth_a_refit(recipe_from(stores.settings)):
        context.log.warning("%s: insiders refit", better)
    return MaterializeResult(
        asset_key=MODEL,
        data_version=DataVersion(model.version),
        metadata={
            "model_version": model.version,
            "fitted_now": fitted,
            "clusters": model.card["k"],
            "fitted_on_customers": model.card["customers"],
            **{f"silhouette_{space}": value for space, value in model.card["silhouette"].items()},
        },
    )


@makes(
    table_spec(
        LEAF_EMBEDDING, GROUP, "polars", made_by=[GROUP], deps=ASSIGNED_FROM,
        description="Where the model's leaf embedding places each customer.",
    ),
    table_spec(
        CLUSTERS, GROUP, "polars", made_by=[GROUP], deps=ASSIGNED_FROM,
        description="The cluster the model assigns each customer to, with how firmly.",
    ),
)  # fmt: skip
def assignment(stores: ResourceParam[Stores]) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Assign every customer by the frozen model, in one pass."""
    from insiders_assets.refresh.sources import as_of_date
    from insiders_assets.report.pictures import cluster_map, inline

    table = stores.engine.assign(stores.lake.read(CUSTOMER_FEATURES.name))
    confidence = table["confidence"].to_numpy()
    as_of = business_day(as_of_date(stores))
    drawn = MetadataValue.md(inline(cluster_map(table), "Map of the clusters, each by its number"))
    yield from keep(stores, LEAF_EMBEDDING, table.select(LEAF_EMBEDDING.names), map=drawn, as_of=as_of)
    yield from keep(
        stores, CLUSTERS, table.select(CLUSTERS.names),
        map=drawn,
        as_of=as_of,
        customers=table.height,
        clusters=table["cluster"].n_unique(),
        mean_confidence=float(confidence.mean()),
        doubtful_share=float((confidence < DOUBTFUL).mean()),
    )  # fmt: skip
