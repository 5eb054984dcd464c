"""How far PostgreSQL has to look for a page: its tables with a row per customer have no index that pages could follow.

They have a block range index, which fits rows written in the key's order (see
:data:`insiders_assets.storage.warehouse.schema.PER_CUSTOMER`). With an upper bound beside the lower one it leaves all
but a few blocks out. The bounds come from the database's own statistics; a page that a window does not fill is looked
for in a wider one, and at last in all there is, so that statistics that are old or missing cost time and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.storage.warehouse.schema import CUSTOMER, PER_CUSTOMER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import sqlalchemy as sa

    from insiders_assets.api.sources import Source

STEPS = (2, 16)
"""Bounds of the histogram that a window spans: each hundredth of the rows, unless the database is set otherwise."""


def windows(
    connection: sa.Connection, source: Source, key: Sequence[Any], after: Sequence[Any]
) -> Iterator[Any]:
    """Yield conditions on a page's rows, each wider than the one before; None for no condition.

    Rows that fulfil one come before all others that follow ``after``, whatever the statistics say. Where customers are
    told apart within something else, such as segments, a window ends within one of those.

    Args:
        connection: The transaction.
        source: The table.
        key: The columns of its key.
        after: The key that rows come after, or nothing at the beginning.
    """
    import sqlalchemy as sa

    if connection.dialect.name == "postgresql" and source.name in PER_CUSTOMER:
        place = source.key.index(CUSTOMER)
        within = after[0] if after else _asked(connection, _FIRST, source, key[0].name) if place else None
        given = {"after": after[place] if after else None, "most": STEPS[-1]}
        found = list(connection.execute(sa.text(_BOUNDS), _named(source, CUSTOMER) | given).scalars())
        if not place:
            yield from (key[0] <= found[step - 1] for step in STEPS if step <= len(found))
        elif within is not None:
            for step in STEPS:
                if step <= len(found):
                    inside = sa.and_(key[0] == within, key[place] <= found[step - 1])
                    yield sa.or_(key[0] < within, inside)
            yield key[0] <= within
    yield None


_BOUNDS = """
SELECT bound FROM unnest((SELECT histogram_bounds::text::text[] FROM pg_stats
    WHERE schemaname = current_schema() AND tablename = :name AND attname = :column)) AS bound
WHERE CAST(:after AS text) IS NULL OR bound > :after ORDER BY bound LIMIT :most
"""
_FIRST = """
SELECT min(value) FROM unnest((SELECT most_common_vals::text::text[] FROM pg_stats
    WHERE schemaname = current_schema() AND tablename = :name AND attname = :column)) AS value
"""


def _asked(connection: sa.Connection, query: str, source: Source, column: str) -> Any:
    import sqlalchemy as sa

    return connection.execute(sa.text(query), _named(source, column)).scalar()


def _named(source: Source, column: str) -> dict[str, Any]:
    return {"name": source.name, "column": column}
