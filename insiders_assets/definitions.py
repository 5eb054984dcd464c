"""The code location: assets, checks, jobs, sensors and resources put together.

``build_defs`` is what tests, the command line and ``defs`` share, which Dagster's tools load. What an asset does
belongs in ``assets``, when it runs in ``automation``, what must hold in ``checks``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagster import (
    AssetKey,
    BetaWarning,
    Definitions,
    FreshnessPolicy,
    InitResourceContext,
    ResourceDefinition,
    apply_freshness_policy,
    definitions,
    in_process_executor,
    json_console_logger,
    load_assets_from_modules,
    map_asset_specs,
    multiprocess_executor,
    with_source_code_references,
)

from insiders_assets import alerting, automation, checks
from insiders_assets.assets import (
    deliveries,
    experiments,
    external,
    features,
    ingest,
    next_product,
    outlook,
    programme,
    publishing,
    research,
    scoreboard,
    segmentation,
)
from insiders_assets.runs import BESIDE
from insiders_assets.settings import Settings, load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.writers import together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insiders_assets.contracts.table import Table

PUBLISHED = AssetKey(external.PUBLICATION)
ROOMS = (
    ingest,
    features,
    segmentation,
    programme,
    publishing,
    experiments,
    scoreboard,
    outlook,
    next_product,
    deliveries,
    research,
)

TABLES: dict[str, Table] = {table.name: table for room in ROOMS for table in room.TABLES}
"""The contract of every asset that is a table, by asset name."""


def research_assets() -> dict[str, list[str]]:
    """Return every research asset by name, with the assets that are made together with it."""
    found: dict[str, list[str]] = {}
    for definition in load_assets_from_modules([research]):
        groups = definition.group_names_by_key  # type: ignore[union-attr]
        names = [key.to_user_string() for key, group in groups.items() if group == research.GROUP]
        found |= dict.fromkeys(names, names)
    return found


def build_defs(settings: Settings | None = None, **overrides: Any) -> Definitions:
    """Return the definitions for one set of settings.

    Args:
        settings: The settings; read from the environment unless given.
        **overrides: Resources to put in place of the usual ones, by key.

    Returns:
        Everything that Dagster loads.
    """
    settings = settings or load_settings()
    resources: dict[str, Any] = {"stores": _stores(Stores(settings))}
    logs = {"console": json_console_logger} if settings.log_format == "json" else {}
    fresh = FreshnessPolicy.time_window(fail_window=timedelta(hours=settings.stale_after_hours))
    assets = map_asset_specs(
        lambda spec: apply_freshness_policy(spec, fresh) if spec.key == PUBLISHED else spec,
        _with_sources(load_assets_from_modules(ROOMS)),
    )
    return Definitions(
        assets=[*assets, *external.SPECS],
        asset_checks=checks.CHECKS,
        jobs=[
            automation.refresh,
            automation.refit,
            automation.month,
            automation.study,
            automation.release,
            automation.discard,
            automation.deliver,
            automation.announce,
        ],
        sensors=[automation.landing_zone, automation.deliveries, automation.announcements, *alerting.SENSORS],
        schedules=[] if settings.backstop == "off" else [automation.backstop(settings.backstop)],
        loggers=logs,
        resources=resources | overrides,
        executor=in_process_executor if settings.executor == "in_process" else multiprocess_executor,
    )


def _stores(stores: Stores) -> ResourceDefinition:
    """Yield where things lie; a run that writes there holds the home's lock as long as its process is there."""

    def used(context: InitResourceContext) -> Iterator[Stores]:
        run = context.run
        with together(stores, beside=run.job_name in BESIDE) if run else nullcontext():
            yield stores

    return ResourceDefinition(used)


def _with_sources(assets: Sequence[Any]) -> Sequence[Any]:
    """Let the UI lead from each asset to its code; that this is beta need not be said at every load."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BetaWarning)
        return with_source_code_references(assets)


@definitions
def defs() -> Definitions:
    """Load the code location of the settings in the environment, for ``dagster`` and ``dg``."""
    return build_defs()
