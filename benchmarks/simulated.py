"""Simulated exports of about a number of rows, made once and kept, and the lake made from them."""

from __future__ import annotations

import shutil
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
    """A folder with ``clean_purchases.parquet`` and ``returns.parquet``, made anew as we write them today."""
    folder = WORK / str(rows) / "lake"
    exports = exports_of(rows)
    say(f"ingesting and cleaning {rows:,} rows")
    make_lake(exports, folder)
    return folder


def make_lake(exports: Path, folder: Path) -> None:
    """Ingest and clean ``exports``; ``folder`` appears when it is whole."""
    store, partial = folder.with_name("transactions"), folder.with_name("lake.partial")
    shutil.rmtree(partial, ignore_errors=True)
    work("ingest", "ours", exports, store)
    work("clean", "ours", store, partial)
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)
