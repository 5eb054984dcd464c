"""Numbers of credit notes among those of invoices: ``CN-1001`` beside ``INV-1001``, on lines that look sold.

Some marks say so by themselves; ``R-1001``, ``-1001`` or ``1001-R`` only where the number is that of another order as
well: a shop may call its registers so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

_WORDS = "cn|crn|cr|cm|nc|gs|av|avoir|ret|rma|refund|return|credit|storno"
_START = rf"(?i)^((?:{_WORDS})[-_/ .]?)\d"
"""How numbers of credit notes and returns begin."""
_END = rf"(?i)\d([-_/ .](?:{_WORDS})[-_/ .]?\d?\d?)$"
_FAINT_START = r"(?i)^((?:r|rt|rtn|rf|rn)[-_/ .]?|-)\d"
_FAINT_END = r"(?i)\d([-_/ .]?r[-_/ .]?\d?)$"
_ANY = "|".join((_START, _END, _FAINT_START, _FAINT_END))
MOST = 0.5
"""Share of the lines up to which such numbers stand out from others."""


def _watches(_: Header) -> tuple[int, ...]:
    return ()


def _affixes(orders: pl.Series) -> pl.DataFrame:
    """Return ``start`` and ``end`` of each number that is one of a credit note, in upper case; else both missing."""
    found = pl.DataFrame({"order": orders}).select(
        number=pl.col("order").str.extract(r"(\d+)", 1),
        start=pl.col("order").str.extract(_START, 1),
        end=pl.col("order").str.extract(_END, 1),
        faint_start=pl.col("order").str.extract(_FAINT_START, 1),
        faint_end=pl.col("order").str.extract(_FAINT_END, 1),
    )
    marks = ("start", "end", "faint_start", "faint_end")
    plain = found.filter(pl.all_horizontal(pl.col(marks).is_null()))["number"].unique()
    is_marked = pl.any_horizontal(pl.col("start", "end").is_not_null()) | pl.col("number").is_in(
        plain.implode()
    )
    return found.select(
        start=pl.when(is_marked).then(
            pl.coalesce("start", pl.when(pl.col("end").is_null()).then("faint_start"))
        ),
        end=pl.when(is_marked).then(
            pl.coalesce(
                "end", pl.when(pl.col("start").is_null() & pl.col("faint_start").is_null()).then("faint_end")
            )
        ),
    ).select(pl.all().str.to_uppercase())


def _marks(transactions: pl.DataFrame, starts: pl.Series) -> pl.Series | None:
    """Mark lines of such a number that look sold; None if there is no such number."""
    if not transactions["invoice_no"].filter(starts).str.contains(_ANY).any():
        return None
    affixes = _affixes(transactions["invoice_no"])
    return (affixes["start"].is_not_null() | affixes["end"].is_not_null()) & (transactions["quantity"] > 0)


def _suspects(_: pl.DataFrame, marked: pl.Series | None) -> bool:
    """Return whether there are such lines, and others."""
    return marked is not None and bool(marked.any()) and not bool(marked.all())


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    orders, at = survey.ours("invoice_no"), header.plan.columns.get("invoice_no")
    if orders is None or at is None or (header.mapping and header.mapping.returns):
        return
    name = header.names[at]
    lines = pl.DataFrame({"order": orders, "money": survey.money, "units": survey.quantity}).filter(
        survey.kept
    )
    marked = lines.hstack(_affixes(lines["order"]))
    returned = marked.filter(pl.any_horizontal(pl.col("start", "end").is_not_null()), pl.col("units") > 0)
    if not 0 < returned.height <= MOST * lines.height:
        return
    found = (
        returned.group_by("start", "end")
        .agg(rows=pl.len(), money=pl.col("money").sum())
        .sort(["rows", "start", "end"], descending=[True, False, False])
    )
    seen = tuple(
        Seen(start or end, rows, round(money, 2))
        for start, end, rows, money in found.select("start", "end", "rows", "money").iter_rows()
    )
    marks = {
        "starts_with": found["start"].drop_nulls().to_list(), "ends_with": found["end"].drop_nulls().to_list()
    }  # fmt: skip
    key = f"credit_notes: {name}"
    yield Question(
        "credit_notes", "returns", (name,),
        (Answer("return", {"returns": {"column": name} | {how: texts for how, texts in marks.items() if texts}}),
         Answer("sold", {"answers": {key: "sold"}})),
        "return", seen,
    )  # fmt: skip


CREDIT_NOTES = Detector("credit notes", _watches, _asks, _marks, _suspects)
