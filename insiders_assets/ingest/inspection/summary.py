"""What an export says of a shop, once it is read: money in and out, orders, customers, days, and who and what leads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from insiders_assets.ingest.converted import COST

TOP = 10
"""Customers and products that are named."""


@dataclass(frozen=True)
class Says:
    """What the transactions of an export say.

    Attributes:
        money_in: What was sold.
        money_out: What was returned.
        orders: How many orders there are.
        customers: How many customers are known.
        first: The first moment; None if there is no transaction.
        last: The last.
        top_customers: Those who bought most, with their money.
        top_products: What sold most, with its money.
        cost: What the goods that were sold cost the shop; None if no column says so.
        uncosted: Lines on which that column says nothing.
        free: Lines on which it says 0.
    """

    money_in: float = 0.0
    money_out: float = 0.0
    orders: int = 0
    customers: int = 0
    first: datetime | None = None
    last: datetime | None = None
    top_customers: list[tuple[str, float]] = field(default_factory=list)
    top_products: list[tuple[str, float]] = field(default_factory=list)
    cost: float | None = None
    uncosted: int = 0
    free: int = 0


class Listener:
    """Takes in transactions and keeps what :class:`Says` needs of them: sums, and each name once."""

    def __init__(self) -> None:
        self._sums: list[pl.DataFrame] = []
        self._named: dict[str, list[pl.DataFrame]] = {"customer_id": [], "stock_code": []}
        self._orders: list[pl.Series] = []
        self._costs: list[pl.DataFrame] = []

    def add(self, transactions: pl.DataFrame) -> None:
        """Take in some transactions; a line of no pieces makes no order, and moves no day."""
        frame = transactions.filter(pl.col("quantity") != 0).select(
            "invoice_no", "stock_code", "customer_id", "invoice_date",
            value=pl.col("quantity") * pl.col("unit_price"),
        )  # fmt: skip
        value = pl.col("value")
        if COST in transactions.columns:
            self._costs.append(_costs(transactions))
        self._sums.append(
            frame.select(
                money_in=value.filter(value > 0).sum(), money_out=-value.filter(value < 0).sum(),
                first=pl.col("invoice_date").min(), last=pl.col("invoice_date").max(),
            )
        )  # fmt: skip
        for name, pieces in self._named.items():
            pieces.append(frame.group_by(name).agg(value.sum()))
        self._orders.append(frame["invoice_no"].unique())

    def says(self) -> Says:
        """Return what all of them say."""
        if not self._sums:
            return Says()
        sums = pl.concat(self._sums)
        customers, products = (
            pl.concat(pieces).drop_nulls(name).group_by(name).agg(pl.col("value").sum())
            for name, pieces in self._named.items()
        )
        return Says(
            round(float(sums["money_in"].sum()), 2), round(float(sums["money_out"].sum()), 2),
            pl.concat(self._orders).n_unique(), customers.height, sums["first"].min(), sums["last"].max(),  # type: ignore[arg-type]
            _top(customers), _top(products), **self._cost(),
        )  # fmt: skip

    def _cost(self) -> dict[str, Any]:
        """Return what they say of the costs of goods; nothing if no column does."""
        if not self._costs:
            return {}
        sums = pl.concat(self._costs).sum().row(0, named=True)
        return sums | {"cost": round(sums["cost"], 2)}


def _costs(transactions: pl.DataFrame) -> pl.DataFrame:
    cost, units = pl.col(COST), pl.col("quantity")
    return transactions.select(
        cost=(cost * units).filter(units > 0).sum(), uncosted=cost.is_null().sum(), free=(cost == 0).sum()
    )


def _top(table: pl.DataFrame) -> list[tuple[str, float]]:
    name = table.columns[0]
    best = table.sort(["value", name], descending=[True, False]).head(TOP)
    return [(key, round(value, 2)) for key, value in best.iter_rows()]
