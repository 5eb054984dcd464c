"""Tables made, and brought up to their contracts, inside the publish's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.storage.warehouse.schema import HISTORY, metadata

if TYPE_CHECKING:
    from collections.abc import Collection

    import sqlalchemy as sa


def ensure_tables(connection: sa.Connection, *, replaced: Collection[str]) -> None:
    """Make tables that are missing, and mend those that an older version of the platform left.

    A table about to be refilled is made anew if its columns or their order differ. History keeps its rows: columns
    that it lacks are added, empty for older refreshes, and columns that nobody knows any more are left alone.

    Args:
        connection: Inside the publishing transaction.
        replaced: The tables that this publish refills.
    """
    import sqlalchemy as sa

    found = sa.inspect(connection)
    present = set(found.get_table_names())
    for name, table in metadata().tables.items():
        if name not in present:
            continue
        columns = [column["name"] for column in found.get_columns(name)]
        if name in HISTORY:
            for column in table.columns:
                if column.name not in columns:
                    _add_column(connection, table, column)
        elif name in replaced and columns != list(table.columns.keys()):
            table.drop(connection)
    metadata().create_all(connection)


def _add_column(connection: sa.Connection, table: sa.Table, column: sa.Column) -> None:
    kind = column.type.compile(connection.dialect)
    connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}')
