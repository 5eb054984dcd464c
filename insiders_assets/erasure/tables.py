"""Taking customers out of tables in a folder, as the lake's are, until the next refresh makes them anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets import checksums
from insiders_assets.places import readable, sizes
from insiders_assets.redaction.messages import naming, redacted
from insiders_assets.storage.atomic_write import noted
from insiders_assets.storage.lake import ROW_GROUP

if TYPE_CHECKING:
    from insiders_assets.places import Place
    from insiders_assets.redaction.redactor import Redactor

CUSTOMER = "customer_id"


def forget_in_tables(folder: Place, redactor: Redactor) -> int:
    """Take customers out of every table of a folder.

    Args:
        folder: The lake's folder, or another that holds tables.
        redactor: Knows their ids.

    Returns:
        Rows that are gone.
    """
    return sum(_forget_in_table(path, redactor) for path in tables_in(folder))


def tables_in(folder: Place) -> list[Place]:
    """Return the files of the tables that a folder holds, one each, by name."""
    return [folder / name for name in sorted(sizes(folder)) if "/" not in name and name.endswith(".parquet")]


def without(path: Place, redactor: Redactor) -> pl.LazyFrame | None:
    """Return a table without customers, lazy; None if it names none of them.

    Args:
        path: The table's file.
        redactor: Knows their ids.
    """
    lazy = pl.scan_parquet(readable(path), glob=False, hive_partitioning=False)
    texts = [name for name, dtype in lazy.collect_schema().items() if dtype == pl.String]
    others = [name for name in texts if name != CUSTOMER]
    named = list(naming(others, redactor).values())
    if CUSTOMER in texts:
        named.append(pl.col(CUSTOMER).is_in(sorted(redactor.ids)).fill_null(value=False))
    if not texts or not lazy.select(pl.any_horizontal(*named).any()).collect().item():
        return None
    theirs = pl.col(CUSTOMER).is_in(sorted(redactor.ids)) if CUSTOMER in texts else pl.lit(value=False)
    return lazy.filter(~theirs.fill_null(value=False)).with_columns(redacted(others, redactor))


def _forget_in_table(path: Place, redactor: Redactor) -> int:
    checksums.require(path, "make it again: insiders run --force, then forget again")
    kept = without(path, redactor)
    if kept is None:
        return 0
    before = pl.scan_parquet(readable(path), glob=False).select(pl.len()).collect().item()
    with noted(path) as temporary:
        kept.sink_parquet(temporary, compression="zstd", row_group_size=ROW_GROUP, statistics=True)
        after = pl.scan_parquet(temporary, glob=False).select(pl.len()).collect().item()
    return int(before - after)
