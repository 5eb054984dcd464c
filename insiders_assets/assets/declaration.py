"""What every asset declares and how it keeps its table, said once.

An asset names the tables that it follows from (``deps``) and reads them from the stores; what it makes it keeps by
:func:`keep`, which writes it through its contract. The check ``contract`` says what the write found.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    AssetSpec,
    DataVersion,
    MaterializeResult,
    MetadataValue,
    TableRecord,
    multi_asset,
)

from insiders_assets.assets.code import code_version
from insiders_assets.errors import ContractError
from insiders_assets.storage.metadata import column_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    import polars as pl
    from dagster import AssetsDefinition

    from insiders_assets.contracts.table import Table
    from insiders_assets.storage.stores import Stores

OWNER = "team:customer-insights"
POOL = "home"
"""Whoever writes in the home holds it: one run at a time."""
CONTRACT = "contract"
PERSONAL = {"pii": "true"}
"""The tag of a table, and of a column, that tells who somebody is."""


def table_spec(
    table: Table,
    group: str,
    *kinds: str,
    made_by: Iterable[str],
    deps: Iterable[str] = (),
    description: str = "",
) -> AssetSpec:
    """Return the asset that holds a table.

    Args:
        table: Its contract.
        group: Its group in the UI.
        *kinds: The badges it wears in the UI, ``parquet`` aside.
        made_by: The rooms of the package whose code decides what it holds.
        deps: The assets that it follows from.
        description: What it is, if its contract does not say enough.
    """
    return AssetSpec(
        table.name,
        deps=deps,
        description=description or table.meaning,
        group_name=group,
        owners=[OWNER],
        kinds={*kinds, "parquet"},
        tags=PERSONAL if table.personal else {},
        code_version=code_version("contracts", *made_by),
        metadata={"dagster/column_schema": column_schema(table)},
    )


def thing_spec(
    name: str,
    group: str,
    *kinds: str,
    made_by: Iterable[str],
    deps: Iterable[str],
    description: str,
    personal: bool = False,
) -> AssetSpec:
    """Return an asset that is no table; see :func:`table_spec`."""
    return AssetSpec(
        name,
        deps=deps,
        description=description,
        group_name=group,
        owners=[OWNER],
        kinds=set(kinds),
        tags=PERSONAL if personal else {},
        code_version=code_version(*made_by),
    )


def makes(
    *specs: AssetSpec, checks: Iterable[AssetCheckSpec] = (), pool: str = POOL
) -> Callable[[Callable[..., Any]], AssetsDefinition]:
    """Decorate what makes assets in one step, each table with the check that its write answers.

    Args:
        *specs: The assets.
        checks: What else is checked as they are made.
        pool: What whoever makes them holds.
    """
    return multi_asset(
        specs=specs,
        check_specs=[
            *(_contract(spec) for spec in specs if "dagster/column_schema" in spec.metadata),
            *checks,
        ],
        pool=pool,
    )


def _contract(spec: AssetSpec) -> AssetCheckSpec:
    return AssetCheckSpec(
        CONTRACT,
        asset=spec.key,
        blocking=True,
        description="Columns, types, limits and uniqueness are as declared; looked at before it is replaced.",
    )


def business_day(day: date) -> MetadataValue[Any]:
    """Return an as-of date as the UI shows it: it tells replayed refreshes apart, which all ran on one day."""
    return MetadataValue.timestamp(datetime(day.year, day.month, day.day, tzinfo=UTC))


def keep(
    stores: Stores, table: Table, frame: pl.DataFrame | pl.LazyFrame | Any, **metadata: Any
) -> Iterator[MaterializeResult | AssetCheckResult]:
    """Write a table through its contract, and say what came of it.

    Args:
        stores: Where it is kept.
        table: Its contract.
        frame: What it holds from now on, of polars or of the engine.
        **metadata: What the UI shows of it, beside the number of rows.

    Raises:
        ContractError: The frame breaks the contract; the check has failed, and the table is as it was.
    """
    try:
        written = stores.engine.write(table, frame)
    except ContractError as error:
        yield contract_result(table, error.failures)
        raise
    yield MaterializeResult(
        asset_key=table.name,
        metadata={"dagster/row_count": written.rows, **metadata},
        data_version=DataVersion(written.digest),
        check_results=[contract_result(table, rows=written.rows)],
    )


def contract_result(
    table: Table, failures: Iterable[Mapping[str, Any]] = (), rows: int | None = None
) -> AssetCheckResult:
    """Return what the check ``contract`` says of a table.

    Args:
        table: The contract.
        failures: Every way in which it is broken, as :meth:`Table.failures` tells them.
        rows: How many rows were looked at, if all of them were.
    """
    broken = [TableRecord(dict(failure)) for failure in failures]
    return AssetCheckResult(
        asset_key=table.name,
        check_name=CONTRACT,
        passed=not broken,
        metadata=({} if rows is None else {"rows": rows})
        | ({"failures": MetadataValue.table(broken)} if broken else {}),
    )
