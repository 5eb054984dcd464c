"""``aliases.csv``: one person, two ids.

Their purchases are counted together from the next refresh on, as long as a line says so. What was read stays as it was
read, so that a line that goes parts them again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from insiders_assets.contracts.customers import ANONYMOUS
from insiders_assets.csv_files import csv_rows, read_csv, records
from insiders_assets.errors import UsageError
from insiders_assets.places import is_kept, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from insiders_assets.places import Place
    from insiders_assets.settings import Settings

FILE = "aliases.csv"
CUSTOMER, SAME_AS = "customer_id", "same_as"


@dataclass(frozen=True)
class Aliases:
    """Who is the same person as whom.

    Attributes:
        same_as: The id that a person is known by, for each of their other ids.
    """

    same_as: Mapping[str, str] = field(default_factory=dict)

    def main(self, customer: str) -> str:
        """Return the id that a person is known by."""
        return self.same_as.get(customer, customer)

    def mains(self, customers: Iterable[str]) -> frozenset[str]:
        """Return the ids that people are known by."""
        return frozenset(map(self.main, customers))

    def everyone(self, customers: Iterable[str]) -> list[str]:
        """Return all ids of people, sorted: those given and every other one of the same persons."""
        given = set(customers)
        mains = self.mains(given)
        return sorted(given | mains | {other for other, main in self.same_as.items() if main in mains})


def aliases_of(settings: Settings) -> Aliases:
    """Return the aliases of the home, with ids as tables hold them; none if there is no file.

    Raises:
        UsageError: Something is wrong in it; the message names the line.
    """
    path = aliases_file(settings)
    if not is_kept(path):
        return Aliases()
    found: dict[str, str] = {}
    for other, main in read_aliases(path).items():
        kept = (settings.as_kept(CUSTOMER, [each]) for each in (other, main))
        found |= dict(zip(*kept, strict=True))
    return Aliases(found)


def aliases_file(settings: Settings) -> Place:
    """Return where the aliases of a home lie, whether they are there or not."""
    return place(settings.home) / FILE


def read_aliases(path: Place) -> dict[str, str]:
    """Return the id that each other id stands for, ends of chains resolved.

    Args:
        path: The file, with the columns ``customer_id`` (or ``id``) and ``same_as`` (or ``is the same person as``), and
            ``because`` for people.

    Raises:
        UsageError: A column is unknown or lacking, an id is none, stands for two, or leads in a circle to itself; the
            message names the line.
    """
    said: dict[str, tuple[str, int]] = {}
    for line, customer, same_as in read_csv(path, required=(CUSTOMER, SAME_AS), allowed=("because",)).select(
        "line", CUSTOMER, SAME_AS
    ).iter_rows():  # fmt: skip
        where = f"{path} (line {line})"
        for each in (customer, same_as):
            if not each or each.startswith(ANONYMOUS):
                raise UsageError(
                    f"{each!r} is no customer's id", where=where, hint="write two ids of one person"
                )
        if customer in said and said[customer][0] != same_as:
            other, before = said[customer]
            raise UsageError(
                f"{customer!r} is the same person as {other!r} already (line {before})",
                where=where,
                hint=f"if all are one person, write: {same_as},{other}",
            )
        said.setdefault(customer, (same_as, line))
    return {customer: _end(path, said, customer) for customer in said}


def _end(path: Place, said: Mapping[str, tuple[str, int]], customer: str) -> str:
    """Return the id at the end of a chain."""
    passed, at = {customer}, customer
    while at in said:
        at, line = said[at]
        if at in passed:
            raise UsageError(
                f"{at!r} leads in a circle to itself",
                where=f"{path} (line {line})",
                hint="choose one id that the person is known by, and no line in which it is another's",
            )
        passed.add(at)
    return at


def without(path: Place, customers: Iterable[str]) -> bytes | None:
    """Return the file's content without the rows that name any of some customers; None if none does."""
    gone = set(customers)
    rows = records(path.read_bytes().decode())
    kept = [row for row in rows if gone.isdisjoint(cell.strip() for cell in next(csv_rows(row), []))]
    return "".join(kept).encode() if len(kept) < len(rows) else None
