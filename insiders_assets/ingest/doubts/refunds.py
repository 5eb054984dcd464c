"""What was given back of lines that stay in the export as sold: pieces, or amounts of lines and of whole orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import is_constant_within
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_words import money_of
from insiders_assets.ingest.doubts.status_words import words_of
from insiders_assets.ingest.names import normalise
from insiders_assets.ingest.questions import Answer, Question, Settled
from insiders_assets.ingest.words import notions

if TYPE_CHECKING:
    from insiders_assets.ingest.survey import Survey

NO_MARKS = words_of(
    "eligible eligibility allowed possible policy window until days deadline able returnable reason "
    "motivo grund raison id no number date at on method status customer address label tracking name code "
    "rate per shipping tax cost fee"
)
"""Words of columns that speak of returns and hold none."""


def _gives(name: str) -> str | None:
    """What a column holds of what was given back, by its name: ``pieces`` or ``amount``; None if nothing."""
    words = set(normalise(name).split())
    about, _ = notions(name)
    if "return" not in about or words & NO_MARKS or words & {"card", "note"}:
        return None
    if "quantity" in about:
        return "pieces"
    return "amount" if money_of(name) == "refund" or {"total", "price"} & about else None


def _watches(header: Header) -> tuple[int, ...]:
    return tuple(at for at in header.free if _gives(header.names[at]))


def _asks(survey: Survey, header: Header) -> Iterator[Question | Settled]:
    for at in _watches(header):
        given = survey.numbers(at).abs()
        name, gives = header.names[at], str(_gives(header.names[at]))
        said = {refund.column for refund in header.mapping.refunds} if header.mapping else set()
        if name in said or not bool((given.fill_null(0) > 0).any()):
            continue
        rule: dict[str, Any] = {"column": name, "gives": gives}
        orders = survey.ours("invoice_no")
        back = given.fill_null(0.0)
        if gives == "amount" and orders is not None and is_constant_within(survey.numbers(at), orders):
            rule["level"] = "order"
        key = f"refund: {name}"
        if _is_plausible(survey, back, rule):
            yield Settled(
                "refund", (name,), {"refunds": [rule]}, {"rows": int((back > 0).sum()), "gives": gives}
            )
            continue
        yield Question(
            "refund", "returns", (name,),
            (Answer("returned", {"refunds": [rule]}), Answer("ignore", {"answers": {key: "ignore"}})), "returned",
            arguments={"rows": int((back > 0).sum()), "given": round(float(back.sum()), 2), "gives": gives},
        )  # fmt: skip


def _is_plausible(survey: Survey, back: pl.Series, rule: dict[str, Any]) -> bool:
    """Whether no line, or order, gives back more than was sold on it."""
    sold = survey.quantity if rule["gives"] == "pieces" else survey.money
    frame = pl.DataFrame({"back": back, "sold": sold.abs()})
    if rule["gives"] == "pieces":
        return bool((frame["back"] <= frame["sold"]).fill_null(value=True).all())
    if rule.get("level") == "order":
        frame = (
            frame.with_columns(order=survey.ours("invoice_no"))
            .group_by("order")
            .agg(pl.col("back").max(), pl.col("sold").sum())
        )
    # An amount given back may hold the tax and the shipping of the order as well.
    return bool((frame["back"] <= frame["sold"] * 1.5 + 25).fill_null(value=True).all())


REFUNDS = Detector("refund", _watches, _asks)
