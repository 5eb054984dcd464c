"""Lines with a price below nothing beside others of their order: discounts of it, and no products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.questions.question import Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey


def _watches(_: Header) -> tuple[int, ...]:
    return ()


def _marks(transactions: pl.DataFrame) -> pl.Series | None:
    """Lines that cost less than nothing."""
    least = transactions["unit_price"].min()
    if least is None or least >= 0:  # type: ignore[operator]
        return None
    return (transactions["unit_price"] < 0) & (transactions["quantity"] > 0)


def _suspects(transactions: pl.DataFrame, off: pl.Series | None) -> bool:
    """Whether a line costs less than nothing, and another of its order something."""
    if off is None:
        return False
    orders = transactions["invoice_no"].filter(off).unique()
    return bool(
        transactions["invoice_no"].filter(transactions["unit_price"] > 0).is_in(orders.implode()).any()
    )


def _asks(survey: Survey, header: Header) -> Iterator[Settled]:
    if "unit_price" not in header.plan.columns or (header.mapping and header.mapping.negative_prices):
        return
    at = header.plan.columns["unit_price"]
    frame = pl.DataFrame(
        {
            "invoice_no": survey.ours("invoice_no"),
            "unit_price": survey.numbers(at),
            "quantity": survey.quantity,
        }
    ).drop_nulls()
    marks = _marks(frame)
    if marks is None or not _suspects(frame, marks):
        return
    off = frame.filter(marks)
    yield Settled(
        "vouchers", (header.names[at],), {"negative_prices": "discount"},
        {"rows": off.height, "money": round(float((off["unit_price"] * off["quantity"]).sum()), 2)},
    )  # fmt: skip


VOUCHERS = Detector("voucher", _watches, _asks, _marks, _suspects)
