"""The tables of the outlook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from insiders_assets.contracts.outlook import (
    CHANCE,
    FIGURES,
    NEXT_PURCHASE,
    OUTLOOK,
    OUTLOOK_EVIDENCE,
    OUTLOOK_FIGURES,
    OUTLOOK_HISTORY,
)
from insiders_assets.days import day_number, day_of
from insiders_assets.language.writer import columns
from insiders_assets.outlook.calibration import LIKELY, STATED, Range
from insiders_assets.outlook.evidence import Judged, calibrated, judged, whether_shown
from insiders_assets.outlook.history import PurchaseDays, known_at
from insiders_assets.outlook.moments import Moment, Moments

if TYPE_CHECKING:
    from datetime import date

Tables = dict[str, pl.DataFrame]
ENDS = ("", "_low", "_high")


def outlook_tables(
    purchases: pl.LazyFrame, insiders: pl.DataFrame, *, refresh_id: str, as_of: date, window_days: int
) -> Tables:
    """Return the tables of the outlook of a refresh.

    Args:
        purchases: ``clean_purchases``, lazy.
        insiders: ``insiders``: whom it is about, and who is a member.
        refresh_id: The refresh's name.
        as_of: The last day that counts.
        window_days: Days looked back on.
    """
    made = _outlook(purchases, insiders, as_of, window_days)
    kept = made[OUTLOOK_FIGURES.name].with_columns(refresh_id=pl.lit(refresh_id), as_of=pl.lit(as_of))
    return made | {OUTLOOK_HISTORY.name: kept.select(OUTLOOK_HISTORY.names)}


def _outlook(purchases: pl.LazyFrame, insiders: pl.DataFrame, as_of: date, window_days: int) -> Tables:
    """Return the tables that say what is expected now."""
    known = insiders.filter("is_identified").select("customer_id", "is_member").sort("customer_id")
    days = PurchaseDays.of(purchases, day_number(as_of))
    if not len(days.day):
        return _tables(known, {}, [], 0)
    last = int(days.day.max())
    moments = Moments.sampled(days, window_days)
    found = judged(moments, last)
    shown = [figure for figure in FIGURES if whether_shown(figure, found, last - moments.first + 1)[0]]
    now, calibration = moments.at(last), calibrated(moments, last)
    frames: dict[str, pl.DataFrame] = {}
    if shown and now is not None and calibration is not None:
        everyone = Moment.of(known_at(days, last, window_days), now.models)
        chance = calibration.chance(everyone)
        every = dict(
            zip(FIGURES, (calibration.revenue(everyone), chance, calibration.wait(everyone)), strict=True)
        )
        ids = days.ids.gather(everyone.known.who)
        frames = {figure: _frame(figure, every[figure], ids) for figure in shown if figure != NEXT_PURCHASE}
        if NEXT_PURCHASE in shown:
            likely = pl.Series(chance.expected >= LIKELY)
            frames[NEXT_PURCHASE] = _days_of(
                _frame(NEXT_PURCHASE, every[NEXT_PURCHASE], ids).filter(likely), day_of(last)
            )
    return _tables(known, frames, found, last - moments.first + 1)


def _frame(figure: str, forecast: Range, ids: pl.Series) -> pl.DataFrame:
    digits = 4 if figure == CHANCE else 2
    values = zip(ENDS, (forecast.expected, forecast.low, forecast.high), strict=True)
    return pl.DataFrame(
        {"customer_id": ids} | {f"{figure}{end}": np.round(each, digits) for end, each in values}
    )


def _days_of(table: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return the table with its days until something as dates."""
    return table.with_columns(
        (pl.lit(as_of) + pl.duration(days=pl.col(name).cast(pl.Int64))).alias(name)
        for name in (f"{NEXT_PURCHASE}{end}" for end in ENDS)
    )


def _tables(known: pl.DataFrame, frames: Tables, found: Sequence[Judged], history: int) -> Tables:
    outlook = known
    for table in frames.values():
        outlook = outlook.join(table, on="customer_id", how="left", maintain_order="left")
    missing = [
        pl.lit(None, kind).alias(name)
        for name, kind in OUTLOOK.polars_schema.items()
        if name not in outlook.columns
    ]
    outlook = outlook.with_columns(missing)
    rows = [_figure(figure, outlook, found, history, figure in frames) for figure in FIGURES]
    evidence = pl.DataFrame([each.row() for each in found], schema=OUTLOOK_EVIDENCE.polars_schema)
    return {
        OUTLOOK.name: (outlook if frames else outlook.clear())
        .select(OUTLOOK.names)
        .cast(OUTLOOK.polars_schema),  # type: ignore[arg-type]
        OUTLOOK_FIGURES.name: pl.DataFrame(rows, schema=OUTLOOK_FIGURES.polars_schema).sort("figure"),
        OUTLOOK_EVIDENCE.name: evidence.sort("figure", "cutoff"),
    }


def _figure(
    figure: str, outlook: pl.DataFrame, found: Sequence[Judged], history: int, is_forecast: bool
) -> dict[str, object]:
    """Return a row of ``outlook_figures``: what the members do together is as unsure as it was at past cut-offs."""
    is_shown, reason = whether_shown(figure, found, history)
    row: dict[str, object] = {
        "figure": figure,
        "is_shown": is_shown and is_forecast,
        "stated_coverage": STATED,
        "customers": outlook[figure].count(),
    } | columns("reason", reason)
    if is_forecast and figure != NEXT_PURCHASE:
        expected = round(float(outlook.filter("is_member")[figure].sum()), 2)
        ratios = [
            each.actual / each.expected for each in found if each.figure == figure and each.expected > 0
        ]
        row |= {
            "members_expected": expected,
            "members_low": round(expected * min([1.0, *ratios]), 2),
            "members_high": round(expected * max([1.0, *ratios]), 2),
        }
    return row
