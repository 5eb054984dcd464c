"""Spark beside polars on the same cores: cleaning and features, from parquet to parquet.

Usage: python -m benchmarks.spark [RUNS [ROWS...]]
"""

from __future__ import annotations

import shutil
import sys
from functools import partial
from typing import Any

from benchmarks.features import EQUAL
from benchmarks.measure import WORK, interleaved, keep, run, say, verdict, work
from benchmarks.simulated import lake_of

BESIDE_POLARS = 8.0
"""The most that Spark may take of polars' time on as many cores, at :data:`AT` rows; below, its start weighs more."""

AT = 54_000_000


def main(runs: int = 3, *sizes: int) -> list[dict[str, Any]]:
    """Measure every size, compare the results, print the ratios and keep the figures."""
    figures, claims = {}, {}
    for rows in sizes or (5_000_000,):
        figures[str(rows)] = costs = measured(rows, runs)
        for task in ("features", "clean"):
            ratio = costs[f"{task}, spark"]["seconds"] / costs[f"{task}, polars"]["seconds"]
            say(f"{task} of {rows:,} rows: Spark takes {ratio:.1f} times as long as polars")
            if rows >= AT:
                claims[f"{task} of {rows:,} rows by Spark beside polars"] = (ratio, BESIDE_POLARS)
    keep("spark", figures)
    return verdict("spark", claims)


def measured(rows: int, runs: int) -> dict[str, Any]:
    """Seconds of both engines; Spark's memory is that of its Java, which is not counted here."""
    lake = lake_of(rows)
    store, out = lake.with_name("transactions"), WORK / "spark"
    out.mkdir(parents=True, exist_ok=True)
    say(f"Spark and polars, {rows:,} rows")
    contenders = {
        "features, polars": partial(work, "features", "ours", lake, out / "polars.parquet"),
        "features, spark": partial(work, "features", "spark_frames", lake, out / "spark.parquet"),
        "clean, polars": partial(work, "clean", "ours", store, out / "cleaned by polars"),
        "clean, spark": partial(work, "clean", "spark_frames", store, out / "cleaned by spark"),
    }
    costs = interleaved(contenders, runs)
    run([sys.executable, "-c", EQUAL, out / "polars.parquet", out / "spark.parquet"])
    shutil.rmtree(out)
    return {
        name: {figure: cost[figure] for figure in ("seconds", "first", "rows")}
        for name, cost in costs.items()
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
