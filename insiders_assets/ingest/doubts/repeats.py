"""Every line several times: in several kinds of documents, or for each row of something that it was joined with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import agreement
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_columns import money_beside
from insiders_assets.ingest.doubts.status_names import kind_of
from insiders_assets.ingest.doubts.status_words import group_of, words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

MOST, MOSTLY = 6, 0.8
"""Values of a column up to which it may tell documents apart, and the share of lines that stand in several."""
_INVOICE = words_of(
    "invoice rechnung factura fatura facture fattura factuur faktura receipt nota nf nfe sale verkauf venda venta vente"
)
_LINE = ["order", "product", "pieces", "money"]
_OURS = ["invoice_no", "stock_code", "invoice_date", "customer_id", "quantity", "unit_price"]
GLANCE, FEWEST = 2000, 20
"""Lines whose orders are looked at, and lines from which on they say something."""


def _watches(header: Header) -> tuple[int, ...]:
    if not {"invoice_no", "stock_code"} <= header.plan.columns.keys():
        return ()
    return tuple(at for at in header.free if kind_of(header.names[at]) in ("kind", "status"))


def _suspects(transactions: pl.DataFrame, _: pl.Series | None) -> bool:
    """Return whether lines stand several times, nearly all of them equally often: by the orders that come first."""
    few = transactions["invoice_no"].head(GLANCE).unique()
    here = transactions.filter(pl.col("invoice_no").is_in(few.implode()))
    return here.height >= FEWEST and _is_multiplied(here.select(_OURS).group_by(_OURS).len()["len"])


def _is_multiplied(times: pl.Series) -> bool:
    """Return whether nearly all lines stand equally often, and more than once.

    Args:
        times: How often each line stands there.
    """
    usual = int(times.mode().min() or 0)  # type: ignore[arg-type]
    return usual > 1 and float((times == usual).mean() or 0.0) >= MOSTLY  # type: ignore[arg-type]


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    if not {"invoice_no", "stock_code"} <= header.plan.columns.keys():
        return
    for at in _watches(header):
        if found := _question(survey, header, at):
            yield found
            return
    if found := _multiplied(survey, header):
        yield found


def _multiplied(survey: Survey, header: Header) -> Question | None:
    """Return the question that lines leave open which stand several times each, as a join multiplies them."""
    order = header.names[header.plan.columns["invoice_no"]]
    key = f"multiplied: {order}"
    if Question("multiplied", "money", (order,), ()).is_answered(header.mapping):
        return None
    frame = pl.DataFrame(
        {name: survey.ours(name) for name in ("invoice_no", "stock_code", "invoice_date", "customer_id")}
        | {"quantity": survey.quantity, "money": survey.money.round(2)}
    ).with_row_index("at")
    lines = [name for name in frame.columns if name != "at"]
    known = frame.filter(survey.kept).drop_nulls(["invoice_no", "stock_code", "quantity", "money"])
    times = known.group_by(lines).agg(pl.len(), pl.col("at").first())
    if known.height < FEWEST or not _is_multiplied(times["len"]):
        return None
    if _is_split(survey, header, known, lines):
        return None
    named = [at for at in header.free if survey.has(at) and _tells_apart(survey.text(at), known, lines)]
    answers = [Answer("all", {"answers": {key: "all"}})]
    if named:
        text = survey.text(named[0]).gather(known["at"])
        values = text.drop_nulls().unique(maintain_order=True).to_list()
        if len(values) <= MOST and any(group_of(value) not in (None, "sold") for value in values):
            return None  # asked about as a status
        if len(values) <= MOST and not text.null_count():
            answers = [
                Answer("once", {"exclude": [{"column": header.names[named[0]], "values": values[1:]}]}),
                *answers,
            ]
    money = float(known["money"].sum())
    return Question(
        "multiplied", "money", (order,), tuple(answers), "once" if len(answers) > 1 else None,
        arguments={
            "rows": known.height, "lines": times.height, "money": round(money, 2),
            "columns": ", ".join(header.names[at] for at in named),
        },
    )  # fmt: skip


def _is_split(survey: Survey, header: Header, known: pl.DataFrame, lines: list[str]) -> bool:
    """Return whether another column splits each line over its rows, as instalments, tenders and shipments do."""
    money = set(money_beside(header))
    pieces = {at for at in header.free if "quantity" in notions(header.names[at])[0]}
    for at in sorted(money | pieces):
        if survey.has(at):
            parts = known.with_columns(part=survey.numbers(at).gather(known["at"]).abs())
            each = parts.group_by(lines).agg(pl.col("part").sum())
            whole = each["money"].abs() if at in money else each["quantity"].abs()
            if agreement(each["part"].round(2), whole, pl.repeat(5, each.height, eager=True)).holds:
                return True
    return False


def _tells_apart(text: pl.Series, known: pl.DataFrame, lines: list[str]) -> bool:
    """Return whether a column differs each time that a line is repeated, and alike from line to line."""
    found = known.with_columns(value=text.gather(known["at"]))
    each = found.group_by(lines).agg(rows=pl.len(), values=pl.col("value").n_unique())
    several = each.filter(pl.col("rows") > 1)
    apart = several.select((pl.col("rows") == pl.col("values")).mean()).item() or 0.0
    return bool(apart >= MOSTLY and found["value"].n_unique() < each.height)


def _question(survey: Survey, header: Header, at: int) -> Question | None:
    name, text = header.names[at], survey.text(at)
    key = f"repeats: {name}"
    if (
        Question("repeats", "money", (name,), ()).is_answered(header.mapping)
        or not 1 < text.drop_nulls().n_unique() <= MOST
    ):
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


REPEATS = Detector("lines that stand several times", _watches, _asks, suspects=_suspects)
