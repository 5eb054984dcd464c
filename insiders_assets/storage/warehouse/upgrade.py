"""Tables and views made, and brought up to their contracts, inside the publish's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.storage.warehouse import migrations
from insiders_assets.storage.warehouse.schema import HISTORY, metadata
from insiders_assets.storage.warehouse.views import ensure_views

if TYPE_CHECKING:
    from collections.abc import Collection

    import sqlalchemy as sa


def ensure_tables(connection: sa.Connection, *, replaced: Collection[str]) -> None:
    """Make tables and views that are missing, and fix those that an older version of the platform left.

    History keeps its rows: it is brought up to date by migrations, and a warehouse from before there were any gains the
    columns that it lacks, empty for older refreshes. A table about to be refilled gets its contract's columns: on
    PostgreSQL by ALTER TABLE, so that grants and the views of others stay, and columns that no contract knows any more
    stay too, empty; on SQLite, which has no grants, knows views by name and is loaded by position, the table is made
    anew.

    Args:
        connection: Inside the publishing transaction.
        replaced: The tables that this publish refills.
    """
    import sqlalchemy as sa

    known = migrations.current(connection)
    if known is not None:
        migrations.upgrade(connection)
    found = sa.inspect(connection)
    present = set(found.get_table_names())
    by_position = connection.dialect.name == "sqlite"
    for name, table in metadata().tables.items():
        if name not in present or not (name in HISTORY or name in replaced):
            continue
        columns = {column["name"]: column["nullable"] for column in found.get_columns(name)}
        missing = [column for column in table.columns if column.name not in columns]
        if name in HISTORY:
            _add(connection, table, missing if known is None else ())
        elif by_position and list(columns) != list(table.columns.keys()):
            table.drop(connection)
        elif not by_position and missing:
            connection.execute(table.delete())
            _add(connection, table, missing)
        if not by_position:
            for gone in columns.keys() - table.columns.keys():
                if not columns[gone]:
                    connection.exec_driver_sql(f'ALTER TABLE "{name}" ALTER COLUMN "{gone}" DROP NOT NULL')
    metadata().create_all(connection)
    if known is None:
        migrations.stamp(connection)
    ensure_views(connection)


def allow_empty(connection: sa.Connection, name: str, columns: Collection[str]) -> None:
    """Let columns of a history table be empty, for refreshes from before there was anything to say in them."""
    import sqlalchemy as sa

    if connection.dialect.name == "sqlite":
        return  # made by migrations, they may
    for column in sa.inspect(connection).get_columns(name):
        if column["name"] in columns and not column["nullable"]:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" ALTER COLUMN "{column["name"]}" DROP NOT NULL')


def _add(connection: sa.Connection, table: sa.Table, columns: Collection[sa.Column]) -> None:
    """Add columns to a table; only in an empty one can they be required."""
    for column in columns:
        kind = column.type.compile(connection.dialect)
        rule = "" if table.name in HISTORY or column.nullable else " NOT NULL"
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}{rule}')
