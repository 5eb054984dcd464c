"""What campaigns add to a refresh of the reference data where none is configured: segments, the brake, deliveries.

Each part is timed within the refresh that it is a part of, so that whatever slows the machine slows both. What the
tables of segments add to a publish is the difference between publishes with and without them, in turns.

Usage: python -m benchmarks.campaigns [RUNS]
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.cold_run import EXPORT
from benchmarks.measure import keep, run, say, verdict

LIMIT = 1.05
"""The most that a refresh may take of what it would take without them."""

_REFRESH = """
import json, sys, time
from pathlib import Path
began = time.perf_counter()
from insiders_assets.refresh import gate
work, spent = gate._strange, []
def strange(*words):
    start = time.perf_counter()
    found = work(*words)
    spent.append(time.perf_counter() - start)
    return found
gate._strange = strange
sys.argv = ["insiders", "run", "--json", "--landing", sys.argv[1], "--home", sys.argv[2]]
from insiders_assets.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
whole = time.perf_counter() - began
from dagster import DagsterInstance
with DagsterInstance.from_config(str(Path(sys.argv[-1], "dagster"))) as instance:
    newest = instance.get_run_records(limit=1)[0].dagster_run.run_id
    steps = {each.step_key: each.end_time - each.start_time for each in instance.get_run_step_stats(newest)}
named = {key: seconds for key, seconds in steps.items() if key == "segmented"}
assert len(named) == 1 and len(spent) == 1, (sorted(steps), spent)
assert not any("deliver" in key for key in steps), sorted(steps)
print(json.dumps({"seconds": whole, "segments": sum(named.values()), "brake": spent[0]}))
"""

_PUBLISH = """
import json, statistics, sys, tempfile, time
from pathlib import Path
from insiders_assets.assets.features import PUBLISHED
from insiders_assets.assets.programme import TABLES
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.warehouse import HISTORY, Warehouse
import polars as pl
from datetime import datetime
stores = Stores(load_settings(home=sys.argv[1]))
read = {table.name: stores.lake.read(table.name) for table in (*TABLES, *PUBLISHED)}
read["refreshes"] = read["refreshes"].with_columns(
    published_at=pl.lit(datetime(2026, 1, 1), dtype=pl.Datetime("us")), inputs=pl.lit("-")
)
def publish(folder, names):
    warehouse = Warehouse.open(f"sqlite:///{folder}/w.db")
    start = time.perf_counter()
    warehouse.publish({n: read[n] for n in names if n not in HISTORY}, {n: read[n] for n in names if n in HISTORY},
                      from_lake=True)
    return time.perf_counter() - start
without, times = [name for name in read if not name.startswith("segment")], {"with": [], "without": []}
for _ in range(int(sys.argv[2])):
    for name, names in (("with", list(read)), ("without", without)):
        with tempfile.TemporaryDirectory() as folder:
            times[name].append(publish(folder, names))
print(json.dumps({name: statistics.median(each) for name, each in times.items()}))
"""


def main(runs: int = 3) -> list[dict[str, Any]]:
    """Measure refreshes that are compared with one before, and keep the figures."""
    if not EXPORT.exists():
        say("campaigns: the reference data are not beside the project")
        return []
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        landing, home = Path(folder, "landing"), Path(folder, "home")
        landing.mkdir()
        shutil.copy2(EXPORT, landing)
        for number in range(runs + 1):
            # Another customer is left out each time, so that there is a refresh to be compared with.
            left_out = {"INSIDERS_EXCLUDED_CUSTOMERS": ",".join(["16446", "12346", *map(str, range(number))])}
            if number == 0:
                run(
                    [Path(sys.executable).with_name("insiders"), "run", "--landing", landing, "--home", home],
                    left_out,
                )
                continue
            found.append(run([sys.executable, "-c", _REFRESH, landing, home], left_out).answer)
            say(f"  refresh {number} of {runs}: {found[-1]}")
        publishes = run([sys.executable, "-c", _PUBLISH, home, str(2 * runs)]).answer
    figures = {name: statistics.median(each[name] for each in found) for name in found[0]}
    figures["publish"] = max(publishes["with"] - publishes["without"], 0.0)
    added = figures["segments"] + figures["brake"] + figures["publish"]
    figures["ratio"] = figures["seconds"] / (figures["seconds"] - added)
    keep("campaigns", figures)
    return verdict("campaigns", {"a refresh beside one without campaigns": (figures["ratio"], LIMIT)})


def section(figures: dict[str, Any]) -> str:
    """Return what the page of figures says of it."""
    parts = (
        ("segments, and their tables", "segments"),
        ("their tables published", "publish"),
        ("the brake", "brake"),
    )
    rows = [
        f"| {name} | {figures[key]:.2f} s | {figures[key] / figures['seconds']:.1%} |" for name, key in parts
    ]
    return "\n".join(
        [
            "## What campaigns add to a refresh",
            "",
            "The reference export refreshed beside the refresh before it, with no segment or destination of its own.",
            f"With segments and the brake it takes {figures['ratio']:.3f} times what it would without; {LIMIT} is the",
            "most that it may. Deliveries are no part of a refresh.",
            "",
            "| of a refresh | time | share |",
            "|---|---|---|",
            *rows,
            f"| all of it | {figures['seconds']:.1f} s | |",
        ]
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
