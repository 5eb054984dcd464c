"""A table whose rows are a customer's: made, or carried over from the refresh before as far as lines are the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from insiders_assets.days import day_number
from insiders_assets.features.carrying import Before, carry, line_digests

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import polars as pl

    from insiders_assets.contracts.table import Table
    from insiders_assets.storage.stores import Stores

LINES = ("clean_purchases", "returns")


@dataclass
class CarryOver:
    """Makes tables of customers' lines; on Spark always in full.

    Attributes:
        stores: Where the tables lie.
        as_of: The day that they look back from.
        code: A hash of the code that makes them.
        customers: How many customers' rows were carried over of the table that was made last.
        warnings: What a person should know.
    """

    stores: Stores
    as_of: date
    code: str
    customers: int = 0
    warnings: list[str] = field(default_factory=list)

    def made(
        self,
        table: Table,
        make: Callable[..., Any],
        later: Callable[[pl.DataFrame, int], pl.DataFrame] | None = None,
    ) -> Any:
        """Return the table of all customers, as ``make`` makes it: the same bytes, however it came about.

        Args:
            table: Its contract; it is in the lake as it was made before, if it was.
            make: Makes it of purchases and returns, lazy frames of the engine: those of all customers, or of some.
            later: Turns rows into what they are so many days later; none if that is the same.
        """
        self.customers = 0
        carried = self.stores.carried
        if self.stores.settings.engine == "polars" and (found := carried.before(table.name, self.code)):
            rows = later(found.rows, (self.as_of - found.as_of).days) if later else found.rows
            over = carry(
                Before(rows, found.digests),
                carried.digests(self._key, self._digests),
                [self.stores.lake.scan(name) for name in LINES],
                lambda *lines: make(*lines).lazy().collect(),
                key=table.key or ("customer_id",),
                turn=day_number(self.as_of),
            )
            if over and over.differ:
                self.warnings.append(
                    f"{table.name}: {over.differ:,} rows differ from those of the same lines before; all are made anew"
                )
            elif over:
                self.customers = over.customers
                return over.rows
        return make(*(self.stores.engine.scan(name) for name in LINES))

    def note(self, table: Table) -> None:
        """Write down what the table in the lake was made of, once it is there."""
        if self.stores.settings.engine == "polars":
            self.stores.carried.digests(self._key, self._digests)
            self.stores.carried.note(table.name, self._key, self.code, self.as_of)
        self.warnings += [f"{path} was damaged, and is made anew" for path in self.stores.carried.damaged]
        self.stores.carried.damaged.clear()

    @cached_property
    def _key(self) -> str:
        """The key of today's digests. It hashes all lines, which do not change while a table is made of them."""
        return self.stores.carried.key(
            LINES, self.code, self.as_of.isoformat(), self.stores.settings.window_days
        )

    def _digests(self) -> pl.DataFrame:
        purchases, returns = (self.stores.lake.scan(name) for name in LINES)
        return line_digests(
            purchases, returns, as_of=self.as_of, window_days=self.stores.settings.window_days
        )
