"""Group ``research``: run on demand, by ``insiders study`` or from the UI; nothing waits for it.

What a study measures is shown by the next refresh: the report's evidence section reads the last backtest.
"""

from collections.abc import Iterator

from dagster import AssetExecutionContext, AssetOut, Output, ResourceParam, multi_asset

from insiders_assets.assets.declaration import declare
from insiders_assets.assets.frames import LazyFrame
from insiders_assets.contracts.programme import BACKTEST_CURVE, RESEARCH, SELECTION_BACKTEST
from insiders_assets.storage.stores import Stores

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
