"""Group ``research``: run on demand, by ``insiders study`` or from the UI; nothing waits for it.

The next refresh shows what bears on it: the last backtest in the report's evidence, the last stability study beside
each cluster. Every study keeps its table in the lake, its pictures under ``research/`` in the home, and shows both in
the UI.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagster import (
    AssetExecutionContext,
    AssetOut,
    MetadataValue,
    Output,
    ResourceParam,
    asset,
    multi_asset,
)

from insiders_assets.assets.declaration import declare
from insiders_assets.assets.frames import DataFrame, LazyFrame
from insiders_assets.assets.segmentation import segmentation_model
from insiders_assets.contracts.programme import BACKTEST_CURVE, RESEARCH, SELECTION_BACKTEST
from insiders_assets.contracts.research import (
    CHURN_STUDY,
    CLUSTERER_STUDY,
    DATA_SPACE_STUDY,
    FEATURE_PROFILE,
    ORIGINAL_CYCLES,
    RECIPE_TRIALS,
    STABILITY_STUDY,
)
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.research.study import Study

GROUP = "research"


@multi_asset(
    outs={
        table.name: AssetOut(description=table.meaning, **declare(table, GROUP, "polars"))
        for table in RESEARCH
    },
    pool="home",
)
def backtest(
    context: AssetExecutionContext,
    clean_purchases: LazyFrame,
    returns: LazyFrame,
    stores: ResourceParam[Stores],
) -> Iterator[Output]:
    """Choose at past cut-offs with what was known then, and measure the months after beside other ways to choose."""
    from insiders_assets.programme import ProgrammeRules
    from insiders_assets.programme.backtest import selection_backtest
    from insiders_assets.refresh.study import backtest_inputs

    result = selection_backtest(
        backtest_inputs(stores.settings, clean_purchases, returns),
        ProgrammeRules.from_settings(stores.settings),
    )
    for verdict in result.verdicts:
        context.log.info(verdict)
    found = "\n".join(f"* {verdict}" for verdict in result.verdicts)
    yield Output(
        result.table,
        output_name=SELECTION_BACKTEST.name,
        metadata={"findings": found, "rows": result.table.height},
    )
    yield Output(result.curve, output_name=BACKTEST_CURVE.name)


@asset(**declare(STABILITY_STUDY, GROUP, "scikitlearn"), deps=[segmentation_model], pool="home")
def stability_study(
    context: AssetExecutionContext, customer_features: DataFrame, stores: ResourceParam[Stores]
) -> DataFrame:
    """Fit the champion's recipe under other seeds, row orders and customers, and say which clusters come back."""
    from insiders_assets.refresh.study import other_shops
    from insiders_assets.research import stability
    from insiders_assets.research.churn import BY_CLUSTER

    study = stability.stability_study(
        stores.models.champion(),
        customer_features,
        by_cluster=stores.settings.policy in BY_CLUSTER,
        others=other_shops(stores),
    )
    return _kept(context, stores, study)


@asset(**declare(FEATURE_PROFILE, GROUP, "scikitlearn"), deps=[segmentation_model], pool="home")
def feature_profile(
    context: AssetExecutionContext, customer_features: DataFrame, stores: ResourceParam[Stores]
) -> DataFrame:
    """Describe every feature: spread, outliers, what it goes with, and why the champion's recipe keeps it or not."""
    from insiders_assets.research import profile

    return _kept(context, stores, profile.feature_profile(customer_features, stores.models.champion().recipe))


@asset(**declare(DATA_SPACE_STUDY, GROUP, "scikitlearn"), deps=[segmentation_model], pool="home")
def data_space_study(
    context: AssetExecutionContext,
    customer_features: DataFrame,
    clean_purchases: LazyFrame,
    stores: ResourceParam[Stores],
) -> DataFrame:
    """Arrange customers by features, words and leaves, reduced in many ways, and measure each map and its clusters."""
    from insiders_assets.research import data_space

    champion = stores.models.champion()
    return _kept(context, stores, data_space.data_space_study(champion, customer_features, clean_purchases))


@asset(**declare(CLUSTERER_STUDY, GROUP, "scikitlearn"), deps=[segmentation_model], pool="home")
def clusterer_study(
    context: AssetExecutionContext, customer_features: DataFrame, stores: ResourceParam[Stores]
) -> DataFrame:
    """Group customers by KMeans, mixtures, Ward and density, over numbers of groups, and measure the groups."""
    from insiders_assets.research import clusterers

    return _kept(context, stores, clusterers.clusterer_study(stores.models.champion(), customer_features))


@asset(**declare(ORIGINAL_CYCLES, GROUP, "scikitlearn"), pool="home")
def original_cycles(
    context: AssetExecutionContext,
    raw_transactions: LazyFrame,
    customer_features: DataFrame,
    stores: ResourceParam[Stores],
) -> DataFrame:
    """Run the five cycles of the work that this replaces again, beside the silhouettes that it published."""
    from insiders_assets.research import cycles

    return _kept(context, stores, cycles.original_cycles(raw_transactions, customer_features))


@asset(**declare(RECIPE_TRIALS, GROUP, "scikitlearn"), pool="home")
def recipe_trials(
    context: AssetExecutionContext, customer_features: DataFrame, stores: ResourceParam[Stores]
) -> DataFrame:
    """Fit many recipes on customers drawn anew, and say which get all of their clusters back."""
    from insiders_assets.refresh.study import other_shops
    from insiders_assets.research import trials

    study = trials.recipe_trials(customer_features, others=other_shops(stores))
    return _kept(context, stores, study)


@asset(**declare(CHURN_STUDY, GROUP, "polars", "scikitlearn"), deps=[segmentation_model], pool="home")
def churn_study(
    context: AssetExecutionContext,
    clean_purchases: LazyFrame,
    returns: LazyFrame,
    stores: ResourceParam[Stores],
) -> DataFrame:
    """Follow customers month by month, by a frozen model and by refitted ones: who moved, and who was moved."""
    from insiders_assets.programme import ProgrammeRules
    from insiders_assets.refresh.inputs import as_of_date
    from insiders_assets.refresh.study import features_by_day
    from insiders_assets.research import churn

    study = churn.churn_study(
        features_by_day(stores.settings, clean_purchases, returns),
        as_of_date(stores),
        stores.models.champion().recipe,
        seed=stores.settings.seed,
        rules=ProgrammeRules.from_settings(stores.settings),
    )
    return _kept(context, stores, study)


def _kept(context: AssetExecutionContext, stores: Stores, study: "Study") -> DataFrame:
    """A study's table; its pictures are written, and what it found is shown in the UI and by ``insiders study``."""
    from insiders_assets.refresh.study import keep_figures

    folder = keep_figures(stores, context.asset_key.to_user_string(), study)
    context.add_output_metadata(
        {
            "findings": "\n".join(f"* {finding}" for finding in study.findings),
            "preview": MetadataValue.md(study.markdown()),
            "figures": MetadataValue.path(str(folder)),
        }
    )
    return study.table
