"""The trial: next products named at past cut-offs, beside popularity and "buy again", on what was bought then.

Hit rate at 3 is the share of customers who bought at least one of three; NDCG at 3 counts how many, those named first
more (K. Järvelin and J. Kekäläinen, *Cumulated gain-based evaluation of IR techniques*, TOIS 20, 2002). Both are of
known customers who bought anything in the days after. Intervals of differences are those of a mean over customers, each
beside themself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.contracts.next_product import NEXT_PRODUCT_STUDY
from insiders_assets.days import day_number
from insiders_assets.language.message import Message, message, rounded
from insiders_assets.next_product.bought import PLACES, bought_by
from insiders_assets.next_product.choice import WAYS
from insiders_assets.outlook.history import HORIZON
from insiders_assets.programme.backtest import default_cutoffs

NORMAL_95 = 1.959963984540054
CUTOFFS = 3
OURS, *OTHERS = WAYS
Floats = NDArray[np.float64]


def trial(
    purchases: pl.LazyFrame, *, window_days: int, cutoffs: Sequence[date] | None = None
) -> tuple[pl.DataFrame, Message]:
    """Return ``next_product_study`` and what it says.

    Args:
        purchases: ``clean_purchases``, lazy.
        window_days: Days looked back on at each cut-off.
        cutoffs: Last known days; three, a month apart, unless given.

    Raises:
        InsidersError: There is too little history.
    """
    days = list(cutoffs) if cutoffs else default_cutoffs(purchases, HORIZON, CUTOFFS)
    rows = [row for day in days for row in _at(purchases, day, window_days)]
    table = pl.DataFrame(rows, schema=NEXT_PRODUCT_STUDY.polars_schema)
    return table, verdict(table)[1]


def verdict(table: pl.DataFrame | None) -> tuple[bool, Message]:
    """Return whether a trial says that next products may be shown, and why.

    They have to beat both plain ways in both measures, at every one of three cut-offs, by more than chance.

    Args:
        table: ``next_product_study``; None where nobody has made one.
    """
    if table is None or table["cutoff"].n_unique() < CUTOFFS:
        return False, message("next.not_tried")
    others = table.filter(pl.col("way") != OURS).sort("low")
    worst = others.row(0, named=True)
    if worst["low"] <= 0:
        return False, message(
            "next.beaten", day=worst["cutoff"], way=message(f"next.way.{worst['way']}"),
            measure=message(f"next.measure.{worst['measure']}"), difference=rounded(worst["difference"], 3),
            low=rounded(worst["low"], 3), high=rounded(worst["high"], 3),
        )  # fmt: skip
    means = dict(table.filter(measure="ndcg").group_by("way").agg(pl.col("value").mean()).iter_rows())
    return True, message("next.better", count=CUTOFFS, **{way: rounded(means[way], 3) for way in WAYS})


def _at(purchases: pl.LazyFrame, cutoff: date, window_days: int) -> list[dict[str, object]]:
    last = day_number(cutoff)
    bought = bought_by(purchases, last, window_days)
    later = (
        purchases.filter("is_identified", pl.col("invoice_day").is_between(last + 1, last + HORIZON))
        .select("customer_id", "stock_code")
        .unique()
        .collect(engine="streaming")
        .join(bought.pairs.select("customer_id").unique(), on="customer_id", how="semi")
    )
    wanted = later.group_by("customer_id").len("wanted").sort("customer_id")
    found = {way: _measured(choose(bought), later, wanted) for way, choose in WAYS.items()}
    rows: list[dict[str, object]] = []
    for place, measure in enumerate(("hit_rate", "ndcg")):
        ours = found[OURS][place]
        for way, values in found.items():
            row = {"cutoff": cutoff, "measure": measure, "way": way, "customers": len(ours)}
            row |= {"value": float(values[place].mean()), "difference": None, "low": None, "high": None}
            if way != OURS:
                apart = ours - values[place]
                error = (
                    NORMAL_95 * float(apart.std(ddof=1)) / np.sqrt(len(apart)) if len(apart) > 1 else np.inf
                )
                mean = float(apart.mean()) if len(apart) else 0.0
                row |= {"difference": mean, "low": mean - error, "high": mean + error}
            rows.append(row)
    return rows


def _measured(chosen: pl.DataFrame, later: pl.DataFrame, wanted: pl.DataFrame) -> tuple[Floats, Floats]:
    """Return whether each customer bought one of those named, and the NDCG of them, by customer."""
    hits = (
        chosen.join(later, on=["customer_id", "stock_code"], how="semi")
        .group_by("customer_id")
        .agg(gain=(1 / (pl.col("place") + 1).log(2)).sum())
    )
    scored = wanted.join(hits, on="customer_id", how="left", maintain_order="left")
    gain = scored["gain"].fill_null(0.0).to_numpy()
    ideal = np.cumsum(1 / np.log2(np.arange(2, PLACES + 2)))
    most = ideal[np.minimum(scored["wanted"].to_numpy(), PLACES).astype(int) - 1]
    return (gain > 0).astype(np.float64), gain / most
