"""``insiders study``: research on what the last run left in the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from insiders_assets.cli.console import showing_progress
from insiders_assets.cli.run import alone, execute
from insiders_assets.contracts.programme import BACKTEST_CURVE
from insiders_assets.errors import UsageError
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.settings import Settings


def run_study(settings: Settings, name: str | None) -> None:
    """Run one study or all of them, and print what they found.

    Args:
        settings: Where things lie and which rules hold.
        name: An asset of the group ``research``, or None for all.

    Raises:
        UsageError: There is no such study.
        InsidersError: A study failed, or there is nothing in the lake to study yet.
    """
    from insiders_assets.definitions import research_assets

    together = research_assets()
    if name is not None and name not in together:
        studies = sorted(
            set(together) - {BACKTEST_CURVE.name}
        )  # which selection_backtest makes beside its own
        raise UsageError("is no study", where=repr(name), hint=f"choose one of {', '.join(studies)}")
    stores = Stores(settings)
    with alone(stores), showing_progress():
        result = execute(stores, "study", together[name] if name else None)
    for event in result.get_asset_materialization_events():
        if findings := event.materialization.metadata.get("findings"):
            typer.echo(f"{event.materialization.asset_key.to_user_string()}\n{findings.value}")
            if figures := event.materialization.metadata.get("figures"):
                typer.echo(f"Figures: {figures.value}")
            typer.echo("")
