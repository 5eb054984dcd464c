"""Numbers of credit notes among those of invoices: ``CN-1001`` beside ``INV-1001``, on lines that look sold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_NUMBER = r"(?i)^(cn|crn|cr|cm|nc|gs|av|avoir|ret|rma|refund|return|credit|storno)[-_/ .]?\d"
"""How numbers of credit notes and returns begin."""
_START = r"(?i)^([a-z]+[-_/ .]?)\d"
MOST = 0.5
"""Share of the lines up to which such numbers stand out from others."""


def _watches(_: Header) -> tuple[int, ...]:
    return ()


def _marks(transactions: pl.DataFrame, starts: pl.Series) -> pl.Series | None:
    """Mark lines of such a number that look sold; None if there is no such number."""
    if not transactions["invoice_no"].filter(starts).str.contains(_NUMBER).any():
        return None
    return transactions["invoice_no"].str.contains(_NUMBER) & (transactions["quantity"] > 0)


def _suspects(_: pl.DataFrame, marked: pl.Series | None) -> bool:
    """Whether there are such lines, and others."""
    return marked is not None and bool(marked.any()) and not bool(marked.all())


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    orders, at = survey.ours("invoice_no"), header.plan.columns.get("invoice_no")
    if orders is None or at is None or (header.mapping and header.mapping.returns):
        return
    name = header.names[at]
    lines = pl.DataFrame({"order": orders, "money": survey.money, "units": survey.quantity}).filter(
        survey.kept
    )
    told = lines.filter(pl.col("order").str.contains(_NUMBER) & (pl.col("units") > 0))
    if not 0 < told.height <= MOST * lines.height:
        return
    found = (
        told.with_columns(start=pl.col("order").str.extract(_START, 1).str.to_uppercase())
        .group_by("start")
        .agg(rows=pl.len(), money=pl.col("money").sum())
        .sort(["rows", "start"], descending=[True, False])
    )
    seen = tuple(Seen(start, rows, round(money, 2)) for start, rows, money in found.iter_rows())
    starts = [each.value for each in seen]
    key = f"credit_notes: {name}"
    yield Question(
        "credit_notes", "returns", (name,),
        (Answer("return", {"returns": {"column": name, "starts_with": starts}}),
         Answer("sold", {"answers": {key: "sold"}})),
        "return", seen,
    )  # fmt: skip


CREDIT_NOTES = Detector("credit notes", _watches, _asks, _marks, _suspects)
