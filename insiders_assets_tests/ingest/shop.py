"""A little shop whose truth is known, written down the ways that other shops write theirs."""

from __future__ import annotations

import csv as csv_writer
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from insiders_assets.ingest.inspection.inspection import inspect
from insiders_assets.ingest.mapping.schema import Mapping
from insiders_assets.ingest.questions.question import proposed
from insiders_assets.ingest.rules import FileRules
from insiders_assets_tests.ingest.exports import read_all

PRICES = (1.95, 4.5, 9.99, 12.5, 19.99, 3.2, 7.4)


@dataclass(frozen=True)
class Line:
    """One line of an order."""

    order: str
    sku: str
    name: str
    units: int
    when: datetime
    price: float
    customer: str
    first: bool

    @property
    def total(self) -> float:
        return round(self.units * self.price, 2)


def lines(count: int = 60) -> list[Line]:
    """Lines of half as many orders; every product has its price, and is bought in different quantities."""
    start = datetime(2025, 1, 3, 9, 5)
    found = []
    for at in range(count):
        order, product = at // 2, (at * 3) % len(PRICES)
        found.append(
            Line(f"7{order:04d}", f"SKU-{product:03d}", f"Thing number {product}", 1 + (at * 5) % 6,
                 start + timedelta(days=3 * order, minutes=13 * order), PRICES[product], f"C{order % 17:03d}",
                 at % 2 == 0)
        )  # fmt: skip
    return found


def written(rows: list[dict[str, Any]], separator: str = ",") -> bytes:
    """Rows as delimited text; their keys are the header."""
    out = io.StringIO()
    writer = csv_writer.DictWriter(out, list(rows[0]), delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def plain(line: Line, **more: Any) -> dict[str, Any]:
    """A line under names that need no mapping; ``more`` adds and replaces."""
    return {
        "order_id": line.order, "sku": line.sku, "name": line.name, "quantity": line.units, "date": line.when,
        "unit_price": line.price, "customer_id": line.customer,
    } | more  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What was read from a file."""

    sold: float
    returned: float
    rows: pl.DataFrame
    excluded: int
    aside: str
    orders: int
    customers: int


def told(path: Path, mapping: Mapping | None = None, **rules: Any) -> Told:
    """What a file is read as."""
    (found,) = read_all(path, mapping=mapping, **rules).values()
    outcome = found.outcome
    assert outcome.rows_read == outcome.rows_transactions + outcome.rows_quarantined + outcome.rows_excluded
    assert outcome.rows_transactions + outcome.rows_added == found.rows.height
    if not found.rows.height:
        return Told(0.0, 0.0, found.rows, outcome.rows_excluded, outcome.set_aside, 0, 0)
    value = found.rows["quantity"] * found.rows["unit_price"]
    return Told(
        round(float(value.filter(value > 0).sum()), 2), round(-float(value.filter(value < 0).sum()), 2), found.rows,
        outcome.rows_excluded, outcome.set_aside, found.rows["invoice_no"].n_unique(),
        found.rows["customer_id"].drop_nulls().n_unique(),
    )  # fmt: skip


def as_proposed(path: Path) -> Told:
    """What a file is read as once every question is answered as proposed."""
    return told(path, inspect(path, path.name, FileRules(), path.name, proposed).mapping)
