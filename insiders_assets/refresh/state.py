"""What the last successful refresh saw: kept beside the lake, compared to know whether another one is due."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from insiders_assets import __version__
from insiders_assets.checksums import is_whole as is_whole_file
from insiders_assets.refresh.sources import side_inputs
from insiders_assets.storage.atomic_write import write_noted, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.places import Place
    from insiders_assets.storage.stores import Stores


logger = logging.getLogger("insiders.home")


def fingerprint(listing: Mapping[str, Any]) -> str:
    """Return a short hash of a landing zone's listing: names and signatures, whatever their order."""
    text = json.dumps(sorted((name, repr(signature)) for name, signature in listing.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class RefreshState:
    """The last successful refresh.

    Attributes:
        refresh_id: Its name in ``reports/`` and in the warehouse.
        inputs: Hash of everything its results follow from: transactions, rules, model and code.
        landing: Fingerprint of the landing zone it read.
        settings: Digest of the settings it ran under.
        side_inputs: Hash of what it read beside exports, settings and model.
        code: Version of the code that ran.
        model_version: The model that assigned.
        forgotten: Who was forgotten by then, as a hash; empty for nobody.
        currencies: The currencies that its exports name, with blanks between; empty if they name none.
    """

    refresh_id: str
    inputs: str
    landing: str
    settings: str
    side_inputs: str
    code: str
    model_version: str
    forgotten: str = ""
    currencies: str = ""


def _path(stores: Stores) -> Place:
    return stores.lake_folder / "refresh.json"


def _begun(stores: Stores) -> Place:
    return stores.lake_folder / "refresh.begun"


def last_refresh(stores: Stores) -> RefreshState | None:
    """Return the last successful refresh, or None before the first; one whose record is damaged is made again."""
    if not is_whole_file(_path(stores)):
        logger.warning(
            "%s is damaged: its content is not what was written; the refresh is made again", _path(stores)
        )
        return None
    try:
        found = json.loads(_path(stores).read_text(encoding="utf-8"))
        return RefreshState(**found)
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None


def model_in_use(stores: Stores) -> str | None:
    """Return the model that the last refresh assigned by, by its record or else its report; None before the first."""
    if state := last_refresh(stores):
        return state.model_version
    report = stores.publication.latest_report()
    return str(report["model_version"]) if report else None


def begin(stores: Stores) -> None:
    """Record that the lake's tables are about to be replaced: until the refresh is remembered, another one is due.

    One that was cut short leaves tables that nothing published follows from, even if all that it read is put back.
    """
    if is_whole(stores):
        write_text(_begun(stores), "")


def about_to_show(stores: Stores, refresh_id: str) -> None:
    """Record what the warehouse may show from now on, in a refresh that has begun, though it is not yet remembered."""
    names = sorted({*shown_meanwhile(stores), refresh_id})
    write_text(_begun(stores), "".join(f"{name}\n" for name in names))


def shown_meanwhile(stores: Stores) -> set[str]:
    """Return what the warehouse may show of refreshes of this home that were cut short since the last one kept."""
    try:
        return set(_begun(stores).read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        return set()


def is_whole(stores: Stores) -> bool:
    """Return whether no refresh is at work or was cut short since the last successful one."""
    return not _begun(stores).exists()


def remember(stores: Stores, state: RefreshState) -> None:
    """Record a successful refresh."""
    write_noted(_path(stores), json.dumps(asdict(state), indent=2) + "\n")
    _begun(stores).unlink(missing_ok=True)


def is_current(stores: Stores) -> bool:
    """Return whether the published results already follow from what is in the landing zone now."""
    state = last_refresh(stores)
    return (
        state is not None
        and stores.publication.latest() == state.refresh_id
        and is_as_it_was(stores, state)
        and is_whole(stores)
        and _is_in_warehouse(stores, state.refresh_id)
    )


def is_as_it_was(stores: Stores, state: RefreshState) -> bool:
    """Return whether everything that a refresh read is as it was then."""
    return (
        state.code == __version__
        and state.settings == stores.settings.digest()
        and state.side_inputs == side_inputs(stores)
        and state.model_version == stores.champion_version()
        and state.forgotten == stores.transactions.tombstones.read().digest()
        and state.landing == fingerprint(stores.landing.listing())
        and state.landing == fingerprint(stores.transactions.listing())
    )


def _is_in_warehouse(stores: Stores, refresh_id: str) -> bool:
    """Return whether the warehouse shows a refresh as its last: it may have been lost, or put back from a backup."""
    latest = stores.warehouse.latest_refresh()
    return latest is not None and latest["refresh_id"] == refresh_id
