"""Simulated exports of about a number of rows, and the lake made from them; made once and kept."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measure import WORK, run, say, work

ROWS_PER_CUSTOMER = 94.5


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
        make_lake(exports, folder)
    return folder


def make_lake(exports: Path, folder: Path) -> None:
    """Ingest and clean ``exports``; ``folder`` appears when it is whole."""
    store, partial = folder.with_name("transactions"), folder.with_name("lake.partial")
    work("ingest", "ours", exports, store)
    work("clean", "ours", store, partial)
    partial.replace(folder)
