"""A shop over time: who changes tier in a month, what a month-old model still says, and what its list then brings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.days import EPOCH
from insiders_assets.segmentation import Borders, SegmentationModel, borders_of

MONTHS, DAYS = 4, 30
WINDOW = 240
"""Days that features look back here: as many as every month looked at has behind it on either shop. In a window that is
longer than the data everybody's sums only grow, and what is measured is how young the data are."""
AHEAD = 90
"""Days after a cut-off that a list is judged on."""

CUT_OFFS = (95, 125, 155, 185)
"""Days before the newest one at which lists are chosen."""

HYSTERESIS = 0.05
"""How far below a border whoever is inside may fall before they are out: the programme's own default."""

FeaturesAt = Callable[[date, int], pl.DataFrame]
"""Features of identified customers as of a day, over so many days."""


def tiers(people: pl.DataFrame, borders: Borders, before: dict[str, int] | None = None) -> dict[str, int]:
    """Each customer's tier, 0 to 2, by money alone; who was in a tier stays there a little below its border."""
    found = {}
    for customer, value in people.select("customer_id", "revenue").iter_rows():
        was = (before or {}).get(customer, 0)
        found[customer] = sum(
            value >= border * (1 - HYSTERESIS * (was > tier))
            for tier, border in enumerate((borders.viability, borders.insider))
        )
    return found


def months(features_at: FeaturesAt, last: date, seed: int) -> dict[str, float]:
    """Tier changes from month to month by the borders of the first month's model, of customers there in both months.

    ``still`` counts those among them whose own value did not change: nothing but their own money may move anybody.
    """
    tables = [features_at(last - timedelta(days=DAYS * back), WINDOW) for back in range(MONTHS, -1, -1)]
    borders = SegmentationModel.fit(tables[0], seed=seed).borders
    if borders is None:
        raise RuntimeError("nobody is worth anything")
    moved, entered, still = [], [], 0
    before, were = tiers(tables[0], borders), dict(tables[0].select("customer_id", "revenue").iter_rows())
    for table in tables[1:]:
        now, are = tiers(table, borders, before), dict(table.select("customer_id", "revenue").iter_rows())
        both = now.keys() & before.keys()
        changed = [each for each in both if now[each] != before[each]]
        moved.append(len(changed) / len(both))
        entered.append(sum((now[each] == 2) != (before[each] == 2) for each in changed) / len(both))
        still += sum(are[each] == were[each] for each in changed)
        before, were = now, are
    return {
        "mean": float(np.mean(moved)),
        "most": max(moved),
        "insiders": float(np.mean(entered)),
        "still": still,
    }


def refit(features_at: FeaturesAt, last: date, seed: int) -> dict[str, float]:
    """Share of today's customers whom a model of a month ago and its refit put in another cluster, another tier."""
    then, today = features_at(last - timedelta(days=DAYS), WINDOW), features_at(last, WINDOW)
    old = SegmentationModel.fit(then, seed=seed)
    new = SegmentationModel.fit(today, seed=seed, previous=old)
    one, other = (model.assign(today)["cluster"].to_numpy() for model in (old, new))
    if old.borders is None or new.borders is None:
        raise RuntimeError("nobody is worth anything")
    by_old = tiers(today, old.borders, tiers(then, old.borders))
    by_new = tiers(today, new.borders, by_old)
    changed = [by_old[each] != by_new[each] for each in by_old]
    return {"cluster": float((one != other).mean()), "tier": float(np.mean(changed))}


def capture(features_at: FeaturesAt, last: date, purchases: pl.LazyFrame) -> list[dict[str, Any]]:
    """What Insiders of past cut-offs brought in the months after, beside as many customers by a plain sort."""
    found = []
    for back in CUT_OFFS:
        day = last - timedelta(days=back)
        people = features_at(day, WINDOW).sort("customer_id")
        borders = borders_of(people)
        if borders is None:
            raise RuntimeError("nobody is worth anything")
        listed = (people["revenue"] >= borders.insider).to_numpy()
        by_sort = people.sort("revenue", descending=True, maintain_order=True)["customer_id"][
            : int(listed.sum())
        ]
        later = _later(purchases, day, people["customer_id"])
        found.append(
            {
                "cut_off": day.isoformat(),
                "members": int(listed.sum()),
                "list": _share(later, listed),
                "sort": _share(later, people["customer_id"].is_in(by_sort.implode()).to_numpy()),
            }
        )
    return found


def _later(purchases: pl.LazyFrame, day: date, customers: pl.Series) -> NDArray[np.float64]:
    """What each of the customers spent in the days after a day."""
    last = (day - EPOCH).days
    spent = (
        purchases.filter(pl.col("invoice_day") > last, pl.col("invoice_day") <= last + AHEAD)
        .group_by("customer_id")
        .agg(pl.col("line_value").sum())
        .collect()
    )
    return (
        customers.to_frame("customer_id")
        .join(spent, on="customer_id", how="left", maintain_order="left")["line_value"]
        .fill_null(0)
        .to_numpy()
    )


def _share(later: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float:
    return round(float(later[chosen].sum() / later.sum()), 9)
