"""Every line in several kinds of documents, as an order, a delivery note and an invoice: the goods were sold once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.status_names import kind_of
from insiders_assets.ingest.doubts.status_words import group_of, words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

MOST, MOSTLY = 6, 0.8
"""Values of a column up to which it may tell documents apart, and the share of lines that stand in several."""
_INVOICE = words_of(
    "invoice rechnung factura fatura facture fattura factuur faktura receipt nota nf nfe sale verkauf venda venta vente"
)
_LINE = ["order", "product", "pieces", "money"]


def _watches(header: Header) -> tuple[int, ...]:
    if not {"invoice_no", "stock_code"} <= header.plan.columns.keys():
        return ()
    return tuple(at for at in header.free if kind_of(header.names[at]) in ("kind", "status"))


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    for at in _watches(header):
        if (found := _question(survey, header, at)) is not None:
            yield found
            return


def _question(survey: Survey, header: Header, at: int) -> Question | None:
    name, text = header.names[at], survey.text(at)
    key = f"repeats: {name}"
    if (header.mapping and key in header.mapping.answers) or not 1 < text.drop_nulls().n_unique() <= MOST:
        return None
    frame = pl.DataFrame(
        {
            "order": survey.ours("invoice_no"),
            "product": survey.ours("stock_code"),
            "pieces": survey.quantity,
            "money": survey.money.round(2),
            "value": text,
        }
    ).filter(survey.kept)
    known = frame.drop_nulls()
    counts = (
        known.group_by(*_LINE, "value")
        .len()
        .group_by(_LINE)
        .agg(kinds=pl.len(), least=pl.col("len").min(), most=pl.col("len").max(), rows=pl.col("len").sum())
    )
    several = counts.filter(pl.col("kinds") > 1, pl.col("least") == pl.col("most"))
    if not known.height or several["rows"].sum() < MOSTLY * frame.height:
        return None
    each = (
        known.group_by("value")
        .agg(rows=pl.len(), money=pl.col("money").sum())
        .sort(["rows", "value"], descending=[True, False])
    )
    values = each["value"].to_list()
    if any(group_of(value) not in (None, "sold") for value in values):
        return None  # asked about as a status
    answers = [
        Answer(
            value, {"exclude": [{"column": name, "values": [other for other in values if other != value]}]}
        )
        for value in values
    ]
    likely = [value for value in values if set(normalise(value).split()) & _INVOICE]
    seen = tuple(Seen(value, rows, round(money, 2)) for value, rows, money in each.iter_rows())
    return Question(
        "repeats", "money", (name,), (*answers, Answer("all", {"answers": {key: "all"}})),
        likely[0] if len(likely) == 1 else None, seen, {"rows": int(several["rows"].sum())},
    )  # fmt: skip


REPEATS = Detector("documents of one sale", _watches, _asks)
