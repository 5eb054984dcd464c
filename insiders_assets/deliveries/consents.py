"""``consents.csv``: who may be written to, what for. Without the file nobody is asked for consent here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from insiders_assets.csv_files import read_csv
from insiders_assets.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from insiders_assets.places import Place

FILE = "consents.csv"
CUSTOMER, PURPOSE = "customer_id", "purpose"
YES = frozenset({"yes", "true", "1", "x", "sim"})
NO = frozenset({"", "no", "false", "0", "não", "nao"})


@dataclass(frozen=True)
class Consents:
    """What people have consented to.

    Attributes:
        where: The file.
        purposes: Every purpose that the file names.
        given: Who consents now, by purpose.
    """

    where: str
    purposes: tuple[str, ...]
    given: Mapping[str, frozenset[str]]


def read_consents(path: Place, kept_as: Callable[[str], str], now: datetime | None = None) -> Consents:
    """Return what a file says: of each customer and purpose, what was said last counts.

    A row is a consent, a withdrawal, or both: ``given`` and ``withdrawn`` hold a day or a moment, or ``yes``, which was
    at ``when`` then. Of two at the same moment the withdrawal counts, and one without a time is of the end of its day.
    A consent of a day to come does not count yet; a withdrawal of one counts at once.

    Args:
        path: The file, with the columns ``customer_id`` (or ``id``), ``purpose``, ``given``, ``withdrawn``, ``when``.
        kept_as: What tables hold in the place of an id: the same for all ids of a person, who has one last word.
        now: What consents are later than have not been given yet; the clock unless given.

    Raises:
        UsageError: A column is unknown or lacking, or a cell is no answer and no day; the message names the line.
    """
    rows = read_csv(path, required=(CUSTOMER, PURPOSE, "given"), allowed=("withdrawn", "when"))
    latest: dict[tuple[str, str], tuple[datetime, bool]] = {}
    until = (now or datetime.now(UTC).replace(tzinfo=None)) + timedelta(
        days=1
    )  # somewhere it is tomorrow already
    purposes: dict[str, None] = {}
    for row in rows.iter_rows(named=True):
        where = f"{path} (line {row['line']})"
        if not row[CUSTOMER] or not row[PURPOSE]:
            raise UsageError(
                "has no customer or no purpose", where=where, hint="fill both, or take the line out"
            )
        purposes[row[PURPOSE]] = None
        for column, consents in (("given", True), ("withdrawn", False)):
            moment = _moment(row.get(column) or "", row.get("when") or "", column, where)
            # A day to come may be mistyped: nobody is written to on the strength of it.
            if moment is None or (consents and moment > until):
                continue
            key = (kept_as(row[CUSTOMER]), row[PURPOSE])
            before = latest.get(key)
            if before is None or moment > before[0] or (moment == before[0] and not consents):
                latest[key] = (moment, consents)
    given: dict[str, set[str]] = {purpose: set() for purpose in purposes}
    for (who, purpose), (_, consents) in latest.items():
        if consents:
            given[purpose].add(who)
    return Consents(str(path), tuple(purposes), {purpose: frozenset(who) for purpose, who in given.items()})


def _moment(said: str, when: str, column: str, where: str) -> datetime | None:
    """When something was said; None if it was not."""
    if said.lower() in NO:
        return None
    text = when if said.lower() in YES else said
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        what = f"{column} is {said!r}" if text is said else f"{column} is {said!r}, and when is {when!r}"
        raise UsageError(
            what, where=where, hint="write yes with a day in when, no, or a day such as 2026-01-31"
        ) from None
    if column == "withdrawn" and len(text) <= len("2026-01-31"):
        return datetime.combine(found, time.max)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
