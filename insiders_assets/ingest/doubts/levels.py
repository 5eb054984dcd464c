"""Rows of several levels in one file: of orders, payments and totals beside those of products, as registers write them.

Rows without pieces are no transactions whatever anybody says; only an inspection looks for a column that tells them, so
that they can be left out rather than set aside.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.questions.question import Answer, Question, Seen

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

FEWEST, LEAST, MOST = 3, 0.01, 12
"""Rows without pieces, their share of all, and different words in a column, from which and up to which it is asked."""


def _watches(header: Header) -> tuple[int, ...]:
    return tuple(header.free)


def _asks(survey: Survey, header: Header) -> Iterator[Question]:
    pieces = survey.ours("quantity")
    if pieces is None:
        return
    bare = pieces.is_null()
    if bare.sum() < max(FEWEST, LEAST * len(bare)) or bare.all():
        return
    for at in header.free:
        words = survey.text(at)
        said = pl.DataFrame({"word": words, "bare": bare})
        each = (
            said.group_by("word").agg(rows=pl.len(), bare=pl.col("bare").sum()).sort("rows", descending=True)
        )
        levels = each.filter(pl.col("bare") == pl.col("rows"))
        if words.null_count() or each.height > MOST or levels["bare"].sum() < bare.sum():
            continue  # some rows without pieces are of a word that others have as well
        values = levels.sort(["rows", "word"], descending=[True, False])
        seen = tuple(Seen(word, rows, 0.0) for word, rows in values.select("word", "rows").iter_rows())
        yield _question(header.names[at], {"values": values["word"].to_list()}, int(bare.sum()), seen)
        return
    for ours in ("invoice_no", "stock_code", "invoice_date"):
        if (place := header.plan.columns.get(ours)) is not None and (
            survey.text(place).is_null() == bare
        ).all():
            yield _question(header.names[place], {"empty": True}, int(bare.sum()))
            return


def _question(name: str, rule: dict[str, Any], rows: int, seen: tuple[Seen, ...] = ()) -> Question:
    """Return the question whether the rows that a rule on a column tells are left out."""
    return Question(
        "levels", "money", (name,),
        (Answer("exclude", {"exclude": [{"column": name} | rule]}),
         Answer("keep", {"answers": {f"levels: {name}": "keep"}})),
        "exclude", seen, {"rows": rows},
    )  # fmt: skip


LEVELS = Detector("levels", _watches, _asks, is_inspected_only=True)
