"""A warehouse with refreshes in it, and a dashboard over it, for tests of what the dashboard shows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace

import numpy as np
import polars as pl

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.programme import MEMBERSHIP_CHANGES
from insiders_assets.contracts.summaries import CUSTOMER_PRODUCTS, PURCHASES_BY_MONTH
from insiders_assets.programme.revenue_bridge import revenue_bridge
from insiders_assets.refresh.held_record import HeldRefresh
from insiders_assets.segments import BUILT_IN
from insiders_assets.segments.outputs import segment_tables
from insiders_assets.storage.warehouse import Warehouse
from insiders_assets_tests.dashboard_deliveries import delivered
from insiders_assets_tests.report_tables import refresh

VIEWS = ("/", "/customers", "/clusters", "/budget", "/changes", "/time", "/products", "/deliveries")
"""The pages of the dashboard that need no customer."""

FIRST, SECOND, THIRD = "2025-09-30-aaaa1111", "2025-10-31-bbbb2222", "2025-11-30-0a1b2c3d"
AS_OF = {FIRST: date(2025, 9, 30), SECOND: date(2025, 10, 31), THIRD: date(2025, 11, 30)}


def months(insiders: pl.DataFrame, seed: int = 3) -> pl.DataFrame:
    """Purchases by month that end in the month of each identified customer's last purchase."""
    draw = np.random.default_rng(seed)
    rows = []
    for row in (
        insiders.filter("is_identified")
        .select("customer_id", "revenue", "recency", "total_purchases")
        .iter_rows()
    ):
        customer, revenue, _, orders = row
        for back in range(min(int(orders), 6)):
            month = date(2025, 11 - back, 1)
            rows.append(
                (
                    customer,
                    month,
                    1,
                    int(draw.integers(5, 90)),
                    revenue / min(int(orders), 6),
                    int(draw.integers(0, 3)),
                )
            )
    return pl.DataFrame(rows, schema=PURCHASES_BY_MONTH.polars_schema, orient="row").sort(
        PURCHASES_BY_MONTH.key
    )


def favourites(insiders: pl.DataFrame) -> pl.DataFrame:
    """Two products of each identified customer, one of them without a description."""
    people = insiders.filter("is_identified").select("customer_id", "revenue")
    parts = [
        people.with_columns(
            place=pl.lit(place, dtype=pl.Int32), stock_code=pl.lit(code), description=pl.lit(name, dtype=pl.String),
            revenue=pl.col("revenue") * share, total_purchases=pl.lit(3 - place), total_products=pl.lit(7 * place),
            last_purchase=pl.lit(date(2025, 11, 3)),
        )
        for place, code, name, share in ((1, "85123A", "WHITE CANDLE", 0.5), (2, "22423", None, 0.25))
    ]  # fmt: skip
    made = pl.concat(parts).select(CUSTOMER_PRODUCTS.names).cast(CUSTOMER_PRODUCTS.polars_schema)  # type: ignore[arg-type]
    return made.sort(CUSTOMER_PRODUCTS.key)


def changes(insiders: pl.DataFrame, name: str, count: int, seed: int) -> pl.DataFrame:
    """Some customers who entered, left or moved at one refresh."""
    draw = np.random.default_rng(seed)
    chosen = insiders.filter("is_identified").sample(count, seed=seed).sort("customer_id")
    rows = []
    for customer, tier, cluster, member in chosen.select(
        "customer_id", "tier", "cluster", "is_member"
    ).iter_rows():
        before = TIERS[int(draw.integers(3))]
        was = before == "insider"
        change = "moved" if was == member else "entered" if member else "left"
        rows.append((name, AS_OF[name], customer, change, "behaviour", before, tier, 3, cluster, was, member))
    schema = MEMBERSHIP_CHANGES.polars_schema
    known = ("refresh_id", "as_of", "customer_id", "change", "cause", "tier_before", "tier_after")
    known += ("cluster_before", "cluster_after", "was_member", "is_member")
    made = pl.DataFrame(rows, schema={column: schema[column] for column in known}, orient="row")
    missing = [column for column in MEMBERSHIP_CHANGES.columns if column.name not in known]
    return made.with_columns(
        pl.lit(None if column.nullable else 0, dtype=schema[column.name]).alias(column.name)
        for column in missing
    ).select(MEMBERSHIP_CHANGES.names)


def publish(
    warehouse: Warehouse, name: str, customers: int = 600, *, hostile: bool = False, seed: int = 1
) -> pl.DataFrame:
    """Publish one refresh; its list."""
    made = refresh(customers, hostile=hostile)
    row = made.tables["refreshes"].with_columns(
        refresh_id=pl.lit(name), as_of=pl.lit(AS_OF[name]), published_at=pl.lit(None, dtype=pl.Datetime("us"))
    )
    own = (
        "refreshes",
        "membership_changes",
        "revenue_bridge",
        "tier_history",
        "cluster_history",
        "product_history",
    )
    tables = {key: table for key, table in made.tables.items() if key not in own}
    before = warehouse.read("insiders") if warehouse.exists() else None
    since = SimpleNamespace(
        previous=before, previous_revenue=None, retried=None, refresh_id=name, as_of=AS_OF[name]
    )
    of_tiers, of_clusters, of_products = (
        made.tables[kind].with_columns(refresh_id=pl.lit(name), as_of=pl.lit(AS_OF[name]))
        for kind in ("tier_history", "cluster_history", "product_history")
    )
    moved = changes(made.insiders, name, min(40, customers // 4), seed)
    warehouse.publish(
        tables
        | {
            "insiders": made.insiders,
            "purchases_by_month": months(made.insiders),
            "customer_products": favourites(made.insiders),
        },
        {
            "refreshes": row,
            "membership_changes": moved,
            "revenue_bridge": revenue_bridge(since, made.insiders),  # type: ignore[arg-type]
            "tier_history": of_tiers,
            "cluster_history": of_clusters,
            "product_history": of_products,
        }
        | (delivered(made.insiders, name, AS_OF[name]) if name == THIRD else {}),
    )
    return made.insiders


def publish_segments(warehouse: Warehouse, name: str) -> None:
    """Publish the built-in segments of a refresh that is published."""
    read = ("insiders", "membership_changes", "leaves_next")
    found = {table: warehouse.read(table) for table in read}
    found["membership_changes"] = found["membership_changes"].filter(pl.col("refresh_id") == name)
    made = segment_tables(BUILT_IN, found, {"refresh_id": name, "as_of": AS_OF[name]})
    warehouse.publish({"segment_customers": made["segment_customers"]}, {"segments": made["segments"]})


@contextmanager
def serving(
    warehouse: Warehouse,
    *,
    language: str = "en",
    currency: str = "GBP",
    held: Callable[[], HeldRefresh | None] = lambda: None,
    smallest: int = 0,
    **access: object,
) -> Iterator[str]:
    """A dashboard on a free port, with its address."""
    import uvicorn

    from insiders_assets.dashboard.access import Access
    from insiders_assets.dashboard.app import create_app
    from insiders_assets.language import Language

    rules = {"password": "", "header": "", "proxies": (), "hosts": ("127.0.0.1",)} | access
    app = create_app(warehouse, Language(language, currency), Access(**rules), held, smallest=smallest)  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
