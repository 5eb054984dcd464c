"""From cleaned transactions in parquet to all features: beside native polars, DuckDB, pandas and the decoding alone.

Usage: python -m benchmarks.features [RUNS [ROWS...]]
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from benchmarks.measure import REFERENCE, WORK, forget, interleaved, keep, run, say, verdict, work
from benchmarks.simulated import lake_of

DECODE, NATIVE, PANDAS = 6.0, 1.15, 0.1
"""The most that features may take of the decoding's time, of native polars' and of pandas'."""

PANDAS_ROWS = 5_000_000
"""The size at which pandas is compared; it is not asked for more."""

EQUAL = """
import sys
import polars as pl
ours, other = (pl.read_parquet(place) for place in sys.argv[1:])
same = set(ours.columns) & set(other.columns) - {"country"}
pairs = ours.select(sorted(same)).join(other.select(sorted(same)), on="customer_id", how="full", suffix="_other")
for name in sorted(same - {"customer_id"}):
    one, two = (pairs[column].cast(pl.Float64).fill_null(-1) for column in (name, f"{name}_other"))
    tolerance = 1e-9 if ours[name].dtype.is_float() else 0
    worst = ((one - two).abs() / one.abs().clip(1)).max()
    if pairs.height != ours.height or worst > tolerance:
        raise SystemExit(f"{sys.argv[2]}: {name} differs by {worst}, rows {pairs.height} of {ours.height}")
"""


def main(runs: int = 3, *sizes: int) -> list[dict[str, Any]]:
    """Measure every size, compare the results, print the ratios and keep the figures."""
    figures, claims = {}, {}
    for rows in sizes or (500_000, 5_000_000):
        figures[str(rows)] = costs = measured(rows, runs)
        ours = costs["ours"]["seconds"]
        claims[f"features of {rows:,} rows beside decoding"] = (ours / costs["limits"]["seconds"], DECODE)
        claims[f"features of {rows:,} rows beside native polars"] = (
            ours / costs["native"]["seconds"],
            NATIVE,
        )
        if rows == PANDAS_ROWS:
            for name in {"pandas_frames", "original"} & set(costs):
                claims[f"features of {rows:,} rows beside {name}"] = (ours / costs[name]["seconds"], PANDAS)
    keep("features", figures)
    return verdict("features", claims)


def measured(rows: int, runs: int) -> dict[str, Any]:
    """What each contender needs for that many rows, warm; and ours with nothing in the page cache."""
    lake = lake_of(rows)
    say(f"features, {rows:,} rows")
    names = ["limits", "native", "ours", "duckdb_sql"]
    if rows <= PANDAS_ROWS:
        names += ["pandas_frames", *(["original"] if REFERENCE.is_dir() else [])]
    out = WORK / "features"
    out.mkdir(parents=True, exist_ok=True)
    contenders = {name: partial(work, "features", name, lake, out / f"{name}.parquet") for name in names}

    def from_disk() -> dict[str, float]:
        forget(lake)
        return work("features", "ours", lake, out / "ours.parquet")

    costs = interleaved({**contenders, "ours, cold": from_disk}, runs)
    for name in names:
        if name not in ("limits", "ours", "original"):
            run([sys.executable, "-c", EQUAL, out / "ours.parquet", out / f"{name}.parquet"])
    return costs


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
