"""Group ``programme``: the list, the tables around it, and the report that publishes them."""

from collections.abc import Iterator
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetIn,
    AssetOut,
    MaterializeResult,
    MetadataValue,
    Output,
    ResourceParam,
    asset,
    multi_asset,
)

from insiders_assets.assets.declaration import declare
from insiders_assets.assets.frames import DataFrame, LazyFrame
from insiders_assets.contracts import programme as contracts
from insiders_assets.contracts.customers import INSIDERS
from insiders_assets.contracts.summaries import PURCHASES_BY_MONTH
from insiders_assets.contracts.table import Table
from insiders_assets.storage.stores import Stores

GROUP = "programme"

TABLES = (
    INSIDERS,
    *(
        table
        for table in vars(contracts).values()
        if isinstance(table, Table) and table not in contracts.RESEARCH
    ),
)
"""Everything the programme makes: whatever table a refresh makes becomes an asset and is published."""


@multi_asset(
    outs={
        table.name: AssetOut(description=table.meaning, **declare(table, GROUP, "polars")) for table in TABLES
    },
    pool="home",
)
def programme(
    context: AssetExecutionContext,
    customer_features: DataFrame,
    leaf_embedding: DataFrame,
    clusters: DataFrame,
    clean_purchases: LazyFrame,
    returns: LazyFrame,
    stores: ResourceParam[Stores],
) -> Iterator[Output]:
    """Put every cluster in a tier, choose the members, and describe, explain and compare them."""
    from insiders_assets.programme import run_programme
    from insiders_assets.refresh.inputs import programme_inputs

    result = run_programme(
        programme_inputs(
            stores,
            features=customer_features,
            assignments=clusters.join(leaf_embedding, on="customer_id", maintain_order="left"),
            purchases=clean_purchases,
            returns=returns,
        )
    )
    for warning in result.warnings:
        context.log.warning(warning)
    numbers: dict[str, dict[str, Any]] = {
        "insiders": {"customers": result.insiders.height},
        "members": {"members": result.tables["members"].height},
        "refreshes": result.tables["refreshes"].drop("published_at", "inputs").to_dicts()[0],
    }
    for table in TABLES:
        frame = result.insiders if table is INSIDERS else result.tables[table.name]
        metadata = {name: _plottable(value) for name, value in numbers.get(table.name, {}).items()}
        yield Output(frame, output_name=table.name, metadata=metadata)


def _plottable(value: Any) -> Any:
    """Numbers stay numbers, so that Dagster draws them over time; anything else becomes text."""
    return value if isinstance(value, int | float) else str(value)


@asset(
    ins={table.name: AssetIn() for table in (*TABLES, PURCHASES_BY_MONTH)} | {"rejected_rows": AssetIn()},
    **declare(None, GROUP, "html", "excel", "sql"),
    pool="home",
)
def insider_report(
    context: AssetExecutionContext, stores: ResourceParam[Stores], **tables: DataFrame
) -> MaterializeResult:
    """Publish: the report's folder, the warehouse's tables in one transaction, then ``reports/latest``; old runs go."""
    from insiders_assets.refresh.publish import publish
    from insiders_assets.runs import retire_runs

    rejected = tables.pop("rejected_rows")
    published = publish(stores, tables, rejected)
    context.log.info("published %s", published.folder)
    try:
        retire_runs(context.instance, context.run, stores.settings.runs_kept)
    except Exception as error:  # whatever a history's database or logs raise: the refresh is whole and shown
        context.log.warning(
            "old runs stay for now: their history cannot be written (%s)", type(error).__name__
        )
    return MaterializeResult(
        metadata={
            "summary": MetadataValue.md(published.markdown),
            "report": MetadataValue.path(str(published.folder / "report.html")),
            "refresh_id": published.refresh_id,
            **published.numbers,
        }
    )
