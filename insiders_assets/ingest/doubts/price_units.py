"""Prices of more than one piece: a column beside the price says how many, as the price unit of an ERP does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import agreement
from insiders_assets.ingest.doubts.money_words import is_price_unit
from insiders_assets.ingest.mapping.schema import DERIVED, PER
from insiders_assets.ingest.questions.question import Answer, Question, Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.doubts.money_columns import Columns

USUAL = (
    1.0,
    5.0,
    6.0,
    10.0,
    12.0,
    20.0,
    24.0,
    25.0,
    50.0,
    100.0,
    144.0,
    200.0,
    250.0,
    500.0,
    1_000.0,
    10_000.0,
)
"""Pieces that prices are of."""


def counts_pieces(columns: Columns, at: int) -> bool:
    """Return whether a column says how many pieces a price is of, or in words what one is: it is no price then.

    Args:
        columns: The columns of money.
        at: Its position.
    """
    if not is_price_unit(columns.names[at]):
        return False
    return bool(columns.survey.numbers(at).drop_nulls().is_in(USUAL).all())


def price_per(columns: Columns) -> Question | Settled | None:
    """Return what prices of more than one piece leave open, or a total settles; None if there are none.

    Args:
        columns: The columns of money.
    """
    taken, settled = columns.taken, columns.survey.plan.columns
    if taken is None or settled.get("unit_price") != taken or PER in settled:
        return None
    for at in columns.kinds:
        pieces = columns.survey.numbers(at)
        if at == taken or not counts_pieces(columns, at) or not bool((pieces > 1).any()):
            continue
        one = columns.line(taken) / pieces.fill_null(1.0)
        for total in columns.amounts():
            if total not in (at, taken) and agreement(one, columns.money(total), columns.pieces).holds:
                names = (columns.names[taken], columns.names[total])
                return Settled(
                    "price_per", (*names, columns.names[at]),
                    {"columns": {DERIVED: columns.names[total], "unit_price": None}},
                )  # fmt: skip
        names = (columns.names[taken], columns.names[at])
        asked = Question("price_per", "money", names, ())
        if asked.is_answered(columns.mapping):
            return None
        many = pl.DataFrame({"one": one, "whole": columns.line(taken), "pieces": pieces}).filter(
            pl.col("pieces") > 1
        )
        return Question(
            "price_per", "money", names,
            (Answer("pieces", {"columns": {PER: names[1]}}), Answer("one", {"answers": {asked.key: "one"}})),
            "pieces",
            arguments={"rows": many.height, "pieces": round(float(one.sum()), 2),
                       "one": round(float(columns.line(taken).sum()), 2), "most": float(many["pieces"].max() or 0)},  # type: ignore[arg-type]
        )  # fmt: skip
    return None
