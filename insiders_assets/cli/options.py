"""The settings of one command: a variable that is no setting, or settings that do not go together, stop it at once."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.settings import Settings

PREFIX = "INSIDERS_"
_OF_A_SERVICE = re.compile(r"_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$")
"""What Kubernetes puts into every container's environment for a service whose name begins like ours."""


def given(**options: Any) -> Settings:
    """Return settings from the environment with a command's options on top.

    Raises:
        UsageError: A variable is no setting, or has a value that it cannot take.
    """
    from insiders_assets.settings import load_settings

    refuse_unknown(os.environ)
    settings = load_settings(**options)
    if "://" not in settings.home and Path(settings.home).is_file():
        raise UsageError("is a file", where=settings.home, hint="name a folder by --home or INSIDERS_HOME")
    return settings


def given_to_run(**options: Any) -> Settings:
    """Return the same for a command that refreshes, whose rules must go together.

    Raises:
        UsageError: They do not, or what :func:`given` raises.
        InsidersError: The file of opted-out customers cannot be read.
    """
    settings = given(**options)
    require_rules(settings)
    return settings


def require_rules(settings: Settings) -> None:
    """Make all rules once, long before a refresh comes to those that it would stumble over.

    Raises:
        UsageError: Settings do not go together.
        InsidersError: The file of opted-out customers cannot be read.
    """
    from babel.numbers import is_currency

    from insiders_assets.aliases import aliases_of
    from insiders_assets.ingest import IngestRules
    from insiders_assets.places import place
    from insiders_assets.programme.config import ProgrammeRules
    from insiders_assets.refresh.experimenting import configured
    from insiders_assets.segmentation.recipes import recipe_from
    from insiders_assets.segments import segments_of

    if settings.currency and not is_currency(settings.currency):
        raise UsageError(
            f"{settings.currency!r} is no currency of ISO 4217",
            where="INSIDERS_CURRENCY",
            hint="use a code such as GBP, EUR or BRL, or unset it",
        )
    IngestRules.from_settings(settings)
    recipe_from(settings)
    ProgrammeRules.from_settings(settings)
    segments_of(place(settings.home))
    configured(settings)
    aliases_of(settings)


def refuse_unknown(environment: Mapping[str, str]) -> None:
    """Refuse a variable that looks like a setting and is none: it would be ignored, and nobody would notice.

    Raises:
        UsageError: There is one; the message names the setting that is spelt most like it.
    """
    from difflib import get_close_matches

    from insiders_assets.settings import Settings

    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name, value in sorted(environment.items()):
        if not name.upper().startswith(PREFIX) or name.upper() in known or _of_a_service(name, value):
            continue
        near = get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.75)
        hint = (
            f"did you mean {near[0]}?" if near else "unset it; `insiders settings` lists all that there are"
        )
        raise UsageError("is no setting", where=name, hint=hint)


def _of_a_service(name: str, value: str) -> bool:
    return bool(_OF_A_SERVICE.search(name)) or (name.endswith("_PORT") and "://" in value)
