"""Totals of whole orders that an export has itself: compared with what its lines add up to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.doubts.arithmetic import is_constant_within, taxed
from insiders_assets.ingest.doubts.detector import Detector, Header
from insiders_assets.ingest.doubts.money_words import is_shipping, money_of
from insiders_assets.ingest.questions.question import Settled

if TYPE_CHECKING:
    from insiders_assets.ingest.sniffing.column_survey import Survey

CENTS = 0.02
"""By how much a total may differ from its lines, for each of them is rounded."""
CENT_OF_LINE, MOSTLY = 0.005, 0.9
"""What each line may add to that, and the share of orders that agree from which nothing else is looked for."""
_FEWEST = 2
"""Orders from which anything is said."""


def _totals(header: Header) -> list[int]:
    return [at for at in header.free if money_of(header.names[at]) in ("order", "amount", "line")]


def _beside(header: Header) -> list[int]:
    """Return positions of columns that a total may hold beside the lines: shipping and tax."""
    return [at for at in header.free if money_of(header.names[at]) == "tax" or is_shipping(header.names[at])]


def _watches(header: Header) -> tuple[int, ...]:
    totals = _totals(header) if "invoice_no" in header.plan.columns else []
    return tuple(sorted({*totals, *_beside(header)})) if totals else ()


def _asks(survey: Survey, header: Header) -> Iterator[Settled]:
    orders = survey.ours("invoice_no")
    if orders is None:
        return
    places = [at for at in _watches(header) if survey.has(at)]
    whole = {at for at in places if is_constant_within(survey.numbers(at), orders)}
    frame = pl.DataFrame({"order": orders, "paid": survey.paid})
    frame = frame.with_columns(survey.numbers(at).alias(str(at)) for at in places).filter(survey.kept)
    # What holds for the order stands on one of its lines or on each; what is of a line is added up.
    table = (
        frame.drop_nulls("order")
        .group_by("order")
        .agg(
            pl.col("paid").sum(),
            pl.len().alias("rows"),
            *(_of_order(at, is_whole=at in whole) for at in places),
        )
    )
    for at in places:
        if at in whole and at in _totals(header) and (found := _compared(table, at, _beside(header), places)):
            facts, beside = found
            explained = {"with": [header.names[place] for place in beside]} if beside else {}
            yield Settled("order_total", (header.names[at],), {}, facts | explained)


def _of_order(at: int, *, is_whole: bool) -> pl.Expr:
    column = pl.col(str(at))
    return column.drop_nulls().first() if is_whole else column.sum()


def _compared(
    table: pl.DataFrame, at: int, beside: list[int], places: list[int]
) -> tuple[dict[str, Any], tuple[int, ...]] | None:
    """Return how far the lines agree with a total, by what it holds beside them that makes most orders agree."""
    orders = table.drop_nulls(str(at))
    if orders.height < _FEWEST:
        return None
    theirs, near = pl.col(str(at)), pl.lit(CENTS)
    here = [place for place in beside if place in places][:4]
    best: tuple[int, tuple[int, ...]] = (-1, ())
    for some in chain.from_iterable(combinations(here, count) for count in range(len(here) + 1)):
        more = pl.sum_horizontal(pl.col("paid"), *(pl.col(str(place)) for place in some))
        agree = orders.select(((more - theirs).abs() <= near).sum()).item()
        if agree > best[0]:
            best = agree, some
    agree, some = best
    if agree < MOSTLY * orders.height and (by_tax := _by_tax(orders, at, here)):
        return by_tax
    paid, total = float(orders["paid"].sum()), float(orders[str(at)].sum())
    added = sum(float(orders[str(place)].sum()) for place in some)
    return (
        {"orders": orders.height, "agree": agree, "lines": round(paid, 2), "total": round(total, 2),
         "beside": round(added, 2), "difference": round(total - paid - added, 2)},
        some,
    )  # fmt: skip


def _by_tax(
    orders: pl.DataFrame, at: int, beside: list[int]
) -> tuple[dict[str, Any], tuple[int, ...]] | None:
    """Return how far lines agree with a total that differs from them by tax, and by what stands beside them."""
    for some in ((), *((place,) for place in beside)):
        more = orders.select(
            pl.sum_horizontal(pl.col("paid"), *(pl.col(str(place)) for place in some))
        ).to_series()
        slack = CENTS + CENT_OF_LINE * orders["rows"]
        for less, larger, kind in ((more, orders[str(at)], "added"), (orders[str(at)], more, "included")):
            if rates := taxed(less, larger, slack):
                total, lines = float(orders[str(at)].sum()), float(orders["paid"].sum())
                added = sum(float(orders[str(place)].sum()) for place in some)
                return (
                    {"orders": orders.height, "agree": orders.height,
                     "lines": round(lines, 2), "total": round(total, 2), "beside": round(added, 2),
                     "difference": 0.0, "tax": round(total - lines - added, 2), "rates": list(rates), "is": kind},
                    some,
                )  # fmt: skip
    return None


ORDER_TOTALS = Detector("order totals", _watches, _asks)
