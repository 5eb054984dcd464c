"""From CSV exports to transactions: beside typed parsing, other tools, and the parse as text that nothing can go below.

Usage: python -m benchmarks.ingest [RUNS [ROWS...]]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import REFERENCE, WORK, interleaved, keep, say, verdict, work
from benchmarks.simulated import exports_of

TYPED, TEXT, ONE_FILE = 2.0, 2.2, 0.1
"""The most CPU that ingest may take of a typed parse's and a text-only one's; and one new file of all files'."""

PANDAS_ROWS = 5_000_000
"""More than these, and pandas needs more memory than the others together."""

CONTENDERS = {
    "limits": ("ingest", "limits"),
    "text": ("ingest_text", "native"),
    "native": ("ingest", "native"),
    "native, dates later": ("ingest_dates_later", "native"),
    "ours": ("ingest", "ours"),
    "duckdb_sql": ("ingest", "duckdb_sql"),
    "pandas_frames": ("ingest", "pandas_frames"),
}
"""Each contender's task and module."""

DAILY = REFERENCE / "data" / "online_retail" / "daily"


def main(runs: int = 3, *sizes: int) -> list[dict[str, Any]]:
    """Measure every size and the daily files, print the ratios and keep the figures."""
    figures: dict[str, Any] = {}
    claims = {}
    for rows in sizes or (500_000, 5_000_000):
        figures[str(rows)] = costs = parse(rows, runs)
        ours = costs["ours"]["cpu"]
        claims[f"ingest of {rows:,} rows beside a typed parse, CPU"] = (ours / costs["native"]["cpu"], TYPED)
        claims[f"ingest of {rows:,} rows beside text to parquet, CPU"] = (ours / costs["text"]["cpu"], TEXT)
    if DAILY.is_dir():
        figures["daily"] = costs = one_new_file(runs)
        ratio = costs["one new file"]["seconds"] / costs["all files"]["seconds"]
        ratio_of_days = costs["all files"]["cpu"] / costs["typed scan"]["cpu"]
        claims["ingest of the 305 daily files beside a typed parse, CPU"] = (ratio_of_days, TYPED)
        claims["one new daily file on top of 304 beside all"] = (ratio, ONE_FILE)
    keep("ingest", figures)
    return verdict("ingest", claims)


def parse(rows: int, runs: int) -> dict[str, Any]:
    """What each contender needs for that many rows."""
    exports = exports_of(rows)
    say(f"ingest, {rows:,} rows")
    out = WORK / "ingested"
    out.mkdir(parents=True, exist_ok=True)
    return interleaved(
        {
            name: partial(work, task, contender, exports, out / name.replace(" ", "_"))
            for name, (task, contender) in CONTENDERS.items()
            if name != "pandas_frames" or rows <= PANDAS_ROWS
        },
        runs,
    )


def one_new_file(runs: int) -> dict[str, Any]:
    """The 305 daily files of the reference data at once, beside a typed scan; and the last on top of the others."""
    say("ingest, one new daily file")

    def measured(everything: str, figure: str) -> dict[str, float]:
        folder = tempfile.mkdtemp(dir=everything)
        landing, store = Path(folder, "landing"), Path(folder, "store")
        if figure == "typed scan":
            return work("ingest", "native", DAILY, Path(folder, "typed.parquet"))
        shutil.copytree(DAILY, landing)
        last = max(landing.iterdir())
        if figure == "all files":
            return work("ingest", "ours", landing, store)
        aside = last.rename(Path(folder, last.name))
        work("ingest", "ours", landing, store)
        aside.rename(last)
        return work("ingest_new", "ours", landing, store)

    # Nothing is removed between the measurements: ext4 makes files slowly for a while after many were removed.
    with tempfile.TemporaryDirectory() as everything:
        names = ("typed scan", "all files", "one new file")
        return interleaved({name: partial(measured, everything, name) for name in names}, runs)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
