"""``insiders migrate``: a home to another place, and whether it arrived."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from insiders_assets.cli.console import showing_progress
from insiders_assets.cli.run import alone
from insiders_assets.settings import require_database
from insiders_assets.storage.migration import compare, move, require_two
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.settings import Settings


def migrate(settings: Settings, to: str, *, only_compare: bool, as_json: bool) -> None:
    """Move a home, or compare one with its copy, and print what was found equal.

    Args:
        settings: The home that is moved; its ``to_database_url`` is the new home's database.
        to: The new home.
        only_compare: Copy nothing.
        as_json: Print one JSON object instead of text.

    Raises:
        UsageError: There is no home, the new one is the same or lacks its database, or something is there already.
        InsidersError: The copy is not complete.
    """
    there = settings.model_copy(update={"home": to, "database_url": settings.to_database_url})
    require_database(there, "INSIDERS_TO_DATABASE_URL")
    source, target = Stores(settings), Stores(there)
    require_two(source, target)
    with alone(source), alone(target), showing_progress(quiet=as_json):
        found = (compare if only_compare else move)(source, target)
    if as_json:
        typer.echo(json.dumps(asdict(found) | {"to": str(target.home), "warehouse": target.warehouse.place}))
        return
    rows = sum(found.tables.values())
    typer.echo(
        f"{found.files:,} files ({found.size / 1e6:,.1f} MB, {found.reports} reports) and {rows:,} rows of "
        f"{len(found.tables)} tables are the same in {source.home} and in {target.home} ({target.warehouse.place})."
    )
