"""Simulated exports of about a number of rows, and the lake made from them; made once and kept."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measure import WORK, run, say

ROWS_PER_CUSTOMER = 94.5

_LAKE = """
import sys
from pathlib import Path
import polars as pl
from insiders_assets.contracts.transactions import CLEAN_PURCHASES, RETURNS
from insiders_assets.features.cleaning import CleaningRules, clean_purchases, returns
from insiders_assets.storage.lake import Lake
exports, folder = map(Path, sys.argv[1:])
from benchmarks.contenders.ours import ingest
from insiders_assets.storage.transactions import TransactionStore
ingest(exports, folder / "transactions")
raw = TransactionStore(folder / "transactions").scan()
lake = Lake(folder / "lake.partial")
lake.write(CLEAN_PURCHASES, clean_purchases(raw, CleaningRules()))
lake.write(RETURNS, returns(raw, CleaningRules()))
(folder / "lake.partial").replace(folder / "lake")
"""


def customers_for(rows: int) -> int:
    """How many customers leave about that many rows in a year."""
    return round(rows / ROWS_PER_CUSTOMER)


def exports_of(rows: int) -> Path:
    """A folder of a year's exports."""
    folder = WORK / str(rows) / "exports"
    if not folder.exists():
        say(f"simulating {rows:,} rows")
        partial = folder.with_name("exports.partial")
        command = "from pathlib import Path; import sys; from insiders_assets.simulation import simulate; "
        command += "simulate(int(sys.argv[1]), Path(sys.argv[2]))"
        run([sys.executable, "-c", command, str(customers_for(rows)), partial])
        partial.replace(folder)
    return folder


def lake_of(rows: int) -> Path:
    """A folder with ``clean_purchases.parquet`` and ``returns.parquet`` as the platform writes them."""
    folder = WORK / str(rows) / "lake"
    if not folder.exists():
        exports = exports_of(rows)
        say(f"ingesting and cleaning {rows:,} rows")
        run([sys.executable, "-c", _LAKE, exports, folder.parent])
    return folder
