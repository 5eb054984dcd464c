"""Reading the warehouse for pages and programs: one read-only transaction each, so that all is of one refresh."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from insiders_assets.storage.warehouse import urls
from insiders_assets.storage.warehouse.connection import make_engine
from insiders_assets.storage.warehouse.schema import key_of, tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import polars as pl
    import sqlalchemy as sa

    from insiders_assets.contracts.table import Table
    from insiders_assets.storage.warehouse.warehouse import Warehouse

PULSE_SECONDS = 1.0
"""How long an answer to "what is the latest refresh" is good for, whoever asks."""


@dataclass(frozen=True)
class View:
    """One refresh of the warehouse, seen through one transaction.

    Attributes:
        connection: The transaction.
        refresh: The latest row of ``refreshes``.
    """

    connection: sa.Connection
    refresh: dict[str, Any]

    @property
    def refresh_id(self) -> str:
        """The refresh's name."""
        return str(self.refresh["refresh_id"])

    @property
    def as_of(self) -> date:
        """The day that the features look back from."""
        day: date = self.refresh["as_of"]
        return day

    def rows(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        """Return every row of a query, by column."""
        return [dict(row) for row in self.connection.execute(query).mappings()]

    def row(self, query: sa.Select[Any]) -> dict[str, Any] | None:
        """Return the first row of a query, by column."""
        found = self.connection.execute(query).mappings().first()
        return dict(found) if found else None

    def table(self, contract: Table) -> pl.DataFrame | None:
        """Return a small table whole, sorted by its key; None where the warehouse lacks it or it is empty."""
        import polars as pl

        if not self.has(contract.name):
            return None
        rows = self.rows(tables()[contract.name].select())
        schema = contract.polars_schema
        return pl.DataFrame(rows, schema=schema).sort(key_of(contract)) if rows else None

    def select(self, table: sa.Table, *names: str) -> sa.Select[Any]:
        """Return a query for the columns of a table, all or those called ``names``: for those that the warehouse has.

        An older version may have published without the others.
        """
        import sqlalchemy as sa

        there = {column["name"] for column in sa.inspect(self.connection).get_columns(table.name)}
        return sa.select(*(table.c[name] for name in names or table.c.keys() if name in there))

    def has_refresh(self, name: str) -> bool:
        """Return whether a refresh was published."""
        import sqlalchemy as sa

        refreshes = tables()["refreshes"]
        return bool(self.rows(sa.select(refreshes.c.refresh_id).where(refreshes.c.refresh_id == name)))

    def has(self, table: str) -> bool:
        """Return whether the warehouse has a table: an older version may have published without it."""
        import sqlalchemy as sa

        return sa.inspect(self.connection).has_table(table)


def whole(expression: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """Return a sum of counts as a whole number: PostgreSQL makes a decimal of it."""
    import sqlalchemy as sa

    return sa.cast(expression, sa.BigInteger)


@dataclass
class Reader:
    """The warehouse as the dashboard and the API read it.

    Attributes:
        warehouse: Opened read-only: the database itself refuses writes.
    """

    warehouse: Warehouse
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _pulse: tuple[float, str] = (0.0, "")

    @cached_property
    def engine(self) -> sa.Engine:
        """Connections, kept open between pages where that pays."""
        return make_engine(self.warehouse.url, read_only=True, pooled=True)

    @contextmanager
    def view(self) -> Iterator[View | None]:
        """The latest refresh, or None before the first publish.

        Raises:
            InsidersError: The warehouse cannot be read.
        """
        if not self.warehouse.exists():
            yield None
            return
        refreshes = tables()["refreshes"]
        latest = (
            refreshes.select()
            .order_by(refreshes.c.published_at.desc(), refreshes.c.refresh_id.desc())
            .limit(1)
        )
        with urls.clear_errors(self.warehouse.url, "read"), self.engine.begin() as connection:
            row = connection.execute(latest).mappings().first()
            yield View(connection, dict(row)) if row else None

    def latest(self) -> str:
        """Return the name and moment of the latest publish, for telling one from the next; empty before the first."""
        with self._lock:
            asked, known = self._pulse
            if time.monotonic() - asked < PULSE_SECONDS:
                return known
            with self.view() as view:
                known = f"{view.refresh_id}@{view.refresh['published_at']}" if view else ""
            self._pulse = (time.monotonic(), known)
            return known

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
