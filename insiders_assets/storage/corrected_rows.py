"""Rows that were corrected, kept as transactions by the content of the file they stand in and their line.

They are laid over that file whenever it is read: under whatever name, today or in a year. A file with other content
is another file, and takes nothing from here.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets import checksums
from insiders_assets.contracts.transactions import RAW_TRANSACTIONS
from insiders_assets.ingest.converted import COST, TRANSACTION_COLUMNS
from insiders_assets.places import readable
from insiders_assets.storage.atomic_write import noted

if TYPE_CHECKING:
    from insiders_assets.ingest.privacy import Privacy
    from insiders_assets.places import Place

_PLACE: dict[str, type[pl.DataType]] = {"content": pl.String, "member": pl.String, "privacy": pl.String}
_SCHEMA = _PLACE | {name: RAW_TRANSACTIONS.polars_schema[name] for name in TRANSACTION_COLUMNS}
_KEY = ["content", "member", "privacy", "source_line"]


class CorrectedRows:
    """Corrected rows of a home.

    Args:
        path: The file they are kept in; made when the first is added.
    """

    def __init__(self, path: Place) -> None:
        self._path = path

    def read(self) -> pl.DataFrame:
        """Return all of them, with their file's content, the export's name within it and the privacy they were read by.

        What goods cost stands in it if it does for any of them.

        Raises:
            DamagedError: It is not what was written, and nobody else knows what was corrected.
        """
        if not self._path.is_file():
            return pl.DataFrame(schema=_SCHEMA)
        checksums.require(
            self._path, "restore it from a backup, or delete it: its rows are rejected again then"
        )
        return pl.read_parquet(readable(self._path), glob=False, hive_partitioning=False)

    def add(self, content: str, member: str, rows: pl.DataFrame, privacy: Privacy) -> None:
        """Keep some more; a row that was corrected before is replaced."""
        place = [pl.lit(text).alias(name) for name, text in
                 (("content", content), ("member", member), ("privacy", kept_by(privacy)))]  # fmt: skip
        costs = [COST] if COST in rows.columns else []
        new = rows.with_columns(place).select(*_SCHEMA, *costs)
        self.write(pl.concat([self.read().join(new, on=_KEY, how="anti"), new], how="diagonal"))

    def write(self, rows: pl.DataFrame) -> None:
        """Keep these and no others."""
        with noted(self._path) as temporary:
            rows.sort(_KEY).write_parquet(temporary)

    def digest(self) -> str:
        """Return a hash of all of them; empty if there is none."""
        rows = self.read()
        return _hash(rows) if rows.height else ""


class Overlay:
    """What is laid over the files that are read now.

    Args:
        rows: All corrected rows.
        privacy: What is not kept; rows corrected under other rules do not count.
    """

    def __init__(self, rows: pl.DataFrame, privacy: Privacy) -> None:
        if rows.is_empty():
            self._contents: dict[str, pl.DataFrame] = {}
            return
        mine = rows.filter(pl.col("privacy") == kept_by(privacy)).drop("privacy")
        self._contents = {
            str(key[0]): part.drop("content")
            for key, part in mine.partition_by("content", as_dict=True).items()
        }

    def of(self, content: str) -> dict[str, pl.DataFrame]:
        """Return the corrected rows of the file with a content, by the name of the export within it."""
        if content not in self._contents:
            return {}
        parts = self._contents[content].partition_by("member", as_dict=True)
        return {str(key[0]): part.drop("member") for key, part in parts.items()}

    def digest(self, content: str) -> str:
        """Return a hash of them; empty if there is none."""
        return _hash(self._contents[content]) if content in self._contents else ""


def kept_by(privacy: Privacy) -> str:
    """Return a short hash of what is not kept."""
    return hashlib.sha256(json.dumps(privacy.facts).encode()).hexdigest()[:16]


def _hash(rows: pl.DataFrame) -> str:
    text = rows.sort(rows.columns).write_csv()
    return hashlib.sha256(text.encode()).hexdigest()[:16]
