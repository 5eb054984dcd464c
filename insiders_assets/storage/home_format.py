"""Which version of the platform wrote a home: one that does not know its form leaves it alone."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from insiders_assets import __version__
from insiders_assets.checksums import DAMAGED, is_whole
from insiders_assets.errors import InsidersError
from insiders_assets.storage.atomic_write import write_noted

if TYPE_CHECKING:
    from insiders_assets.places import Place
    from insiders_assets.storage.stores import Stores

FORMAT = 2
"""Raised when an older version would misread or lose what is in a home; 1 had no checksums."""
NAME = "format.json"


def require_format(stores: Stores) -> None:
    """Refuse a home or a warehouse that a newer version wrote.

    Raises:
        InsidersError: One did; the message names both versions.
    """
    number, version = _of(stores.home / NAME)
    if number > FORMAT:
        raise InsidersError(
            f"was written by insiders {version} in format {number}, and insiders {__version__} knows formats up to "
            f"{FORMAT}",
            where=str(stores.home),
            hint=f"install insiders {version}, or name another home",
        )
    ahead = ""
    with suppress(
        InsidersError
    ):  # a warehouse that does not answer, or is damaged, is reported by whoever opens it
        ahead = stores.warehouse.ahead()
    if ahead:
        raise InsidersError(
            ahead, where=stores.warehouse.place, hint="install that version, or name another database"
        )


def say_format(stores: Stores) -> None:
    """Say in a home which format this version writes."""
    if _of(stores.home / NAME)[0] < FORMAT:
        text = json.dumps({"format": FORMAT, "insiders": __version__})
        write_noted(stores.home / NAME, f"{text}\n")


def _of(path: Place) -> tuple[int, str]:
    """Return the format of a home and the version that wrote it; the first and nothing where nobody says."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        number, version = int(found["format"]), str(found["insiders"])
    except (FileNotFoundError, NotADirectoryError):
        return 1, ""
    except (ValueError, KeyError, TypeError):
        number, version = 0, ""
    if not (version and is_whole(path)):
        raise InsidersError(
            DAMAGED,
            where=str(path),
            hint=f"delete it if no version newer than {__version__} has been here",
        )
    return number, version
