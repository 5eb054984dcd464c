"""Group ``ingest``: exports become transactions, or rows in quarantine."""

from collections.abc import Iterator

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    Config,
    DataVersion,
    MaterializeResult,
    ResourceParam,
)
from pydantic import Field

from insiders_assets.assets.code import code_version
from insiders_assets.assets.declaration import contract_result, keep, makes, table_spec
from insiders_assets.assets.external import LANDING_ZONE, landing_zone_seen
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RAW_TRANSACTIONS, REJECTED_ROWS, RETURNS
from insiders_assets.storage.stores import Stores

GROUP = "ingest"
TABLES = (RAW_TRANSACTIONS, REJECTED_ROWS, CLEAN_PURCHASES, RETURNS)

READ = ("ingest", "storage/incremental_ingest.py", "storage/transactions.py")
CLEANED = ("features/cleaning.py", "aliases.py")


class ReadConfig(Config):
    """What a run reads beside what is new."""

    again: str | None = Field(
        default=None, description="A month, such as 2026-01: the exports that hold rows of it are read again."
    )


@makes(
    table_spec(
        RAW_TRANSACTIONS, GROUP, "polars", made_by=READ, deps=[LANDING_ZONE],
        description="Every line of every export in the landing zone that could be read.",
    ),
    table_spec(
        REJECTED_ROWS, GROUP, "polars", made_by=READ, deps=[LANDING_ZONE],
        description="Every line, and every whole file, that could not; with its place and the reason.",
    ),
)  # fmt: skip
def exports(
    context: AssetExecutionContext, config: ReadConfig, stores: ResourceParam[Stores]
) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Read what is new in the landing zone; a row becomes a transaction or lands in quarantine."""
    from insiders_assets.ingest import IngestRules
    from insiders_assets.refresh import memory
    from insiders_assets.refresh.another_home import require_own
    from insiders_assets.refresh.recovery import model_put_back, recovered
    from insiders_assets.refresh.state import begin, fingerprint, last_refresh
    from insiders_assets.storage.upkeep import kept_up
    from insiders_assets.storage.validated_parts import new_failures

    for line in filter(None, (*kept_up(stores), model_put_back(stores))):
        context.log.warning(line)
    rules = IngestRules.from_settings(stores.settings)
    before = last_refresh(stores)
    result = stores.transactions.ingest(stores.landing, rules, again=config.again)
    if lost := recovered(stores):
        context.log.warning(lost)
    require_own(stores, stores.warehouse.latest_refresh())
    begin(stores)
    memory.require(stores.settings, result.rows_transactions)
    for note in result.warnings:
        context.log.warning(note)
    listing = stores.transactions.listing()
    if (now := fingerprint(listing)) != (before.landing if before else None):
        context.log_event(landing_zone_seen(str(stores.landing.location), len(listing), now))
    looked_at, broken = new_failures(
        stores.transactions, RAW_TRANSACTIONS, stores.carried.folder, code_version("contracts")
    )
    yield MaterializeResult(
        asset_key=RAW_TRANSACTIONS.name,
        metadata={
            "dagster/row_count": result.rows_transactions,
            "rows_read": result.rows_read,
            "rows_quarantined": result.rows_quarantined,
            "rows_excluded": result.rows_excluded,
            "files": len(result.files),
            "files_parsed": result.parsed,
            "rows_validated_now": looked_at,
        },
        data_version=DataVersion(stores.transactions.content_digest()),
        check_results=[contract_result(RAW_TRANSACTIONS, broken.to_dicts(), result.rows_transactions)],
    )
    yield from keep(stores, REJECTED_ROWS, stores.transactions.rejected())


@makes(
    table_spec(
        CLEAN_PURCHASES, GROUP, "polars", made_by=CLEANED, deps=[RAW_TRANSACTIONS.name],
        description="Transactions that pass the cleaning rules, with a quantity above zero.",
    )
)  # fmt: skip
def clean_purchases(stores: ResourceParam[Stores]) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Keep the purchases among the transactions that pass the cleaning rules."""
    from insiders_assets.features import cleaning

    raw, rules = stores.engine.scan(RAW_TRANSACTIONS.name), stores.cleaning_rules()
    dropped = {each.rule: each.lines_in + each.lines_out for each in stores.dropped_by_cleaning()}
    named = [rule for rule in rules.drops() if rule in dropped or rule != cleaning.NOTHING]
    counts = {f"dropped: {rule}": dropped.get(rule, 0) for rule in named}
    yield from keep(stores, CLEAN_PURCHASES, cleaning.clean_purchases(raw, rules), **counts)


@makes(
    table_spec(
        RETURNS, GROUP, "polars", made_by=CLEANED, deps=[RAW_TRANSACTIONS.name],
        description="Transactions that pass the cleaning rules, with a negative quantity.",
    )
)  # fmt: skip
def returns(stores: ResourceParam[Stores]) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Keep the returns among the transactions that pass the cleaning rules."""
    from insiders_assets.features import cleaning

    raw = stores.engine.scan(RAW_TRANSACTIONS.name)
    yield from keep(stores, RETURNS, cleaning.returns(raw, stores.cleaning_rules()))
