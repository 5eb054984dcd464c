"""What campaigns, and what they brought, add to a refresh of the reference data where nothing is configured.

Campaigns are segments, the brake and deliveries; what they brought are experiments, the scoreboard, the outlook and
next products. Each part is timed within the refresh that it is a part of, so that whatever slows the machine slows
both. What their tables add to a publish is the difference between publishes with and without them, in turns.

Usage: python -m benchmarks.campaigns [RUNS]
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.cold_run import EXPORT
from benchmarks.measure import keep, run, say, verdict

LIMIT = 1.05
"""The most that a refresh may take of what it would take without either."""
CAMPAIGNS, BROUGHT = (
    {"segments": "segmented"},
    {
        "experiments": "experimented",
        "scoreboard": "settled",
        "outlook": "foretold",
        "next_products": "named_next",
    },
)
"""Steps of a refresh, by what they are called here."""

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
assert len(spent) == 1, spent
assert not any("deliver" in key for key in steps), sorted(steps)
named = {name: steps[step] for name, step in STEPS.items()}
print(json.dumps({"seconds": whole, "brake": spent[0]} | named))
"""

_PUBLISH = """
import json, statistics, sys, tempfile, time
from pathlib import Path
from insiders_assets.assets.features import PUBLISHED
from insiders_assets.assets import experiments, next_product, outlook, programme, scoreboard
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets.storage.warehouse import HISTORY, Warehouse
import polars as pl
from datetime import datetime
stores = Stores(load_settings(home=sys.argv[1]))
read = {table.name: stores.lake.read(table.name) for table in
        (*programme.TABLES, *PUBLISHED, *experiments.TABLES, *outlook.TABLES, *scoreboard.TABLES, *next_product.TABLES)}
read["refreshes"] = read["refreshes"].with_columns(
    published_at=pl.lit(datetime(2026, 1, 1), dtype=pl.Datetime("us")), inputs=pl.lit("-")
)
def publish(folder, names):
    warehouse = Warehouse.open(f"sqlite:///{folder}/w.db")
    start = time.perf_counter()
    warehouse.publish({n: read[n] for n in names if n not in HISTORY}, {n: read[n] for n in names if n in HISTORY},
                      from_lake=True)
    return time.perf_counter() - start
parts = {"campaigns": "segment", "experiments": "experiment", "scoreboard": "scoreboard", "outlook": "outlook",
         "next_products": ("next_product", "cluster_next_product")}
tried = {"with": list(read)} | {
    part: [name for name in read if not name.startswith(start)] for part, start in parts.items()
}
times = {name: [] for name in tried}
for _ in range(int(sys.argv[2])):
    for name, names in tried.items():
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
    program = _REFRESH.replace("STEPS", repr(CAMPAIGNS | BROUGHT))
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
            found.append(run([sys.executable, "-c", program, landing, home], left_out).answer)
            say(f"  refresh {number} of {runs}: {found[-1]}")
        publishes = run([sys.executable, "-c", _PUBLISH, home, str(2 * runs)]).answer
    figures = {name: statistics.median(each[name] for each in found) for name in found[0]}
    for part in ("campaigns", *BROUGHT):
        figures[f"publish_{part}"] = max(publishes["with"] - publishes[part], 0.0)
    figures["ratio"] = _ratio(figures, ("brake", "publish_campaigns", *CAMPAIGNS))
    claims = {"a refresh beside one without campaigns": (figures["ratio"], LIMIT)}
    for part in BROUGHT:
        figures[f"ratio_{part}"] = _ratio(figures, (part, f"publish_{part}"))
        claims[f"a refresh beside one without {part}"] = (figures[f"ratio_{part}"], LIMIT)
    keep("campaigns", figures)
    return verdict("campaigns", claims)


def _ratio(figures: dict[str, float], parts: Iterable[str]) -> float:
    """How many times as long a refresh takes with some of its parts as it would without."""
    return figures["seconds"] / (figures["seconds"] - sum(figures[part] for part in parts))


def section(figures: dict[str, Any]) -> str:
    """Return what the page of figures says of it."""
    parts = {
        "segments, and their tables": ("segments",),
        "the brake": ("brake",),
        "their tables published": ("publish_campaigns",),
        "experiments, and their tables published": ("experiments", "publish_experiments"),
        "the scoreboard, and its table published": ("scoreboard", "publish_scoreboard"),
        "the outlook, and its tables published": ("outlook", "publish_outlook"),
        "next products, and their tables published": ("next_products", "publish_next_products"),
    }
    times = {name: sum(figures[key] for key in keys) for name, keys in parts.items()}
    rows = [f"| {name} | {time:.2f} s | {time / figures['seconds']:.1%} |" for name, time in times.items()]
    return "\n".join(
        [
            "## What campaigns add to a refresh",
            "",
            "The reference export refreshed beside the refresh before it, with no segment, destination or experiment",
            "of its own. "
            f"With segments and the brake it takes {figures['ratio']:.3f} times what it would without; with "
            + ", ".join(f"{part.replace('_', ' ')} {figures[f'ratio_{part}']:.3f}" for part in BROUGHT),
            f"times. {LIMIT} is the most that any may. Deliveries are no part of a refresh.",
            "",
            "| of a refresh | time | share |",
            "|---|---|---|",
            *rows,
            f"| all of it | {figures['seconds']:.1f} s | |",
        ]
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
