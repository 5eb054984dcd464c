"""How far PostgreSQL has to look for a page: its tables with a row per customer have no index that pages could follow.

They have a block range index, which fits rows written in the key's order (see
:data:`insiders_assets.storage.warehouse.schema.PER_CUSTOMER`). With an upper bound beside the lower one it leaves all
but a few blocks out. The bounds come from the database's own statistics; a page that a window does not fill is looked
for in a wider one, and at last in all there is, so that statistics that are old or missing cost time and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.storage.warehouse.schema import PER_CUSTOMER

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

    from insiders_assets.api.sources import Source

STEPS = (2, 16)
"""Bounds of the histogram that a window spans: each hundredth of the rows, unless the database is told otherwise."""


def windows(connection: sa.Connection, source: Source, after: Any) -> Iterator[Any]:
    """Yield upper bounds for the first column of a table's key, each further than the one before; None for no bound.

    Args:
        connection: The transaction.
        source: The table.
        after: The value that rows come after, or None at the beginning.
    """
    import sqlalchemy as sa

    if connection.dialect.name == "postgresql" and source.name in PER_CUSTOMER:
        bounds = sa.text(
            "SELECT bound FROM unnest((SELECT histogram_bounds::text::text[] FROM pg_stats"
            " WHERE schemaname = current_schema() AND tablename = :name AND attname = :column)) AS bound"
            " WHERE CAST(:after AS text) IS NULL OR bound > :after ORDER BY bound LIMIT :most"
        )
        given = {"name": source.name, "column": source.key[0], "after": after, "most": STEPS[-1]}
        is_text = source.column(source.key[0]).dtype == "str"
        found = list(connection.execute(bounds, given).scalars()) if is_text else []
        yield from (found[step - 1] for step in STEPS if step <= len(found))
    yield None
