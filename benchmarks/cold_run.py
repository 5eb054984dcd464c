"""A whole run on the reference export beside the pipeline it replaces: cold, with its fit, and with nothing new.

Usage: python -m benchmarks.cold_run [RUNS]
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import REFERENCE, Cost, keep, run, say, verdict

EXPORT = REFERENCE / "data" / "online_retail" / "ecommerce.csv.gz"
ORIGINAL = REFERENCE / "reference" / "original_pipeline.py"
COLD, AGAIN = 0.22, 1 / 10
"""The most that a cold run may take of the original's time, and a run with nothing new of a cold run's."""


def main(runs: int = 3) -> list[dict[str, object]]:
    """Measure in turns and print the ratios of medians."""
    if not EXPORT.exists():
        say("cold_run: the reference data are not beside the project")
        return []
    original, cold, again = [], [], []
    for number in range(runs):
        say(f"cold run {number + 1} of {runs}")
        with tempfile.TemporaryDirectory() as folder:
            landing, home = Path(folder, "landing"), Path(folder, "home")
            landing.mkdir()
            shutil.copy2(EXPORT, landing)
            original.append(run([sys.executable, ORIGINAL, EXPORT, "--out", Path(folder, "original")]))
            cold.append(_ours(landing, home))
            again.append(_ours(landing, home))
    rows = cold[0].answer["rows"]
    keep(
        "cold_run",
        {"original": _medians(original), "cold": _medians(cold), "again": _medians(again), "rows": rows},
    )
    seconds = {name: statistics.median(each.seconds for each in costs) for name, costs in
               (("original", original), ("cold", cold), ("again", again))}  # fmt: skip
    return verdict(
        "cold_run",
        {
            "a cold run beside the original": (seconds["cold"] / seconds["original"], COLD),
            "a run with nothing new beside a cold run": (seconds["again"] / seconds["cold"], AGAIN),
        },
    )


def _ours(landing: Path, home: Path) -> Cost:
    command = [
        Path(sys.executable).with_name("insiders"),
        "run",
        "--landing",
        landing,
        "--home",
        home,
        "--json",
    ]
    cost = run(command, {"INSIDERS_EXCLUDED_CUSTOMERS": "16446,12346"})
    say(f"  {cost.seconds:.1f} s")
    return cost


def _medians(costs: list[Cost]) -> dict[str, float]:
    return {
        figure: statistics.median(getattr(each, figure) for each in costs)
        for figure in ("seconds", "cpu", "peak")
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
