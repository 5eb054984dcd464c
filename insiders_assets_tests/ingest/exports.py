"""Exports made for tests, and a short way to read one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import HealthCheck, settings

from insiders_assets.ingest.model import REJECTED_SCHEMA
from insiders_assets.ingest.pipeline import read_file
from insiders_assets.ingest.rules import FileRules
from insiders_assets.ingest.stats import Outcome

REPEATABLE = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""The same examples each time, however long one takes."""

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


def row(number: int = 1, **values: Any) -> list[str]:
    """The fields of a good row; ``values`` replaces some by our names."""
    fields = {
        "invoice_no": f"5363{number:02d}", "stock_code": f"85{number:03d}A", "description": "WHITE LANTERN",
        "quantity": "6", "invoice_date": "2010-12-01 08:26:00", "unit_price": "2.55",
        "customer_id": "17850", "country": "United Kingdom",
    }  # fmt: skip
    return [str(value) for value in (fields | values).values()]


def csv(*rows: list[str] | str, header: str = HEADER, separator: str = ",", end: str = "\n") -> bytes:
    """An export of rows, given as fields or as they stand."""
    lines = [header.replace(",", separator), *(r if isinstance(r, str) else separator.join(r) for r in rows)]
    return (end.join(lines) + end).encode()


def good(count: int = 3, **values: Any) -> list[list[str]]:
    """Some good rows, all different."""
    return [row(number, **values) for number in range(1, count + 1)]


@dataclass
class Gathered:
    """What was read from one export."""

    transactions_: list[pl.DataFrame] = field(default_factory=list)
    rejected_: list[pl.DataFrame] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)

    def transactions(self, frame: pl.DataFrame) -> None:
        self.transactions_.append(frame)

    def rejected(self, frame: pl.DataFrame) -> None:
        self.rejected_.append(frame)

    def discard(self) -> None:
        self.transactions_, self.rejected_ = [], []

    @property
    def rows(self) -> pl.DataFrame:
        return pl.concat(self.transactions_) if self.transactions_ else pl.DataFrame()

    @property
    def faults(self) -> pl.DataFrame:
        return pl.concat(self.rejected_) if self.rejected_ else pl.DataFrame(schema=REJECTED_SCHEMA)

    @property
    def reasons(self) -> str:
        return " | ".join(self.faults["reason"])

    def column(self, name: str) -> list[Any]:
        return self.rows[name].to_list()


def read_all(path: Path, **rules: Any) -> dict[str, Gathered]:
    """Every export in a file, by its name in it; half of the rows may be rejected unless ``rules`` say otherwise."""
    found: dict[str, Gathered] = {}

    def sink(name: str) -> Gathered:
        return found.setdefault(name, Gathered())

    for name, outcome in read_file(path, FileRules(**{"max_rejected": 0.5} | rules), sink).items():
        found[name].outcome = outcome
    return found


def read(folder: Path, content: bytes, name: str = "export.csv", **rules: Any) -> Gathered:
    """The one export in ``content``."""
    (folder / name).write_bytes(content)
    (found,) = read_all(folder / name, **rules).values()
    outcome = found.outcome
    assert outcome.rows_read == outcome.rows_transactions + outcome.rows_quarantined + outcome.rows_excluded
    assert outcome.rows_transactions == found.rows.height
    assert outcome.rows_quarantined == found.faults["rows"].sum()
    return found
