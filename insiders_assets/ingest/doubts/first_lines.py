"""Fields of an order that stand on its first line only: they hold for every line of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import HOLDS
from insiders_assets.ingest.doubts.currencies import names_a_currency
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_words import money_of
from insiders_assets.ingest.doubts.payments import tells_of_payment
from insiders_assets.ingest.doubts.status_names import kind_of
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.questions.question import Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

OURS = ("customer_id", "invoice_date", "country")
"""Our columns that hold for a whole order."""
_LEAST_ORDERS = 2
"""Orders of several lines from which a habit can be seen."""


def _places(header: Header) -> list[int]:
    """Return positions of columns that may hold for a whole order."""
    ours = [header.plan.columns[name] for name in OURS if name in header.plan.columns]
    beside = [
        at
        for at in header.free
        if kind_of(header.names[at])
        or tells_of_payment(header.names[at])
        or (
            money_of(header.names[at]) in ("refund", "discount")
            and "price" not in notions(header.names[at])[0]  # a special price is of its line
        )
        or names_a_currency(header.names[at])
    ]
    return sorted({*ours, *beside} - set(header.plan.filled))


def _watches(header: Header) -> tuple[int, ...]:
    """Only where something decides that is none of our columns: those alone are looked at as they are read."""
    ours = {header.plan.columns[name] for name in OURS if name in header.plan.columns}
    beside = [at for at in _places(header) if at not in ours]
    return tuple(beside) if "invoice_no" in header.plan.columns else ()


def _marks(transactions: pl.DataFrame, starts: pl.Series) -> pl.Series | None:
    """Return lines without a customer below one of the same order that has one."""
    customer = transactions["customer_id"]
    if not customer.null_count():
        return None
    missing = customer.is_null()
    below = missing & ~missing.shift(1, fill_value=True)
    return below & ~starts if below.any() else None


def _suspects(_: pl.DataFrame, marked: pl.Series | None) -> bool:
    """Return whether they are of one export: its first line stands below another's, if they were read together."""
    return marked is not None and bool(marked[1:].any())


def _asks(survey: Survey, header: Header) -> Iterator[Settled]:
    orders = survey.ours("invoice_no")
    if orders is None or "invoice_no" not in header.plan.columns:
        return
    frame = pl.DataFrame({"order": orders}).with_columns(
        survey.text(at).alias(str(at)) for at in _places(header) if survey.text(at).null_count()
    )
    for at in _places(header):
        if str(at) in frame.columns and is_on_first_lines(frame, str(at)):
            name = header.names[at]
            rows = frame[str(at)].null_count()
            yield Settled("first_line", (name,), {"fill_down": [name]}, {"empty": rows})


def is_on_first_lines(frame: pl.DataFrame, name: str) -> bool:
    """Return whether a column is filled on the first line of orders and empty on all others of them."""
    several = (
        frame.drop_nulls("order")
        .group_by("order", maintain_order=True)
        .agg(
            lines=pl.len(),
            first=pl.col(name).first().is_not_null(),
            filled=pl.col(name).is_not_null().sum(),
        )
        .filter((pl.col("lines") > 1) & (pl.col("filled") > 0))
    )
    if several.height < _LEAST_ORDERS:
        return False
    alone = several.select((pl.col("first") & (pl.col("filled") == 1)).mean()).item()
    return bool(alone >= HOLDS)


FIRST_LINES = Detector("first line", _watches, _asks, _marks, _suspects)
