"""The code location: assets, checks, jobs, sensors and resources put together.

``build_defs`` is what tests, the command line and ``defs`` share, which Dagster's tools load. What an asset does
belongs in ``assets``, when it runs in ``automation``, what must hold in ``checks``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagster import (
    AssetKey,
    Definitions,
    FreshnessPolicy,
    apply_freshness_policy,
    definitions,
    in_process_executor,
    json_console_logger,
    load_assets_from_modules,
    map_asset_specs,
    multiprocess_executor,
)

from insiders_assets import alerting, automation, checks
from insiders_assets.assets import features, ingest, programme, research, segmentation
from insiders_assets.assets.declaration import LAKE, TRANSACTIONS
from insiders_assets.settings import Settings, load_settings
from insiders_assets.storage.io_manager import LakeIOManager, TransactionIOManager
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.contracts.table import Table

REPORT = AssetKey("insider_report")

TABLES: dict[str, Table] = {table.name: table for tables in checks.TOGETHER.values() for table in tables}
"""The contract of every asset that is a table, by asset name."""


def research_assets() -> dict[str, list[str]]:
    """Every research asset by name, with the assets that are made together with it."""
    found: dict[str, list[str]] = {}
    for definition in load_assets_from_modules([research]):
        groups = definition.group_names_by_key  # type: ignore[union-attr]
        names = [key.to_user_string() for key, group in groups.items() if group == research.GROUP]
        found |= dict.fromkeys(names, names)
    return found


def build_defs(settings: Settings | None = None, **overrides: Any) -> Definitions:
    """The definitions for one set of settings.

    Args:
        settings: The settings; read from the environment unless given.
        **overrides: Resources to put in place of the usual ones, by key.

    Returns:
        Everything that Dagster loads.
    """
    settings = settings or load_settings()
    stores = Stores(settings)
    resources: dict[str, Any] = {
        "stores": stores,
        LAKE: LakeIOManager(stores, TABLES),
        TRANSACTIONS: TransactionIOManager(stores, TABLES),
    }
    logs = {"console": json_console_logger} if settings.log_format == "json" else {}
    fresh = FreshnessPolicy.time_window(fail_window=timedelta(hours=settings.stale_after_hours))
    assets = map_asset_specs(
        lambda spec: apply_freshness_policy(spec, fresh) if spec.key == REPORT else spec,
        load_assets_from_modules([ingest, features, segmentation, programme, research]),  # type: ignore[arg-type]
    )
    return Definitions(
        assets=assets,
        asset_checks=checks.CHECKS,
        jobs=[automation.refresh, automation.refit, automation.month, automation.study],
        sensors=[automation.landing_zone, *alerting.SENSORS],
        schedules=[] if settings.backstop == "off" else [automation.backstop(settings.backstop)],
        loggers=logs,
        resources=resources | overrides,
        executor=in_process_executor if settings.executor == "in_process" else multiprocess_executor,
    )


@definitions
def defs() -> Definitions:
    """Load the code location of the settings in the environment, for ``dagster`` and ``dg``."""
    return build_defs()
