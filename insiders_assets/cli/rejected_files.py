"""Exports that are set aside whole: every command that counts rows names them, for none of theirs is counted on."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from insiders_assets.language import Language

if TYPE_CHECKING:
    from insiders_assets.storage.stores import Stores

SHOWN = 5
"""Exports whose reasons are shown on a terminal; ``--json`` has them all."""


def lines(stores: Stores) -> list[str]:
    """Return lines that say which exports are set aside and why; none if none is."""
    aside = stores.transactions.set_aside()
    if not aside:
        return []
    words = Language(stores.settings.language)
    lines = [
        words.plural(
            "%(count)s file is set aside whole; look with: %(command)s",
            "%(count)s files are set aside whole; look with: %(command)s",
            len(aside),
            command=inspecting(stores),
        )
    ]
    lines += [f"   {each.name}: {each.set_aside}" for each in aside[:SHOWN]]
    if len(aside) > SHOWN:
        more = words.number(len(aside) - SHOWN)
        lines.append("   " + words.text("and %(more)s more (--json has them)", more=more))
    return lines


def inspecting(stores: Stores) -> str:
    """Return the command that looks at the first of them, as it can be typed where this one was."""
    settings, (first, *_) = stores.settings, stores.transactions.set_aside()
    name = next(name for name, file in stores.transactions.manifest().files.items() if first in file.exports)
    words = ["insiders", "inspect", name]
    if settings.landing:
        words += ["--landing", settings.landing]
    elif settings.home != type(settings).model_fields["home"].default:
        words += ["--home", settings.home]
    return shlex.join(words)


def facts(stores: Stores) -> list[dict[str, str]]:
    """Return the same for programs: each export with its reason."""
    return [{"file": each.name, "reason": each.set_aside} for each in stores.transactions.set_aside()]
