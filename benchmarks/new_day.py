"""One new day on top of a shop's year: with what the refresh before left, and with every row made anew.

Usage: python -m benchmarks.new_day [ROWS [RUNS]]
"""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.measure import WORK, Cost, keep, run, say, verdict
from benchmarks.simulated import exports_of
from benchmarks.whole_run import STEPS

TABLES = ("customer_features", "purchases_by_month", "customer_products")
"""Steps whose rows are carried over."""

MOST = 0.5
"""The most of the time in full that they may take after a day that brought less than a hundredth of the rows."""

CARRIED = Path("lake", "carried")


def main(rows: int = 5_000_000, runs: int = 3) -> list[dict[str, Any]]:
    """Measure in turns, keep the figures and print the ratios of medians."""
    whole, before, lines = _prepared(rows)
    found: dict[str, list[tuple[Cost, float]]] = {"in full": [], "carried over": []}
    for _ in range(runs):
        for name, each in found.items():
            say(f"a new day, {name}")
            home = before.with_name("home")
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(before, home, symlinks=True)
            if name == "in full":
                shutil.rmtree(home / CARRIED)
            each.append(_refreshed(whole, home))
    figures = {
        name: {
            "seconds": statistics.median(cost.seconds for cost, _ in each),
            "cpu": statistics.median(cost.cpu for cost, _ in each),
            "tables": statistics.median(tables for _, tables in each),
        }
        for name, each in found.items()
    }
    keep("new_day", {"rows": rows, "new": lines, **figures})
    full, over = figures["in full"], figures["carried over"]
    claims = {
        "a new day's tables of customers' lines, of those in full": (over["tables"] / full["tables"], MOST)
    }
    claims["CPU of a new day, of one in full"] = (over["cpu"] / full["cpu"], 1.0)
    return verdict("new_day", claims)


def _prepared(rows: int) -> tuple[Path, Path, int]:
    """The exports with the last day in a file of its own, a home refreshed without it, and the day's rows."""
    folder = WORK / str(rows) / "new_day"
    shutil.rmtree(folder, ignore_errors=True)
    earlier, whole, home = (folder / name for name in ("earlier", "whole", "before"))
    for place in (earlier, whole):
        place.mkdir(parents=True)
    *months, last = sorted(exports_of(rows).glob("*.csv"))
    for month in months:
        for place in (earlier, whole):
            (place / month.name).hardlink_to(month)
    head, *lines = last.read_text(encoding="utf-8").splitlines(keepends=True)
    day = max(word for line in lines for word in line.split(",") if word.startswith(f"{last.stem}-"))[:10]
    of_day = [line for line in lines if day in line]
    others = "".join([head, *(line for line in lines if day not in line)])
    for place in (earlier, whole):
        (place / last.name).write_text(others, encoding="utf-8")
    (whole / f"{day}.csv").write_text("".join([head, *of_day]), encoding="utf-8")
    say(f"insiders run, {rows:,} rows but the last day's {len(of_day):,}")
    _refreshed(earlier, home)
    return whole, home, len(of_day)


def _refreshed(exports: Path, home: Path) -> tuple[Cost, float]:
    """What a refresh cost, and the seconds of the steps that are looked at."""
    command = [sys.executable, "-m", "insiders_assets", "run", "--json"]
    cost = run([*command, "--landing", exports, "--home", home])
    steps = run([sys.executable, "-c", STEPS, home / "dagster"]).answer
    return cost, sum(steps[table] for table in TABLES)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
