"""Taking customers out of a warehouse: their rows in every table, history included, and their ids in sentences."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from insiders_assets.redaction.messages import row_without
from insiders_assets.storage.warehouse.connection import make_engine
from insiders_assets.storage.warehouse.schema import CONTRACTS, CUSTOMER, OF_CUSTOMERS, metadata
from insiders_assets.storage.warehouse.urls import sqlite_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlalchemy as sa

    from insiders_assets.redaction.redactor import Redactor


def purge(connection: sa.Connection, redactor: Redactor) -> int:
    """Delete the rows of some customers, and take their ids out of every other text, in one transaction.

    Args:
        connection: In a transaction that somebody else began and will end.
        redactor: Knows their ids.

    Returns:
        Rows deleted.
    """
    import sqlalchemy as sa

    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    inspector = sa.inspect(connection)
    there = set(inspector.get_table_names())
    ids, deleted = sorted(redactor.ids), 0
    for contract in CONTRACTS:
        if contract.name not in there:
            continue
        table = metadata().tables[contract.name]
        # One that an older version published lacks columns.
        columns = {column["name"] for column in inspector.get_columns(contract.name)}
        if contract.name in OF_CUSTOMERS:
            deleted += connection.execute(table.delete().where(table.c[CUSTOMER].in_(ids))).rowcount
        texts = [
            column.name
            for column in contract.columns
            if column.dtype == "str" and column.name != CUSTOMER and column.name in columns
        ]
        _redact(connection, [column for column in table.c if column.name in columns], texts, redactor)
    return deleted


def named(connection: sa.Connection, ids: Sequence[str]) -> Counter[str]:
    """Return how many rows of all tables, history included, each of some ids has; those without a row are left out."""
    import sqlalchemy as sa

    there, found = set(sa.inspect(connection).get_table_names()), Counter[str]()
    for name in OF_CUSTOMERS:
        table = metadata().tables[name]
        if name in there:
            customer = table.c[CUSTOMER]
            rows = sa.select(customer, sa.func.count()).where(customer.in_(ids)).group_by(customer)
            found.update(dict(connection.execute(rows).all()))
    return found


def _redact(
    connection: sa.Connection, columns: Sequence[sa.Column[Any]], texts: Sequence[str], redactor: Redactor
) -> None:
    """Take the ids out of the texts of a table: rows are put anew, since who publishes may not update."""
    import sqlalchemy as sa

    if not texts:
        return
    ids, table = sorted(redactor.ids), columns[0].table
    naming = sa.or_(*(table.c[name].contains(each, autoescape=True) for name in texts for each in ids))
    rows = [dict(row) for row in connection.execute(sa.select(*columns).where(naming)).mappings()]
    redacted = [row_without(row, texts, redactor) for row in rows]
    if redacted != rows:
        connection.execute(sa.delete(table).where(naming))
        connection.execute(sa.insert(table), redacted)


def compact(url: sa.URL) -> None:
    """Let nothing of what was deleted be left in an SQLite file's free pages or its log. A server sees to its own."""
    if not sqlite_file(url):
        return
    engine = make_engine(url, read_only=False)
    try:
        with engine.connect() as connection:
            raw = connection.connection.cursor()
            connection.rollback()
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        engine.dispose()
