"""``insiders settings``: every setting with its value, where that comes from, and what it means."""

from __future__ import annotations

import json
import os
import textwrap
from typing import TYPE_CHECKING, Any

import typer
from pydantic import SecretStr

from insiders_assets.cli.options import PREFIX
from insiders_assets.settings import ROOMS

if TYPE_CHECKING:
    from insiders_assets.settings import Settings

HIDDEN = "(set, not shown)"
INDENT = " " * 4


def show_settings(settings: Settings, options: dict[str, Any], *, only_set: bool, as_json: bool) -> None:
    """Print the settings that a command with these options would have.

    Args:
        settings: The settings.
        options: What was given on the command line, by setting; None where it was not.
        only_set: Leave out what has its default value.
        as_json: Print one JSON object instead of text.
    """
    decisive = settings.decisive()
    found = {}
    for name, field in (each for room in ROOMS.values() for each in room.model_fields.items()):
        origin = _origin(name, options)
        if only_set and origin == "default":
            continue
        found[PREFIX + name.upper()] = {
            "value": _shown(getattr(settings, name)),
            "from": origin,
            "changes_results": name in decisive,
            "meaning": field.description,
        }
    if as_json:
        typer.echo(json.dumps(found, default=str))
        return
    for variable, setting in found.items():
        value = setting["value"]
        mark = "" if setting["changes_results"] else " · changes no result"
        typer.echo(f"{variable} = {'' if value is None else value}  ({setting['from']}{mark})")
        typer.echo(
            textwrap.fill(str(setting["meaning"]), 100, initial_indent=INDENT, subsequent_indent=INDENT)
        )


def _origin(name: str, options: dict[str, Any]) -> str:
    if options.get(name) is not None:
        return "option"
    named = {each.upper() for each, value in os.environ.items() if value}
    return "environment" if PREFIX + name.upper() in named else "default"


def _shown(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return HIDDEN
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return value
