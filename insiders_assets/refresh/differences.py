"""What differs between a table of two refreshes: rows that came, that went, and that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.errors import InsidersError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insiders_assets.storage.stores import Stores

OF_REFRESH = ("refresh_id", "as_of")
"""Columns that name the refresh that a row is of: they always differ."""
OCCURRENCE = "occurrence"
"""Tells rows apart that are the same, in tables without a key."""


@dataclass(frozen=True)
class Difference:
    """What differs between two versions of a table.

    Attributes:
        key: The columns that a row is known by.
        added: Rows that are in the later one alone.
        removed: Rows that are in the earlier one alone.
        changed: ``*key, column, before, after``: a row for each value that is another; values as text.
        columns: Columns that one of them alone has, which are not compared.
    """

    key: tuple[str, ...]
    added: pl.DataFrame
    removed: pl.DataFrame
    changed: pl.DataFrame
    columns: tuple[str, ...] = ()

    @property
    def rows_changed(self) -> int:
        """How many rows have a value that is another."""
        return self.changed.select(self.key).n_unique() if self.changed.height else 0


def rows_of(stores: Stores, refresh_id: str, table: str) -> pl.DataFrame:
    """Return a table as a refresh published it, as far as what is kept reaches.

    Args:
        stores: Where it is kept.
        refresh_id: The refresh.
        table: The table's name.

    Raises:
        UsageError: There is no such table, or no such refresh.
        InsidersError: The refresh was published, and the table is not kept of it any more, or is damaged.
    """
    from insiders_assets.contracts.summaries import SUMMARIES
    from insiders_assets.storage.warehouse import HISTORY, TABLES
    from insiders_assets.storage.warehouse.summaries import summaries

    if table not in TABLES:
        raise UsageError(
            "is no table that is published", where=table, hint=f"choose among {', '.join(sorted(TABLES))}"
        )
    if refresh_id in stores.refreshes.names():
        kept = stores.refreshes.read(refresh_id)
        if table not in kept.tables and table in {summary.name for summary in SUMMARIES}:
            everyone = stores.refreshes.table(kept, "insiders")
            return summaries(everyone, date.fromisoformat(kept.as_of), refresh_id)[table]
        if table in kept.tables or table not in HISTORY:
            return stores.refreshes.table(kept, table)
    published = (
        stores.warehouse.read("refreshes")["refresh_id"].to_list() if stores.warehouse.exists() else []
    )
    if refresh_id not in published:
        raise UsageError(
            "is no refresh of this home", where=refresh_id, hint="see which are: insiders refreshes"
        )
    if table in HISTORY:
        return stores.warehouse.read(table).filter(pl.col("refresh_id") == refresh_id)
    newest = stores.settings.refreshes_kept
    raise InsidersError(
        f"was published, but its table {table} is not kept: the newest {newest} refreshes keep their tables, as far as "
        "this version published them",
        where=refresh_id,
        hint=f"compare a table of history ({', '.join(sorted(set(HISTORY) & set(TABLES)))}), or keep more from now on: "
        "INSIDERS_REFRESHES_KEPT",
    )


def difference(before: pl.DataFrame, after: pl.DataFrame, key: Sequence[str]) -> Difference:
    """Return what differs between two versions of a table.

    Args:
        before: The earlier one.
        after: The later one.
        key: The columns that together name a row; without one, rows are compared as wholes.
    """
    left, right = (frame.drop(OF_REFRESH, strict=False) for frame in (before, after))
    shared = [name for name in right.columns if name in left.columns]
    alone = tuple(name for name in (*left.columns, *right.columns) if name not in shared)
    named = tuple(name for name in key if name in shared)
    if key and not named:  # a row for each refresh: it is compared with the one of the other
        left, right = (frame.with_row_index(OCCURRENCE) for frame in (left, right))
        shared, named = [OCCURRENCE, *shared], (OCCURRENCE,)
    left, right = (
        left.select(shared),
        right.select(shared).cast(left.select(shared).schema, strict=False),
    )
    if not named:
        nth = pl.int_range(pl.len()).over(shared).alias(OCCURRENCE)
        left, right = left.with_columns(nth), right.with_columns(nth)
        named = (*shared, OCCURRENCE)
    keys = list(named)
    both = left.join(right, on=keys, how="inner", nulls_equal=True, suffix=":after").sort(keys)
    changed = [
        both.filter(pl.col(name).ne_missing(pl.col(f"{name}:after"))).select(
            *keys,
            column=pl.lit(name),
            before=pl.col(name).cast(pl.String),
            after=pl.col(f"{name}:after").cast(pl.String),
        )
        for name in shared
        if name not in keys
    ]
    return Difference(
        key=named,
        added=right.join(left, on=keys, how="anti", nulls_equal=True)
        .sort(keys)
        .drop(OCCURRENCE, strict=False),
        removed=left.join(right, on=keys, how="anti", nulls_equal=True)
        .sort(keys)
        .drop(OCCURRENCE, strict=False),
        changed=pl.concat(changed).sort(*keys, "column") if changed else both.select(keys).clear(),
        columns=alone,
    )
