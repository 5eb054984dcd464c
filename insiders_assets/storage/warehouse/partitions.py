"""Parts of large tables: a publish writes those that differ from what is published, and leaves the others alone.

The warehouse keeps a digest of every part, in the publish's own transaction. It is believed only if the table has as
many rows as its parts, and nobody has published since, which the moment of the latest publish tells: a customer who was
purged, a table made anew or a publish of an older version of the platform make the whole table go in again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.storage.warehouse.schema import BY_PART, PARTS, metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import sqlalchemy as sa


FORMAT = 2
"""Raised when a digest, or what a database does with a part, changes its meaning: every table goes in again then."""


@dataclass(frozen=True)
class Change:
    """What a publish does to one table.

    Attributes:
        name: The table.
        rows: The rows that go in, part by part.
        outdated: Selects the rows that they replace; None for all.
        parts: Rows and digest of every part of the whole table.
    """

    name: str
    rows: pl.DataFrame
    outdated: sa.ColumnElement[bool] | None
    parts: Mapping[date, tuple[int, str]]


def changes(
    connection: sa.Connection, frames: Mapping[str, pl.DataFrame], *, whole_from: float
) -> list[Change]:
    """Return what differs from what is published, of every table that is kept by part.

    Args:
        connection: In the publishing transaction.
        frames: The whole tables, by name; those that are not kept by part are passed over.
        whole_from: From this share of changed rows on the whole table is written, which some databases do faster.
    """
    return [_change(connection, name, frame, whole_from) for name, frame in frames.items() if name in BY_PART]


def remember(connection: sa.Connection, changed: Iterable[Change]) -> None:
    """Keep what the parts are known by, once they are in."""
    table, moment = metadata().tables[PARTS], _latest_publish(connection)
    for change in changed:
        connection.execute(table.delete().where(table.c.table_name == change.name))
        rows = [
            {
                "table_name": change.name,
                "part": part,
                "rows": count,
                "digest": known_by,
                "published_at": moment,
            }
            for part, (count, known_by) in change.parts.items()
        ]
        if rows:
            connection.execute(table.insert(), rows)


def forget(connection: sa.Connection) -> None:
    """Let nothing be known of any part: the tables were filled by something else than a publish."""
    connection.execute(metadata().tables[PARTS].delete())


def digest(frame: pl.DataFrame) -> str:
    """Return a hash of a frame's columns, types and values, in their order; the same on every machine."""
    found = hashlib.blake2b(repr((FORMAT, list(frame.schema.items()))).encode(), digest_size=16)
    for column in frame:
        found.update(column.is_null().to_numpy().data)
        values = column.drop_nulls()
        if column.dtype == pl.String:
            found.update(values.str.len_bytes().to_numpy().data)
            found.update(values.str.join().item().encode())
        else:
            found.update(values.to_physical().to_numpy().data)
    return found.hexdigest()


def _change(connection: sa.Connection, name: str, frame: pl.DataFrame, whole_from: float) -> Change:
    by = BY_PART[name]
    split = frame.partition_by(by, maintain_order=True, as_dict=True)
    found = {part: rows for (part,), rows in sorted(split.items())}  # deleted together, they lie together
    parts = {part: (rows.height, digest(rows)) for part, rows in found.items()}
    published = _published(connection, name)
    new = [rows for part, rows in found.items() if published.get(part) != parts[part]]
    if not published or sum(rows.height for rows in new) >= whole_from * max(1, frame.height):
        return Change(name, pl.concat([frame.clear(), *found.values()]), None, parts)
    outdated = [part for part, known in published.items() if parts.get(part) != known]
    column = metadata().tables[name].c[by]
    return Change(name, pl.concat([frame.clear(), *new]), column.in_(outdated), parts)


def _published(connection: sa.Connection, name: str) -> dict[date, tuple[int, str]]:
    """Return rows and digest of a table's published parts; nothing if they do not tell what is in the table."""
    import sqlalchemy as sa

    table = metadata().tables[PARTS]
    rows = connection.execute(table.select().where(table.c.table_name == name)).all()
    if not rows or {row.published_at for row in rows} != {_latest_publish(connection)}:
        return {}
    there = connection.execute(sa.select(sa.func.count()).select_from(metadata().tables[name])).scalar_one()
    return (
        {row.part: (row.rows, row.digest) for row in rows} if there == sum(row.rows for row in rows) else {}
    )


def _latest_publish(connection: sa.Connection) -> object:
    import sqlalchemy as sa

    return connection.execute(sa.select(sa.func.max(metadata().tables["refreshes"].c.published_at))).scalar()
