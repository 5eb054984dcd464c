"""Rows that repeat an earlier row of the same export exactly: counted always, told apart if the user wants them out."""

from __future__ import annotations

import polars as pl

COUNTED_UP_TO = 30_000_000
"""Rows of one export after which repeats are only counted within a block: remembering more would take too much."""
_SEEDS = (0, 0x9E3779B97F4A7C15)


class RepeatCounter:
    """Counts rows that repeat an earlier one, by 64 bits of hash per row."""

    def __init__(self) -> None:
        self._hashes: list[pl.Series] = []
        self._rows = 0
        self._settled = 0

    def add(self, rows: pl.DataFrame) -> None:
        """Take in the next rows, without the line they are on."""
        self._hashes.append(rows.hash_rows())
        self._rows += rows.height
        if self._rows > COUNTED_UP_TO:
            self._settled, self._hashes, self._rows = self.count, [], 0

    @property
    def count(self) -> int:
        """Rows that repeat an earlier one."""
        return self._settled + (self._rows - pl.concat(self._hashes).n_unique() if self._hashes else 0)


class RepeatFinder:
    """Finds rows that repeat an earlier one, by 128 bits of hash per row: chance will not take two rows for one."""

    def __init__(self) -> None:
        self._seen: pl.DataFrame | None = None

    def find(self, rows: pl.DataFrame) -> pl.Series:
        """Return which of the next rows repeat an earlier one.

        Args:
            rows: The rows, without the line they are on.
        """
        hashes = pl.DataFrame({str(seed): rows.hash_rows(seed=seed) for seed in _SEEDS})
        if self._seen is None:
            self._seen = hashes.clear()
        known = hashes.join(self._seen.with_columns(known=pl.lit(value=True)), on=hashes.columns, how="left",
                            maintain_order="left")["known"]  # fmt: skip
        repeats = known.is_not_null() | ~_first(hashes)
        self._seen = pl.concat([self._seen, hashes.filter(~repeats)])
        return repeats


def _first(frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.struct(pl.all()).is_first_distinct()).to_series()
