"""What can be read: every table and view of the warehouse, and how its rows are told apart from page to page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from insiders_assets.api.problem import Problem
from insiders_assets.storage.warehouse import HISTORY, TABLES, VIEWS
from insiders_assets.storage.warehouse.schema import key_of

if TYPE_CHECKING:
    from insiders_assets.contracts.table import Column, Table


@dataclass(frozen=True)
class Source:
    """A table or view.

    Attributes:
        contract: Its columns.
        is_view: Whether it is a view.
    """

    contract: Table
    is_view: bool = False

    @property
    def name(self) -> str:
        """Its name."""
        return self.contract.name

    @property
    def keeps_history(self) -> bool:
        """Whether it keeps the rows of every refresh."""
        return self.name in HISTORY

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row and that pages follow; none where there are no such columns.

        Pages of a table or view without are told apart by how many rows came before: they are small.
        """
        key = () if self.is_view else key_of(self.contract)
        return key if key and not any(self.column(name).nullable for name in key) else ()

    def column(self, name: str) -> Column:
        """Return a column.

        Raises:
            KeyError: There is none of that name.
        """
        for column in self.contract.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def columns(self, *, personal: bool) -> list[Column]:
        """Return the columns that may be seen.

        Args:
            personal: Whether those are among them that tell who somebody is.
        """
        return [column for column in self.contract.columns if personal or not column.personal]


@cache
def sources() -> dict[str, Source]:
    """Return everything that can be read, by name."""
    found = {name: Source(contract) for name, contract in TABLES.items()}
    return found | {view.name: Source(view.contract, is_view=True) for view in VIEWS}


def source(name: str) -> Source:
    """Return a table or view.

    Raises:
        Problem: There is none of that name.
    """
    if found := sources().get(name):
        return found
    raise Problem(404, f"there is no table {name[:80]!r}: /api/v1/tables lists them")
