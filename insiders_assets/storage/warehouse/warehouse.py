"""One warehouse: publish a refresh in one transaction, read it back."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse import migrations, partitions, postgres, purge, sqlite, urls
from insiders_assets.storage.warehouse.connection import make_engine, make_parent
from insiders_assets.storage.warehouse.lock import alone
from insiders_assets.storage.warehouse.queries import newest_refresh, query_of
from insiders_assets.storage.warehouse.schema import HISTORY, TABLES, key_of, metadata
from insiders_assets.storage.warehouse.summaries import summaries
from insiders_assets.storage.warehouse.upgrade import allow_empty, ensure_tables
from insiders_assets.storage.warehouse.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from types import ModuleType

    import polars as pl
    import sqlalchemy as sa

    from insiders_assets.redaction.redactor import Redactor


@dataclass(frozen=True)
class Warehouse:
    """The SQL database that others read.

    Attributes:
        url: Where it is; never print it, :attr:`place` is for people.
        read_only: Whether the database itself refuses writes through this object.
    """

    url: sa.URL
    read_only: bool = False

    @classmethod
    def open(cls, url: str | SecretStr, *, read_only: bool = False) -> Warehouse:
        """Open the warehouse at an SQLAlchemy URL. Nothing is connected or created before it is used.

        Args:
            url: ``sqlite:///file.db`` or ``postgresql://…``.
            read_only: Let the database refuse every write.

        Raises:
            UsageError: It is no URL of SQLite or PostgreSQL.
        """
        text = url.get_secret_value() if isinstance(url, SecretStr) else url
        return cls(urls.parse(text), read_only)

    @property
    def place(self) -> str:
        """The database as people may see it, without a password."""
        return urls.shown(self.url)

    def publish(
        self,
        tables: Mapping[str, pl.DataFrame],
        appended: Mapping[str, pl.DataFrame],
        *,
        from_lake: bool = False,
        onto: Callable[[Mapping[str, Any] | None], None] = lambda _latest: None,
    ) -> dict[str, int]:
        """Make a refresh visible: all of it at once, or nothing.

        Rows are deleted and inserted, tables are neither dropped nor renamed: a reader sees the old refresh or the new
        one, and the views and grants that others put on the tables stay. Of a table that is kept by part, the parts
        that are as they were published are left alone.

        Args:
            tables: Tables that take the place of the published ones, by name. One that keeps history may be among
                them, and keeps it.
            appended: Rows of history, by table; those of the same ``refresh_id`` are replaced. An empty
                ``published_at`` is filled with the moment of the publish (UTC).
            from_lake: Whether the lake has held them to their contracts already, once for all.
            onto: Looks at the refresh that is shown, once nobody else can publish any more, and raises if this one may
                not take its place.

        Returns:
            The rows published, by table, those of the summaries that the warehouse adds among them.

        Raises:
            ContractError: A table breaks its contract; nothing was written.
            InsidersError: The database cannot be opened or written; nothing was written.
        """
        frames = {**tables, **{name: _stamped(frame) for name, frame in appended.items()}}
        if unknown := frames.keys() - TABLES.keys():
            raise KeyError(f"no contract declares {sorted(unknown)}")
        if not from_lake:
            for name, frame in frames.items():
                TABLES[name].validate(frame)
        history = [frames[name]["refresh_id"].unique() for name in frames if name in HISTORY]
        refreshes = sorted({refresh for column in history for refresh in column})
        if "insiders" in frames and "refreshes" in frames:
            row = frames["refreshes"].row(0, named=True)
            frames |= summaries(frames["insiders"], row["as_of"], row["refresh_id"])
        make_parent(self.url)
        with self._transaction("written") as connection:
            alone(connection)
            ensure_tables(connection, replaced=frames.keys())
            onto(newest_refresh(connection))
            driver = _driver(connection)
            changed = partitions.changes(connection, frames, whole_from=driver.WHOLE_FROM)
            outdated = {change.name: change.outdated for change in changed}

            def clear() -> None:
                for name in frames:
                    table = metadata().tables[name]
                    which = table.c.refresh_id.in_(refreshes) if name in HISTORY else outdated.get(name)
                    old = table.delete()
                    connection.execute(old if which is None else old.where(which))

            driver.load(connection, frames | {change.name: change.rows for change in changed}, clear)
            partitions.remember(connection, changed)
        return {name: frame.height for name, frame in frames.items()}

    def prepare(self) -> None:
        """Make or fix all tables and views without publishing: what the owner does, so that a writer need not.

        History keeps every row. A table whose columns have changed is empty until the next publish.

        Raises:
            InsidersError: The database cannot be opened, or this user does not own it.
        """
        make_parent(self.url)
        with self._transaction("written") as connection:
            alone(connection)
            ensure_tables(connection, replaced=TABLES.keys())

    def purge(self, redactor: Redactor) -> int:
        """Take customers out of every table, history included, all at once.

        Args:
            redactor: Knows their ids.

        Returns:
            Rows deleted.

        Raises:
            InsidersError: The database cannot be opened or written; nothing was deleted.
        """
        if not self.exists():
            return 0
        with self._transaction("written") as connection:
            alone(connection)
            deleted = purge.purge(connection, redactor)
        with urls.clear_errors(self.url, "written"):
            purge.compact(self.url)
        return deleted

    def named(self, ids: Sequence[str]) -> Counter[str]:
        """Return how many rows of all tables, history included, each of some customers' ids has; none without a row.

        Raises:
            InsidersError: The database cannot be opened.
        """
        if not self.exists():
            return Counter()
        with self._transaction("opened") as connection:
            return purge.named(connection, ids)

    def looking(self) -> AbstractContextManager[sa.Connection]:
        """Return a connection that reads, for the length of the block.

        Raises:
            InsidersError: The database cannot be opened.
        """
        return self._transaction("opened")

    def server_time(self) -> datetime | None:
        """Return what a server takes for now, or None of a file."""
        import sqlalchemy as sa

        if urls.sqlite_file(self.url):
            return None
        with self.looking() as connection:
            return connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()

    def tables(self) -> list[str]:
        """Return the tables of the contracts that are there, sorted by name."""
        import sqlalchemy as sa

        with self._transaction("read") as connection:
            return sorted(TABLES.keys() & set(sa.inspect(connection).get_table_names()))

    def restore(self, frames: Mapping[str, pl.DataFrame]) -> None:
        """Fill an empty warehouse with what another one held, history included, in one transaction.

        Raises:
            InsidersError: The database cannot be opened or written; nothing was written.
        """
        make_parent(self.url)
        with self._transaction("written") as connection:
            alone(connection)
            migrations.upgrade(connection)  # as they make it, history may be empty in later columns
            ensure_tables(connection, replaced=frames.keys())

            def clear() -> None:
                for name, frame in frames.items():
                    connection.execute(metadata().tables[name].delete())
                    allow_empty(
                        connection, name, [column for column in frame.columns if frame[column].has_nulls()]
                    )

            _driver(connection).load(connection, frames, clear)
            partitions.forget(connection)

    def read(self, table: str, columns: Collection[str] | None = None) -> pl.DataFrame:
        """Return a published table or view with its contract's types, sorted by its key, or else by its first column.

        Columns that it lacks, because an older version of the platform published it, are empty.

        Args:
            table: Its name.
            columns: Those that are read, what it is sorted by among them; all of them unless given.

        Raises:
            InsidersError: There is no such table, or the database cannot be read.
        """
        contracts = TABLES | {view.name: view.contract for view in VIEWS}
        if (contract := contracts.get(table)) is None:
            raise InsidersError(
                "is no table of the warehouse", where=table, hint=f"choose of {', '.join(contracts)}"
            )
        if not self.exists():
            raise InsidersError(
                "nothing is published yet",
                where=self.place,
                hint="publish a refresh first, with `insiders run`",
            )
        order = key_of(contract) or contract.names[:1]
        if columns is not None:
            contract = contract.only(columns)
        with self._transaction("read") as connection:
            found = _driver(connection).select(connection, contract, query_of(connection, contract, table))
        return found.sort(order, maintain_order=True)

    def latest_refresh(self) -> dict[str, Any] | None:
        """Return the last published row of ``refreshes``, or None before the first publish."""
        if not self.exists():
            return None
        with self._transaction("read") as connection:
            return newest_refresh(connection)

    def ahead(self) -> str:
        """Return how far it is ahead of this version of the platform, with both versions; empty if it is not.

        Raises:
            InsidersError: The database cannot be opened.
        """
        if not self.exists():
            return ""
        with self._transaction("opened") as connection:
            return migrations.ahead(connection)

    def exists(self) -> bool:
        """Return whether anything was ever published here. Creates nothing.

        Raises:
            InsidersError: The database cannot be opened.
        """
        import sqlalchemy as sa

        file = urls.sqlite_file(self.url)
        if file and not (file.exists() and file.stat().st_size):
            return False
        with self._transaction("opened") as connection:
            return sa.inspect(connection).has_table("refreshes")

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[sa.Connection]:
        reading = doing != "written"
        engine = make_engine(self.url, read_only=self.read_only or reading)
        try:
            with urls.clear_errors(self.url, doing), engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()


def _driver(connection: sa.Connection) -> ModuleType:
    return sqlite if connection.dialect.name == "sqlite" else postgres


def _stamped(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    if "published_at" not in frame.columns:
        return frame
    now = pl.lit(datetime.now(UTC).replace(tzinfo=None), dtype=pl.Datetime("us"))
    return frame.with_columns(pl.col("published_at").fill_null(now))
