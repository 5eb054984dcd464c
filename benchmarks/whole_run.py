"""``insiders run`` on simulated exports of growing size: time, memory, and what each step takes.

Usage: python -m benchmarks.whole_run [ROWS...]
"""

from __future__ import annotations

import math
import shutil
import sys
from pathlib import Path
from typing import Any

from benchmarks.measure import WORK, keep, run, say, verdict
from benchmarks.simulated import exports_of

SECONDS, BYTES = 300.0, 8 * 2**30
"""The most that a run on 50 million rows and 500,000 customers may take."""

LARGEST = 50_000_000

LINEAR = 1.25
"""The highest power of the rows that a step's time may grow by: 1 is linear, the rest is noise and fixed costs."""

NOTICED = 2.0
"""Seconds a step must take at the largest size for its growth to mean something."""

STEPS = """
import json, sys
from dagster import DagsterInstance
with DagsterInstance.from_config(sys.argv[1]) as instance:
    newest = instance.get_run_records(limit=1)[0].dagster_run.run_id
    steps = instance.get_run_step_stats(newest)
    print(json.dumps({each.step_key: each.end_time - each.start_time for each in steps if each.end_time}))
"""


def main(*sizes: int) -> list[dict[str, Any]]:
    """Run each size once, print the ratios and keep the figures."""
    figures: dict[str, Any] = {str(rows): measured(rows) for rows in sorted(sizes or (500_000, 5_000_000))}
    claims = {f"growth of {step}": (power, LINEAR) for step, power in growth(figures).items()}
    if largest := figures.get(str(LARGEST)):
        claims["run on 50 million rows, of 5 minutes"] = (largest["seconds"] / SECONDS, 1.0)
        claims["run on 50 million rows, of 8 GB"] = (largest["peak"] / BYTES, 1.0)
    keep("whole_run", figures)
    return verdict("whole_run", claims)


def measured(rows: int) -> dict[str, Any]:
    """What a run from nothing costs, and one with nothing new."""
    exports = exports_of(rows)
    home = WORK / str(rows) / "home"
    shutil.rmtree(home, ignore_errors=True)
    say(f"insiders run, {rows:,} rows")
    command: list[str | Path] = [Path(sys.executable).with_name("insiders"), "run", "--json"]
    cold = run([*command, "--landing", exports, "--home", home])
    again = run([*command, "--landing", exports, "--home", home])
    steps = run([sys.executable, "-c", STEPS, home / "dagster"]).answer
    kept = {name: cold.answer.get(name) for name in ("rows", "customers", "members")}
    size = sum(file.stat().st_size for file in home.rglob("*") if file.is_file())
    say(f"  {cold.seconds:.1f} s, {cold.peak / 2**30:.1f} GB")
    shutil.rmtree(home)
    return {
        **{figure: getattr(cold, figure) for figure in ("seconds", "cpu", "peak")},
        **kept,
        "again": again.seconds,
        "steps": steps,
        "home": size,
    }


def growth(figures: dict[str, Any]) -> dict[str, float]:
    """The power of the rows by which each step's time grows, from the smallest size to the largest."""
    sizes = sorted(figures, key=int)
    if len(sizes) < 2:
        return {}
    small, large = (figures[size]["steps"] for size in (sizes[-2], sizes[-1]))
    ratio = math.log(int(sizes[-1]) / int(sizes[-2]))
    return {
        step: math.log(seconds / max(small[step], 0.01)) / ratio
        for step, seconds in large.items()
        if seconds >= NOTICED and step in small
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
