"""One order number on every line, although they are of several customers: a column that tells no orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.questions.question import Answer, Question

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_FEWEST = 3
"""Customers from which one number can hardly be one order."""


def _watches(_: Header) -> tuple[int, ...]:
    return ()


def _suspects(transactions: pl.DataFrame, _: pl.Series | None) -> bool:
    """Return whether all lines have the number of the first, and not all its customer."""
    order, customer = transactions["invoice_no"], transactions["customer_id"]
    if len(order) < _FEWEST or order[0] != order[-1] or not (order == order[0]).all():
        return False
    return customer.n_unique() >= _FEWEST


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    orders, people, at = (
        survey.ours("invoice_no"),
        survey.ours("customer_id"),
        header.plan.columns.get("invoice_no"),
    )
    if orders is None or people is None or at is None or orders.drop_nulls().n_unique() != 1:
        return
    if (customers := people.drop_nulls().n_unique()) < _FEWEST:
        return
    name = header.names[at]
    key = f"one_order: {name}"
    yield Question(
        "one_order", "identity", (name,), (Answer("keep", {"answers": {key: "keep"}}),), None,
        arguments={"lines": len(orders), "customers": customers, "order": orders.drop_nulls()[0]},
    )  # fmt: skip


ONE_ORDER = Detector("one order", _watches, _asks, suspects=_suspects)
