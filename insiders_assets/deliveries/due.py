"""Whether something is to be delivered now: after a release, after a change of what is configured, and what waits."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from insiders_assets.deliveries.configuration import FILE
from insiders_assets.deliveries.ledger import FOLDER, UNPUBLISHED, Ledger
from insiders_assets.deliveries.prepared import configured, consents_file, contacts_file
from insiders_assets.errors import UsageError
from insiders_assets.places import is_kept
from insiders_assets.refresh.due import LONGEST_WAIT, wait
from insiders_assets.segments import FILE as SEGMENTS
from insiders_assets.storage.atomic_write import write_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.deliveries.model import Configuration
    from insiders_assets.places import Place
    from insiders_assets.storage.stores import Stores


@dataclass(frozen=True)
class Tick:
    """What was asked for last.

    Attributes:
        asked: What it was asked for, as a hash.
        attempts: How often.
        moment: When, in seconds since the epoch.
    """

    asked: str = ""
    attempts: int = 0
    moment: float = 0.0

    @classmethod
    def read(cls, cursor: str | None) -> Tick:
        """Return what a cursor says; the first for one that cannot be read."""
        try:
            return cls(**json.loads(cursor or "{}"))
        except (ValueError, TypeError):
            return cls()

    def written(self) -> str:
        """Return it as a cursor."""
        return json.dumps(asdict(self))


def decide(stores: Stores, before: Tick, moment: float) -> tuple[Tick | None, str]:
    """Return the tick that asks for a delivery, or None and why there is none to ask for.

    Args:
        stores: Where things lie.
        before: What was asked for last.
        moment: Now, in seconds since the epoch.
    """
    if not is_kept(stores.home / FILE):
        return None, "No destination is configured."
    latest = stores.warehouse.latest_refresh()
    if latest is None:
        return None, "No refresh has been published."
    found, wrong = None, ""
    try:
        found = configured(stores)
    except UsageError as error:  # reported once, by the run that was asked for when it came
        wrong = str(error)
    wanted = _digest(stores, found, f"{latest['refresh_id']} {latest['published_at']}")
    if wanted != before.asked:
        return Tick(wanted, 1, moment), ""
    if wrong:
        return None, wrong
    behind = []
    for each in found.deliveries if found else ():
        state = Ledger(stores.home, each.name, each.destination.name).state
        if state.plan or state.refresh_id != latest["refresh_id"]:
            behind.append(each.name)
    if (stores.home / FOLDER / UNPUBLISHED).is_file():
        behind.append("what the tables say")
    if not behind:
        return None, f"Everything of {latest['refresh_id']} is delivered."
    left = before.moment + wait(before.attempts) - moment
    if 0 < left <= LONGEST_WAIT:  # a clock that was set back must not make anybody wait for longer
        return None, f"{', '.join(behind)} waits; tried again in {max(left / 60, 0.1):.1f} minutes."
    return Tick(wanted, before.attempts + 1, moment), ""


def news(home: Place, silent: Mapping[str, str]) -> dict[str, str]:
    """Return the destinations that are silent and were not the last time, and remember all that are.

    Args:
        home: The home.
        silent: Since when each does not answer, in words, by the delivery's name.
    """
    path = home / FOLDER / "told.json"
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = {}
    write_text(path, json.dumps(dict(silent)))
    return {name: line for name, line in silent.items() if _since(before.get(name, "")) != _since(line)}


def _since(line: str) -> str:
    """Return what a line says without why, which may be another one each time."""
    return line.partition(" (")[0]


def _digest(stores: Stores, found: Configuration | None, published: str) -> str:
    """Return a hash of everything that deliveries follow from."""
    paths = [stores.home / FILE, stores.home / SEGMENTS, consents_file(stores.settings)]
    contacts = contacts_file(stores.settings, found) if found else None
    digest = hashlib.sha256(published.encode())
    for path in (*paths, *([contacts] if contacts else [])):
        digest.update(path.read_bytes() if path.is_file() else b"-")
    return digest.hexdigest()[:16]
