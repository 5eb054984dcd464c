"""The lake: each asset's latest table as parquet, validated before it replaces the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from insiders_assets import checksums
from insiders_assets.contracts.next_product import NEXT_PRODUCT_STUDY
from insiders_assets.contracts.programme import RESEARCH
from insiders_assets.contracts.research import STABILITY_STUDY
from insiders_assets.errors import InsidersError
from insiders_assets.places import readable
from insiders_assets.storage.atomic_write import noted

if TYPE_CHECKING:
    from insiders_assets.contracts.table import Table
    from insiders_assets.places import Place

ROW_GROUP = 250_000
"""Rows in a row group, fixed: left to the engine, it would follow the number of threads, and so would the bytes."""

STUDIES = frozenset(table.name for table in (*RESEARCH, STABILITY_STUDY, NEXT_PRODUCT_STUDY))
"""Tables that a refresh reads and does not make."""

VALIDATION_BATCH = 2_000_000
"""Rows validated at a time: some 300 MB of the widest table."""


class Written(NamedTuple):
    """What became of a table that was written.

    Attributes:
        rows: How many it has.
        digest: A hash of its bytes: the same table has the same.
    """

    rows: int
    digest: str


class Lake:
    """Tables in ``<home>/lake``, one parquet file each, on this machine or on S3.

    Args:
        root: The lake's folder; made on the first write.
    """

    def __init__(self, root: Place) -> None:
        self.root = root

    def path(self, name: str) -> Place:
        """Return where the table called ``name`` is."""
        return self.root / f"{name}.parquet"

    def write(self, table: Table, frame: pl.DataFrame | pl.LazyFrame) -> Written:
        """Replace the table by ``frame`` if it keeps the contract; a lazy frame is streamed.

        Raises:
            ContractError: The frame breaks the contract; the table on disk is as it was.
            InsidersError: The lake cannot be written.
        """
        lazy = frame.lazy().select(table.names) if _has_all(frame, table) else frame.lazy()
        with noted(self.path(table.name)) as temporary:
            lazy.sink_parquet(temporary, compression="zstd", row_group_size=ROW_GROUP, statistics=True)
            rows, broken = failures(pl.scan_parquet(temporary, glob=False), table)
            table.require(broken)
            return Written(rows, checksums.digest(temporary)[:16])

    def scan(self, name: str) -> pl.LazyFrame:
        """Return the table as a lazy frame.

        Raises:
            InsidersError: It has not been made yet.
        """
        return pl.scan_parquet(self.files(name), glob=False)

    def files(self, name: str) -> list[str]:
        """Return the parquet files that hold the table.

        Raises:
            InsidersError: It has not been made yet, or is damaged.
        """
        path = self.path(name)
        if not path.exists():
            raise InsidersError(
                "is not there yet", where=str(path), hint="materialize it first: insiders run"
            )
        checksums.require(
            path, f"make it again: {'insiders study' if name in STUDIES else 'insiders run --force'}"
        )
        return [readable(path)]

    def read(self, name: str) -> pl.DataFrame:
        """Return the table in memory; see :meth:`scan`."""
        return self.scan(name).collect()


def _has_all(frame: pl.DataFrame | pl.LazyFrame, table: Table) -> bool:
    """Return whether only the order of columns could be off: anything else is for the contract to say."""
    return set(frame.collect_schema().names()) == set(table.names)


def failures(scan: pl.LazyFrame, table: Table) -> tuple[int, pl.DataFrame]:
    """Return how many rows a table has and how it breaks its contract, read in batches unless rows must be unique.

    Returns:
        The row count, and a frame ``column, check, failures, example`` that is empty if the contract is kept.
    """
    if table.key or any(column.unique for column in table.columns):
        frame = scan.collect()
        return frame.height, table.failures(frame)
    # Not counted first: of many small files on S3, that would take as long again.
    rows = 0
    found: list[pl.DataFrame] = []
    while rows == len(found) * VALIDATION_BATCH:
        frame = scan.slice(rows, VALIDATION_BATCH).collect()
        rows += frame.height
        found.append(table.failures(frame))
    return rows, pl.concat(found)
