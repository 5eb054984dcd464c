"""Writing what is read from one export as parquet parts: one per month, in the order of the export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.contracts.transactions import RAW_TRANSACTIONS
from insiders_assets.errors import InsidersError
from insiders_assets.storage.files import replacing
from insiders_assets.storage.manifest import Part

if TYPE_CHECKING:
    from pathlib import Path

FLUSH = 1_000_000
"""Transactions held in memory before they are written: some 150 MB. Fixed, so that the parts are always the same."""
FLUSH_REJECTED = 100_000
ROW_GROUP = 250_000


class PartWriter:
    """Takes in one export's transactions and rejected rows and writes them as parts nobody reads yet.

    Args:
        transactions: The folder of transaction parts.
        quarantine: The folder of rejected parts.
        name: The export's name, for ``source_file``.
        identity: A name for its parts that no other content, name or rules share.
    """

    def __init__(self, transactions: Path, quarantine: Path, name: str, identity: str) -> None:
        self._folders = transactions, quarantine
        self._name, self._identity = name, identity
        self._held: list[pl.DataFrame] = []
        self._held_rejected: list[pl.DataFrame] = []
        self._flushes = 0
        self.parts: list[Part] = []
        self.rejected_parts: list[Part] = []

    def transactions(self, frame: pl.DataFrame) -> None:
        """Take in transactions: all columns of the contract but the file."""
        self._held.append(frame)
        if sum(held.height for held in self._held) >= FLUSH:
            self._flush()

    def rejected(self, frame: pl.DataFrame) -> None:
        """Take in rejected rows: all columns of the contract but the file and when it arrived."""
        self._held_rejected.append(frame)
        if sum(held.height for held in self._held_rejected) >= FLUSH_REJECTED:
            self._flush_rejected()

    def discard(self) -> None:
        """Forget everything taken in so far and take it off the disk."""
        for folder, parts in zip(self._folders, (self.parts, self.rejected_parts), strict=True):
            for part in parts:
                (folder / part.path).unlink(missing_ok=True)
            parts.clear()
        self._held, self._held_rejected, self._flushes = [], [], 0

    def close(self) -> None:
        """Write what is still held."""
        self._flush()
        self._flush_rejected()

    def _flush(self) -> None:
        if not self._held:
            return
        frame = (
            pl.concat(self._held).with_columns(source_file=pl.lit(self._name)).select(RAW_TRANSACTIONS.names)
        )
        self._held = []
        month = frame["invoice_date"].dt.truncate("1mo")
        suffix = f".{self._flushes}" if self._flushes else ""
        for first in month.unique().sort():
            part = frame if month.n_unique() == 1 else frame.filter(month == first)
            path = f"invoice_month={first:%Y-%m}/{self._identity}{suffix}.parquet"
            self.parts.append(_write(self._folders[0], path, part))
        self._flushes += 1

    def _flush_rejected(self) -> None:
        if self._held_rejected:
            frame = pl.concat(self._held_rejected)
            self._held_rejected = []
            suffix = f".{len(self.rejected_parts)}" if self.rejected_parts else ""
            path = f"{self._identity}{suffix}.parquet"
            self.rejected_parts.append(_write(self._folders[1], path, frame))


def _write(folder: Path, path: str, frame: pl.DataFrame) -> Part:
    try:
        with replacing(folder / path) as temporary:
            frame.rechunk().write_parquet(temporary, compression="zstd", row_group_size=ROW_GROUP)
        return Part(path, frame.height, (folder / path).stat().st_size)
    except OSError as error:
        raise InsidersError(
            f"cannot be written ({error.strerror or error})",
            where=str(folder / path),
            cure="make room there, or choose another --home",
        ) from None
