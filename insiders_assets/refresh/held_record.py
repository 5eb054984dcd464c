"""The record of a refresh that is held: that it is there, why, and what it read."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from insiders_assets.checksums import is_whole as is_whole_file
from insiders_assets.refresh.state import RefreshState
from insiders_assets.storage.atomic_write import write_noted

if TYPE_CHECKING:
    from insiders_assets.places import Place

FOLDER = "held"
"""The folder of a held refresh, in the home."""
RECORD = "refresh.json"
HELD, DISCARDED, OVER = "held", "discarded", "over"


@dataclass(frozen=True)
class HeldRefresh:
    """A refresh that is held, or was discarded.

    Attributes:
        status: ``held``, ``discarded``, or ``over`` while it is being taken away.
        why: What is strange about it, a line each.
        since: When it was held, in UTC.
        state: What it read.
        published: The refresh that is published in its place.
        tables: The tables that it publishes.
        facts: The code and the arguments of each line of ``why``; none from before there were any.
    """

    status: str
    why: tuple[str, ...]
    since: str
    state: RefreshState
    published: str
    tables: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def refresh_id(self) -> str:
        """Its name."""
        return self.state.refresh_id

    def line(self) -> str:
        """Return what a person should know of it, in one line."""
        why = "; ".join(self.why)
        if self.status == DISCARDED:
            return f"refresh {self.refresh_id} was discarded ({why}); {self.published} stays published"
        return (
            f"refresh {self.refresh_id} is held: {why}; {self.published} stays published. Look at "
            f"reports/{self.refresh_id}, then: insiders release {self.refresh_id}, or insiders discard "
            f"{self.refresh_id}"
        )

    def reasons(self) -> list[dict[str, str]]:
        """Return what is strange about it, each line as a row of a table says it.

        ``why``, ``why_code`` and ``why_args``.
        """
        facts = self.facts or (("", ""),) * len(self.why)
        return [
            {"why": why, "why_code": code, "why_args": args}
            for why, (code, args) in zip(self.why, facts, strict=True)
        ]

    def for_programs(self) -> dict[str, object]:
        """Return the same for programs."""
        return {
            "refresh_id": self.refresh_id,
            "status": self.status,
            "why": list(self.why),
            "since": self.since,
            "published": self.published,
        }


def read_held(home: Place) -> HeldRefresh | None:
    """Return what the home says is held or was discarded; None for nothing, or for a record that cannot be read.

    Without its record a refresh is made again by the next run, and held again.
    """
    path = record_of(home)
    if not is_whole_file(path):
        logging.getLogger("insiders.home").warning(
            "%s is damaged: its content is not what was written; the next run makes that refresh again", path
        )
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        state = RefreshState(**found.pop("state"))
        return HeldRefresh(
            **found
            | {"state": state, "why": tuple(found["why"]), "tables": tuple(found["tables"])}
            | {"facts": tuple((code, args) for code, args in found.get("facts", ()))}
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_held(home: Place, found: HeldRefresh) -> None:
    """Write the record, all at once."""
    write_noted(record_of(home), json.dumps(asdict(found), indent=2) + "\n")


def record_of(home: Place) -> Place:
    """Return where the record lies."""
    return home / FOLDER / RECORD
