"""What one published refresh was made of, by the content of its tables."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from insiders_assets import checksums
from insiders_assets.places import Place, readable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insiders_assets.storage.lake import Lake


class KeptTable(NamedTuple):
    """A table of a refresh.

    Attributes:
        sha256: The SHA-256 of its parquet file, in hex.
        rows: Its rows.
        size: Its bytes.
    """

    sha256: str
    rows: int
    size: int


@dataclass(frozen=True)
class KeptRefresh:
    """What a refresh was made of.

    Attributes:
        refresh_id: Its name.
        as_of: The day that it looks back from, such as ``2026-01-31``.
        published_at: When it was published, in UTC; the one thing that is not under the root hash.
        inputs: Hash of all that it follows from.
        code: The version of the platform.
        model_version: The model that assigned.
        model: One SHA-256 of the files of the model's copy in ``history/``.
        transactions: Rows of ``raw_transactions``.
        members: How many members it names.
        tables: Its tables.
        report: The SHA-256 of every file of its report.
        forgotten: Whether somebody was taken out of it after it was published.
    """

    refresh_id: str
    as_of: str
    published_at: str
    inputs: str
    code: str
    model_version: str
    model: str
    transactions: int
    members: int
    tables: dict[str, KeptTable]
    report: dict[str, str] = field(default_factory=dict)
    forgotten: bool = False

    @property
    def root(self) -> str:
        """The root hash: the same inputs, replayed, give the same."""
        facts = {key: value for key, value in asdict(self).items() if key != "published_at"}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def tables_of(lake: Lake, names: Iterable[str]) -> dict[str, KeptTable]:
    """Return what a refresh's tables are, as they lie in a lake."""
    return {name: kept_table(lake.path(name)) for name in names}


def content(path: Place, *, again: bool = False) -> str:
    """Return the SHA-256 of a file's content, wherever it lies.

    Args:
        path: The file.
        again: Of an object, read it, whatever was noted as it was written.

    Raises:
        FileNotFoundError: It is not there.
    """
    if isinstance(path, Path):
        return checksums.digest(path)
    return (not again and path.stat().sha256) or hashlib.sha256(path.read_bytes()).hexdigest()


def kept_table(path: Place) -> KeptTable:
    """Return what a table is that lies in a parquet file."""
    rows = pl.scan_parquet(readable(path), glob=False, hive_partitioning=False).select(pl.len())
    return KeptTable(content(path), int(rows.collect().item()), path.stat().st_size)
