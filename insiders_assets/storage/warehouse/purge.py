"""Taking customers out of a warehouse: their rows in every table, history included, and their ids in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.storage.warehouse.connection import make_engine
from insiders_assets.storage.warehouse.schema import CONTRACTS, metadata
from insiders_assets.storage.warehouse.urls import sqlite_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sqlalchemy as sa

    from insiders_assets.storage.redaction import Redactor

CUSTOMER = "customer_id"


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
    there = set(sa.inspect(connection).get_table_names())
    ids, deleted = sorted(redactor.ids), 0
    for contract in CONTRACTS:
        if contract.name not in there:
            continue
        table = metadata().tables[contract.name]
        if CUSTOMER in table.c:
            deleted += connection.execute(table.delete().where(table.c[CUSTOMER].in_(ids))).rowcount
        for column in contract.columns:
            if column.dtype == "str" and column.name != CUSTOMER:
                _redact(connection, table.c[column.name], ids, redactor)
    return deleted


def _redact(
    connection: sa.Connection, column: sa.Column[str], ids: Sequence[str], redactor: Redactor
) -> None:
    import sqlalchemy as sa

    naming = sa.or_(*(column.contains(each, autoescape=True) for each in ids))
    for text in connection.execute(sa.select(column).where(naming).distinct()).scalars().all():
        if (new := redactor.text(text)) != text:
            connection.execute(column.table.update().where(column == text).values({column: new}))


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
