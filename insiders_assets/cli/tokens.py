"""``insiders tokens``: who may read the API, until when."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from insiders_assets.api.tokens import Tokens
from insiders_assets.places import place

if TYPE_CHECKING:
    from insiders_assets.settings import Settings


def create(settings: Settings, name: str, days: int) -> None:
    """Make a token and print it."""
    typer.echo(Tokens(place(settings.home)).create(name, days))
    typer.echo(f"Keep it well: it is not shown again, and opens the API for {days} days.", err=True)


def show(settings: Settings, *, as_json: bool) -> None:
    """Print the tokens, without anything that would open something."""
    today, found = datetime.now(UTC).date(), Tokens(place(settings.home)).all()
    rows = [
        {"name": each.name, "created": each.created, "expires": each.expires, "is_good": each.is_good(today)}
        for each in found
    ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for each in rows:
        state = "good until" if each["is_good"] else "expired on"
        typer.echo(f"{each['name']}: made {each['created']}, {state} {each['expires']}")
    if not rows:
        typer.echo("there are no tokens; make one with: insiders tokens create NAME")


def revoke(settings: Settings, name: str) -> None:
    """Forget a token."""
    Tokens(place(settings.home)).revoke(name)
    typer.echo(f"{name} opens nothing any more")
