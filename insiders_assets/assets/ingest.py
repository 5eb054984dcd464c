"""Group ``ingest``: exports become transactions, or rows in quarantine."""

from collections.abc import Iterator

from dagster import (
    AssetExecutionContext,
    AssetOut,
    Config,
    DagsterInstance,
    DynamicPartitionsDefinition,
    MaterializeResult,
    Output,
    ResourceParam,
    asset,
    multi_asset,
)
from pydantic import Field

from insiders_assets.assets.declaration import TRANSACTIONS, declare
from insiders_assets.assets.frames import EngineFrame
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RAW_TRANSACTIONS, REJECTED_ROWS, RETURNS
from insiders_assets.storage.stores import Stores

GROUP = "ingest"

MONTHS = DynamicPartitionsDefinition(name="invoice_month")
"""The months that there are transactions of, such as 2026-01."""


class ReadConfig(Config):
    """What a run reads beside what is new."""

    again: str | None = Field(
        default=None, description="A month, such as 2026-01: the exports that hold rows of it are read again."
    )


@multi_asset(
    outs={
        "raw_transactions": AssetOut(
            description="Every line of every export in the landing zone that could be read.",
            **declare(RAW_TRANSACTIONS, GROUP, "polars", io_manager_key=TRANSACTIONS),
        ),
        "rejected_rows": AssetOut(
            description="Every line, and every whole file, that could not; with its place and the reason.",
            **declare(REJECTED_ROWS, GROUP, "polars"),
        ),
    },
    pool="home",
)
def exports(
    context: AssetExecutionContext, config: ReadConfig, stores: ResourceParam[Stores]
) -> Iterator[MaterializeResult | Output]:
    """Read what is new in the landing zone; a row becomes a transaction or lands in quarantine."""
    from insiders_assets.ingest import IngestRules
    from insiders_assets.refresh import memory
    from insiders_assets.refresh.recovery import model_put_back, recovered
    from insiders_assets.refresh.state import begin
    from insiders_assets.storage.upkeep import kept_up

    for line in filter(None, (*kept_up(stores), model_put_back(stores))):
        context.log.warning(line)
    rules = IngestRules.from_settings(stores.settings)
    result = stores.transactions.ingest(stores.landing, rules, again=config.again)
    if lost := recovered(stores):
        context.log.warning(lost)
    begin(stores)
    memory.require(stores.settings, result.rows_transactions)
    _offer(context.instance, stores.transactions.months())
    for note in result.warnings:
        context.log.warning(note)
    yield MaterializeResult(
        asset_key="raw_transactions",
        metadata={
            "dagster/row_count": result.rows_transactions,
            "rows_read": result.rows_read,
            "rows_quarantined": result.rows_quarantined,
            "rows_excluded": result.rows_excluded,
            "files": len(result.files),
            "files_parsed": result.parsed,
        },
    )
    yield Output(stores.transactions.rejected(), output_name="rejected_rows")


def _offer(instance: DagsterInstance, months: list[str]) -> None:
    """Let the UI offer the months that there are, and no others."""
    offered = set(instance.get_dynamic_partitions(str(MONTHS.name)))
    instance.add_dynamic_partitions(str(MONTHS.name), sorted(set(months) - offered))
    for gone in offered - set(months):
        instance.delete_dynamic_partition(str(MONTHS.name), gone)


@asset(**declare(CLEAN_PURCHASES, GROUP, "polars"), pool="home")
def clean_purchases(
    context: AssetExecutionContext, raw_transactions: EngineFrame, stores: ResourceParam[Stores]
) -> EngineFrame:
    """Transactions that pass the cleaning rules, with a quantity above zero."""
    from insiders_assets.features import cleaning

    rules = stores.cleaning_rules()
    with stores.engine.running("cleaning"):
        dropped = cleaning.dropped_by_rule(raw_transactions, rules)
    context.add_output_metadata({f"dropped: {rule}": rows for rule, rows in dropped.items()})
    return cleaning.clean_purchases(raw_transactions, rules)


@asset(**declare(RETURNS, GROUP, "polars"), pool="home")
def returns(raw_transactions: EngineFrame, stores: ResourceParam[Stores]) -> EngineFrame:
    """Transactions that pass the cleaning rules, with a negative quantity."""
    from insiders_assets.features import cleaning

    return cleaning.returns(raw_transactions, stores.cleaning_rules())
