"""Lines with a price below nothing: discounts of their order, or products that came back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.contracts.service_codes import SERVICE_CODE
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.questions.question import Answer, Question, Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

MOSTLY = 0.5
"""Share of the money below nothing on lines of products that are sold for as much, from which it is no discount."""


def _watches(_: Header) -> tuple[int, ...]:
    return ()


def _marks(transactions: pl.DataFrame, _: pl.Series | None = None) -> pl.Series | None:
    """Return lines that cost less than nothing."""
    least = transactions["unit_price"].min()
    if least is None or least >= 0:  # type: ignore[operator]
        return None
    return (transactions["unit_price"] < 0) & (transactions["quantity"] > 0)


def _suspects(transactions: pl.DataFrame, off: pl.Series | None) -> bool:
    """Return whether a line costs less than nothing, and is of a product or stands beside one of its order."""
    if off is None:
        return False
    below = transactions.filter(off)
    orders = transactions["invoice_no"].filter(transactions["unit_price"] > 0)
    beside = orders.is_in(below["invoice_no"].unique().implode()).any()
    return bool(beside or _products(below, transactions).height)


def _products(below: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines below nothing whose product is sold for as much; none of a service, which is cleaned anyway."""
    goods = below.filter(~pl.col("stock_code").str.contains(SERVICE_CODE)).with_columns(
        price=pl.col("unit_price").abs().round(2)
    )
    if not goods.height:
        return goods
    sold = lines.filter(
        pl.col("unit_price") > 0, pl.col("stock_code").is_in(goods["stock_code"].unique().implode())
    )
    prices = sold.select("stock_code", price=pl.col("unit_price").round(2)).unique()
    return goods.join(prices, on=["stock_code", "price"], how="semi")


def _asks(survey: Survey, header: Header) -> Iterator[Settled | Question]:
    if "unit_price" not in header.plan.columns or (header.mapping and header.mapping.negative_prices):
        return
    at = header.plan.columns["unit_price"]
    frame = pl.DataFrame(
        {
            "invoice_no": survey.ours("invoice_no"),
            "stock_code": survey.ours("stock_code"),
            "unit_price": survey.numbers(at),
            "quantity": survey.quantity,
        }
    ).drop_nulls()
    marks = _marks(frame)
    if marks is None or not _suspects(frame, marks):
        return
    off = frame.filter(marks)
    amount = pl.col("unit_price") * pl.col("quantity")
    money = float(off.select(amount.sum()).item())
    facts = {"rows": off.height, "money": round(money, 2)}
    given = float(_products(off, frame).select(amount.sum()).item() or 0.0)
    goods = off.filter(~pl.col("stock_code").str.contains(SERVICE_CODE), pl.col("quantity") > 1)
    # Both are below nothing: most of it stands on products that are sold for as much, or on several pieces at once.
    if given < MOSTLY * money or goods.height >= MOSTLY * off.height:
        answers = [Answer(name, {"negative_prices": name}) for name in ("return", "discount")]
        yield Question(
            "negative_prices", "returns", (header.names[at],), tuple(answers), "return", arguments=facts
        )
        return
    yield Settled("vouchers", (header.names[at],), {"negative_prices": "discount"}, facts)


VOUCHERS = Detector("voucher", _watches, _asks, _marks, _suspects)
