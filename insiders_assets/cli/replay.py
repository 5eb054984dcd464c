"""``insiders replay``: rejected rows are written into a sheet, corrected there, and taken back in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from insiders_assets.cli import rejected_files
from insiders_assets.cli.console import showing_progress
from insiders_assets.cli.run import alone, execute
from insiders_assets.corrections.replay import Replay, take_in, waiting
from insiders_assets.corrections.sheet import NAME, write_sheet
from insiders_assets.errors import UsageError
from insiders_assets.ingest.privacy import Privacy
from insiders_assets.places import place
from insiders_assets.storage.stores import Stores

if TYPE_CHECKING:
    from insiders_assets.places import Place
    from insiders_assets.settings import Settings


def replay(settings: Settings, sheet: str | None, *, as_json: bool) -> None:
    """Write the sheet of rejected rows, or take the corrected ones of it back in and refresh.

    Args:
        settings: Where things lie and which rules hold.
        sheet: A sheet elsewhere than in quarantine.
        as_json: Print one JSON object instead of a line.

    Raises:
        UsageError: The sheet is none.
        InsidersError: Nothing has been ingested yet, or the refresh failed.
    """
    stores = Stores(settings)
    own = stores.transactions.quarantine / NAME
    path = place(sheet) if sheet else own
    with alone(stores):
        if not path.is_file():
            if sheet:
                raise UsageError("is not there", where=sheet, hint=f"leave it out to make {own}")
            _begin(stores, own, as_json=as_json)
            return
        result = take_in(stores.transactions, path.read_bytes(), str(path), Privacy.from_settings(settings))
        if result.corrected:
            with showing_progress(quiet=as_json):
                execute(stores, "refresh")
        held = _held(stores, result)
        _rewrite(path, result)
    _say(stores, result, held, path, as_json=as_json)


def _begin(stores: Stores, path: Place, *, as_json: bool) -> None:
    rows = waiting(stores.transactions)
    if rows:
        write_sheet(path, rows)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "mended": 0,
                    "still_rejected": len(rows),
                    "sheet": str(path) if rows else None,
                    "set_aside": rejected_files.facts(stores),
                }
            )
        )
        return
    if rows:
        typer.echo(
            f"{_count(len(rows), 'rejected row')} written to {path}: fix them there, then run insiders replay again."
        )
    else:
        typer.echo("No rejected row waits to be corrected.")
    _say_aside(stores)


def _say_aside(stores: Stores) -> None:
    """Name what the sheet does not hold: no row of a file that is set aside whole can be corrected by itself."""
    if lines := rejected_files.lines(stores):
        typer.echo("Not in the sheet: " + "\n".join(lines))


def _held(stores: Stores, result: Replay) -> int:
    """Return rows corrected now whose file is set aside all the same."""
    held = {export.name for _, export in stores.transactions.manifest().exports() if export.set_aside}
    return sum(row.file in held for row in result.corrected)


def _rewrite(path: Place, result: Replay) -> None:
    """Leave in the sheet what still has to be corrected, and nothing where that is nothing."""
    if result.rejected:
        write_sheet(path, result.rejected)
    else:
        path.unlink(missing_ok=True)


def _say(stores: Stores, result: Replay, held: int, path: Place, *, as_json: bool) -> None:
    taken = len(result.corrected) - held
    if as_json:
        facts = {
            "mended": taken,
            "waiting_for_their_file": held,
            "still_rejected": len(result.rejected),
            "no_longer_rejected": len(result.unknown),
            "sheet": str(path) if result.rejected else None,
            "set_aside": rejected_files.facts(stores),
        }
        typer.echo(json.dumps(facts))
        return
    parts = [f"{_count(taken, 'row')} corrected and taken in"]
    if held:
        parts.append(f"{held:,} corrected but waiting, their file being set aside still")
    parts.append(f"{len(result.rejected):,} still rejected" + (f" (in {path})" if result.rejected else ""))
    if result.absent:
        parts.append(f"{result.absent:,} of them edited, but their file is gone: put it back to fix them")
    if result.unknown:
        parts.append(f"{len(result.unknown):,} no longer in quarantine")
    typer.echo("; ".join(parts) + ".")
    _say_aside(stores)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
