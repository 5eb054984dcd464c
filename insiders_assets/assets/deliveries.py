"""Group ``deliveries``: what was sent of the published list, and whether every audience adds up."""

from collections.abc import Iterator

from dagster import (
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    DataVersion,
    MaterializeResult,
    ResourceParam,
)

from insiders_assets.assets.declaration import contract_result, makes, table_spec
from insiders_assets.assets.external import PUBLICATION
from insiders_assets.contracts.deliveries import DELIVERED, DELIVERIES
from insiders_assets.storage.stores import Stores

GROUP = "deliveries"
POOL = "deliveries"
"""One delivery at a time; refreshes go on beside it."""
ADDS_UP = "adds_up"
ANSWER = "destinations_answer"
TABLES = DELIVERED
"""What deliveries write; no refresh publishes it."""


@makes(
    *(
        table_spec(table, GROUP, "sql", made_by=["deliveries", "segments"], deps=[PUBLICATION])
        for table in DELIVERED
    ),
    checks=[
        AssetCheckSpec(
            ADDS_UP,
            asset=DELIVERIES.name,
            blocking=True,
            description="Members are delivered, held out, suppressed or failed, at every destination.",
        ),
        AssetCheckSpec(
            ANSWER,
            asset=DELIVERIES.name,
            description="Every destination has acknowledged what was sent to it.",
        ),
    ],
    pool=POOL,
)
def delivered(
    context: AssetExecutionContext, stores: ResourceParam[Stores]
) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Bring every destination of deliveries.yaml to where its audience is."""
    from insiders_assets.deliveries.deliver import deliver
    from insiders_assets.storage.warehouse.partitions import digest

    done = deliver(stores)
    silent = {name: f"no answer since {row['waiting_since']} UTC ({row['problem']})"
              for name, row in done.rows.items() if row["waiting_since"]}  # fmt: skip
    for name, line in silent.items():
        context.log.warning("%s: %s", name, line)
    for table in DELIVERED:
        frame = stores.lake.read(table.name)
        counts = {name: row["delivered"] for name, row in done.rows.items()} if table is DELIVERIES else {}
        yield MaterializeResult(
            asset_key=table.name,
            metadata={"dagster/row_count": frame.height, "refresh_id": done.refresh_id, **counts},
            data_version=DataVersion(digest(frame)),
            check_results=[contract_result(table, rows=frame.height)],
        )
    yield AssetCheckResult(
        asset_key=DELIVERIES.name,
        check_name=ADDS_UP,
        passed=not done.unbalanced,
        metadata={"out_of_balance": "; ".join(done.unbalanced)} if done.unbalanced else {},
    )
    yield AssetCheckResult(
        asset_key=DELIVERIES.name,
        check_name=ANSWER,
        passed=not silent,
        severity=AssetCheckSeverity.WARN,
        metadata=dict(silent),
    )
