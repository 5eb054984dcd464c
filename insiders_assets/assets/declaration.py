"""What every asset declares, said once: owner, group, kinds, code version, columns and where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.storage.metadata import column_schema

if TYPE_CHECKING:
    from insiders_assets.contracts.table import Table

OWNER = "team:customer-insights"
LAKE = "lake"
TRANSACTIONS = "transactions"


def declare(
    table: Table | None, group: str, *kinds: str, code_version: str = "1", io_manager_key: str = LAKE
) -> dict[str, Any]:
    """The keyword arguments of ``@asset`` or ``AssetOut`` for an asset that holds ``table``.

    Args:
        table: The asset's contract, or None for one that is no table.
        group: Its group in the UI.
        kinds: The badges it wears in the UI, ``parquet`` aside.
        code_version: Raised by hand whenever the same input would give another output.
        io_manager_key: Which IO manager keeps it.
    """
    facts: dict[str, Any] = {
        "group_name": group,
        "owners": [OWNER],
        "kinds": {*kinds, "parquet"} if table else set(kinds),
        "code_version": code_version,
    }
    if table:
        facts["metadata"] = {"dagster/column_schema": column_schema(table)}
        facts["io_manager_key"] = io_manager_key
    return facts
