"""All examinations, one after the other; one that fails keeps no other from being made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from insiders_assets.cli.doctor import machine, places, services, tables, warehouse
from insiders_assets.cli.doctor.finding import Finding, mend
from insiders_assets.errors import InsidersError
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from insiders_assets.settings import Settings

EXAMINATIONS: dict[str, Callable[[Stores], Iterator[Finding]]] = {
    "versions": machine.versions,
    "settings": machine.settings,
    "space": machine.space,
    "home": places.home,
    "format": places.form,
    "landing zone": places.landing,
    "tables": tables.tables,
    "warehouse": warehouse.warehouse,
    "clock": machine.clock,
    "engine": services.engine,
    "model": services.model,
    "report": services.report,
    "held": services.held_refresh,
    "deliveries": services.deliveries,
    "announcements": services.announcements,
    "files": places.files,
    "services": services.services,
}


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; nothing is changed but a file that is written to the home and taken away again."""
    stores = Stores(settings)
    found: list[Finding] = []
    for about, examination in EXAMINATIONS.items():
        try:
            found.extend(examination(stores))
        except InsidersError as error:
            said = f"{error.where}: {error.what}" if error.where else error.what
            found.append(mend(about, said, error.hint or "see docs/operations.md"))
        except Exception as error:  # its words might hold a secret, its kind does not
            found.append(
                mend(about, f"cannot be examined ({type(error).__name__})", "see docs/operations.md")
            )
    return found


def report(settings: Settings, *, as_json: bool) -> None:
    """Print what was found; ends with 1 if something must be fixed.

    Args:
        settings: What is looked at.
        as_json: Print one JSON object instead of text.
    """
    found = examine(settings)
    ill = [finding for finding in found if finding.state == "mend"]
    if as_json:
        typer.echo(json.dumps({"healthy": not ill, "findings": [finding.facts() for finding in found]}))
    else:
        for finding in found:
            typer.echo(f"{finding.state:<5} {finding.about:<13} {finding.said}")
            if finding.hint:
                typer.echo(f"{'':<19} → {finding.hint}")
        word = "thing" if len(ill) == 1 else "things"
        typer.echo(f"\n{len(ill)} {word} to fix." if ill else "\nNothing to fix.")
    if ill:
        raise typer.Exit(1)
