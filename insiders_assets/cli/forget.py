"""``insiders forget``: a customer leaves everything that is kept, and does not come back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from insiders_assets.aliases import aliases_of
from insiders_assets.cli.console import showing_progress
from insiders_assets.cli.run import alone, execute
from insiders_assets.cli.ui import dagster_home
from insiders_assets.erasure.destinations import no_delivery
from insiders_assets.erasure.forget import Erased, checked
from insiders_assets.erasure.forget import forget as forget_everywhere
from insiders_assets.refresh.another_home import require_own
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.aliases import Aliases
    from insiders_assets.settings import Settings


def forget(settings: Settings, customers: Sequence[str], *, as_json: bool) -> None:
    """Forget customers, refresh without them, and say what is gone.

    Args:
        settings: Where things lie and which rules hold.
        customers: Their ids.
        as_json: Print one JSON object instead of text.

    Raises:
        UsageError: One is no customer's id.
        InsidersError: Nothing has been ingested yet, or something cannot be written.
    """
    aliases = aliases_of(settings)
    asked = checked(customers)
    ids = aliases.everyone(asked)
    stores = Stores(settings)

    def refresh() -> None:
        with showing_progress(quiet=as_json):
            execute(stores, "refresh")

    with alone(stores), no_delivery(stores):
        require_own(stores, stores.warehouse.latest_refresh())
        found = forget_everywhere(stores, ids, refresh=refresh, dagster=dagster_home(settings))
    if as_json:
        typer.echo(json.dumps(_facts(found, len(ids))))
        return
    for each in ids:
        if each not in asked:
            typer.echo(
                f"{each}: the same person as {' and '.join(_with(each, asked, aliases))}, forgotten as well"
            )
    for each in found.before:
        typer.echo(f"{each}: was forgotten already")
    for each in found.unknown:
        typer.echo(f"{each}: nothing is kept of this id (noted in case it arrives)")
    for line in found.left:
        typer.echo(f"insiders: {line}", err=True)
    known = len(ids) - len(found.unknown) - len(found.before)
    if not known:
        return
    who = "1 customer is" if known == 1 else f"{known:,} customers are"
    typer.echo(
        f"{who} forgotten: {found.transactions:,} transactions and {found.warehouse_rows:,} warehouse rows are "
        f"gone, {found.report_files:,} report files are rewritten. Exports that name them still lie in "
        f"{stores.landing.location}; they are left out of whatever is read."
    )


def _facts(found: Erased, customers: int) -> dict[str, object]:
    return {
        "customers": customers,
        "unknown": found.unknown,
        "forgotten_before": found.before,
        "transactions": found.transactions,
        "lake_rows": found.lake_rows,
        "warehouse_rows": found.warehouse_rows,
        "report_files": found.report_files,
        "at_destinations_still": found.left,
    }


def _with(customer: str, asked: Sequence[str], aliases: Aliases) -> list[str]:
    """Return those who were asked for whose other id somebody's is."""
    return [each for each in asked if aliases.main(each) == aliases.main(customer)]
