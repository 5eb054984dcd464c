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
from insiders_assets.contracts.research import STABILITY_STUDY
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
    from insiders_assets.research import stability

    return _kept(context, stores, stability.stability_study(stores.models.champion(), customer_features))


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
