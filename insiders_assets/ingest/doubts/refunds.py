"""What was given back of lines that stay in the export as sold: pieces, or amounts of lines and of whole orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import is_constant_within
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_words import money_of
from insiders_assets.ingest.doubts.status_words import CANCELLED, words_of
from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.questions.question import Answer, Question, Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

NO_MARKS = words_of(
    "eligible eligibility allowed possible policy window until days deadline able returnable reason "
    "motivo grund raison id no number date at on method status customer address label tracking name code "
    "rate per shipping tax cost fee"
)
"""Words of columns that speak of returns and hold none."""


_BARE = words_of(
    "returns returned refunds refunded retouren retours devoluciones devolucoes resi refund return retour reembolso "
    "reembolsos estornos estorno remboursements rimborsi rueckgaben ruckgaben item items line qty"
)
"""Names that say no more than that something came back."""


def gives(name: str) -> str | None:
    """Return what a column holds of what was given back, by its name; None if nothing.

    Returns:
        ``pieces``, ``cancelled`` pieces, ``amount``, or ``either`` where only the values tell.
    """
    words = set(normalise(name).split())
    about, _ = notions(name)
    if "quantity" in about and any(word.startswith(CANCELLED) for word in words):
        return "cancelled"
    if ("return" not in about and money_of(name) != "refund") or words & NO_MARKS or words & {"card", "note"}:
        return None
    if "quantity" in about:
        return "pieces"
    if about == {"return"} and words <= _BARE:
        return "either"
    return "amount" if money_of(name) == "refund" or {"total", "price"} & about else None


def _watches(header: Header) -> tuple[int, ...]:
    return tuple(at for at in header.free if gives(header.names[at]))


def _asks(survey: Survey, header: Header) -> Iterator[Question | Settled]:
    for at in _watches(header):
        given = survey.numbers(at).abs()
        if gives(header.names[at]) == "either" and not _counts(survey, at, given):
            continue
        name, given_as = header.names[at], str(gives(header.names[at]))
        said = {refund.column for refund in header.mapping.refunds} if header.mapping else set()
        if name in said or not bool((given.fill_null(0) > 0).any()):
            continue
        if given_as == "cancelled":
            asked = _asked_of_cancelled(name, given)
            if not asked.is_answered(header.mapping):
                yield asked
            continue
        unclear = False
        if given_as == "either":
            unclear = pieces = bool((given == given.floor()).fill_null(value=True).all())
            given_as = "pieces" if pieces and bool((given <= survey.quantity.abs()).all()) else "amount"
        rule: dict[str, Any] = {"column": name, "gives": given_as}
        orders = survey.ours("invoice_no")
        back = given.fill_null(0.0)
        if given_as == "amount" and orders is not None and is_constant_within(survey.numbers(at), orders):
            rule["level"] = "order"
        key = f"refund: {name}"
        twice = _stands_on_lines(survey, back)
        if not unclear and not twice and _is_plausible(survey, back, rule):
            yield Settled(
                "refund", (name,), {"refunds": [rule]}, {"rows": int((back > 0).sum()), "gives": given_as}
            )
            continue
        yield Question(
            "refund", "returns", (name,),
            (Answer("returned", {"refunds": [rule]}), Answer("ignore", {"answers": {key: "ignore"}})),
            "ignore" if twice else "returned",
            arguments={"rows": int((back > 0).sum()), "given": round(float(back.sum()), 2), "gives": given_as,
                       "twice": twice},
        )  # fmt: skip


def _stands_on_lines(survey: Survey, back: pl.Series) -> bool:
    """Return whether orders with something given back by a column also have lines below zero that say so."""
    orders = survey.ours("invoice_no")
    below = ((survey.quantity < 0) | (survey.money < 0)).fill_null(value=False)
    if orders is None or not below.any():
        return False
    refunded = orders.filter(back > 0).drop_nulls().unique()
    return bool(orders.filter(below).is_in(refunded.implode()).any())


def _counts(survey: Survey, at: int, given: pl.Series) -> bool:
    """Return whether a column holds numbers, and more than yes and no."""
    values = survey.text(at).drop_nulls()
    return len(values) > 0 and given.drop_nulls().len() == len(values) and bool((given > 1).any())


def _asked_of_cancelled(name: str, pieces: pl.Series) -> Question:
    """Return whether pieces that were cancelled count as given back, or stand in the quantity no more."""
    rule = {"column": name, "gives": "pieces"}
    return Question(
        "cancelled_pieces", "status", (name,),
        (Answer("returned", {"refunds": [rule]}),
         Answer("ignore", {"answers": {f"cancelled_pieces: {name}": "ignore"}})),
        "returned",
        arguments={"rows": int((pieces.fill_null(0) > 0).sum()), "given": float(pieces.fill_null(0).sum())},
    )  # fmt: skip


def _is_plausible(survey: Survey, back: pl.Series, rule: dict[str, Any]) -> bool:
    """Return whether no line, or order, gives back more than was sold on it."""
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
