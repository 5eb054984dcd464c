"""What is asked of a warehouse that an older version of the platform may have published: columns it lacks are empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.errors import InsidersError
from insiders_assets.storage.warehouse.schema import refreshes

if TYPE_CHECKING:
    import sqlalchemy as sa

    from insiders_assets.contracts.table import Table


def query_of(connection: sa.Connection, contract: Table, table: str) -> str:
    """Return the SQL that reads a table or view with all columns of its contract.

    Raises:
        InsidersError: It is not there.
    """
    present = _columns(connection, table)
    columns = ", ".join(f'"{name}"' if name in present else f'NULL AS "{name}"' for name in contract.names)
    return f'SELECT {columns} FROM "{table}"'  # noqa: S608 - names come from the contracts


def newest_refresh(connection: sa.Connection) -> dict[str, Any] | None:
    """Return the last published row of ``refreshes`` with the columns that are there, or None if there is none."""
    import sqlalchemy as sa

    known = refreshes().c
    present = _columns(connection, "refreshes")
    query = (
        sa.select(*(column for column in known if column.name in present))
        .order_by(known.published_at.desc(), known.refresh_id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def _columns(connection: sa.Connection, table: str) -> set[str]:
    """Return the columns that a table or view has; none if it is not there, which its query then says."""
    import sqlalchemy as sa

    found = sa.inspect(connection)
    if not found.has_table(table) and table not in found.get_view_names():
        raise InsidersError(
            "is not there yet", where=f"table {table}", hint="publish a refresh first, with `insiders run`"
        )
    return {column["name"] for column in found.get_columns(table)}
