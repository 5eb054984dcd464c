"""Ledgers that write what is sold below nothing: stock that goes out, revenue as a credit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_columns import taken_for_price
from insiders_assets.ingest.mapping.columns import FLAG
from insiders_assets.ingest.mapping.suggestive_names import meaning_of
from insiders_assets.ingest.questions.question import Answer, Question

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

MOST, FEWEST = 0.5, 20
"""Share of the lines, and of the money, below nothing from which on that may be how sales are written; and lines that
say so. One large return can be most of a day's money."""


def _watches(_: Header) -> tuple[int, ...]:
    return ()


def _suspects(transactions: pl.DataFrame, _: pl.Series | None) -> bool:
    """Return whether most lines, and most of the money, came back."""
    if len(transactions) < FEWEST:
        return False
    money = transactions["quantity"] * transactions["unit_price"]
    below = (transactions["quantity"] < 0) | (money < 0)
    is_most = float(below.mean() or 0.0) > MOST  # type: ignore[arg-type]
    return is_most and float(money.filter(below).abs().sum()) > MOST * float(money.abs().sum())


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    price, pieces = taken_for_price(header), header.plan.columns.get("quantity")
    names = [header.file.rpartition("/")[2], header.sheet]
    if price is None or pieces is None or FLAG in header.plan.columns or header.plan.negated:
        return
    if any(meaning_of(name) == "returns" for name in names if name):
        return
    written = {pieces: survey.units, price: survey.money_as_written}
    money = (survey.money.abs()).fill_null(0.0)
    total = float(money.filter(survey.kept).sum())
    below = {at: (values < 0).fill_null(value=False) & survey.kept for at, values in written.items()}
    kept = int(survey.kept.sum())
    if kept < FEWEST or not total:
        return
    columns = tuple(
        header.names[at]
        for at, here in below.items()
        if int(here.sum()) > MOST * kept and float(money.filter(here).sum()) > MOST * total
    )
    asked = Question("signs", "money", columns, ())
    if not columns or asked.is_answered(header.mapping):
        return
    first = written[header.names.index(columns[0])]
    above = float(money.filter((first > 0).fill_null(value=False) & survey.kept).sum())
    yield Question(
        "signs", "money", columns,
        (Answer("sold", {"negated": list(columns)}), Answer("returned", {"answers": {asked.key: "returned"}})),
        "sold" if above else None,
        arguments={"below": round(total - above, 2), "above": round(above, 2),
                   "rows": int(below[header.names.index(columns[0])].sum())},
    )  # fmt: skip


SIGNS = Detector("signs", _watches, _asks, suspects=_suspects)
