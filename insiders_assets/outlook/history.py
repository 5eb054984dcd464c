"""Purchase days: what was known of customers on a day, and what came in the days after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.money import MICRO, micros

Floats = NDArray[np.float64]

HORIZON = 90
"""Days ahead that are forecast."""


@dataclass(frozen=True)
class PurchaseDays:
    """The days on which identified customers spent something, a row each, by customer and day.

    Attributes:
        ids: Every customer, in ascending order.
        who: The place of the row's customer among them.
        day: The day's number.
        money: What was spent, in millionths.
    """

    ids: pl.Series
    who: NDArray[np.int64]
    day: NDArray[np.int64]
    money: NDArray[np.int64]

    @classmethod
    def of(cls, purchases: pl.LazyFrame, until: int) -> PurchaseDays:
        """Return those of a shop.

        Args:
            purchases: ``clean_purchases``, lazy.
            until: The number of the last day that counts.
        """
        found = (
            purchases.filter("is_identified", pl.col("invoice_day") <= until)
            .group_by("customer_id", day=pl.col("invoice_day").cast(pl.Int64))
            .agg(money=micros("line_value").sum())
            .filter(pl.col("money") > 0)
            .sort("customer_id", "day")
            .with_columns(who=pl.col("customer_id").rle_id().cast(pl.Int64))
            .collect()
        )
        ids = found["customer_id"].unique(maintain_order=True)
        return cls(ids, *(found[name].to_numpy() for name in ("who", "day", "money")))

    def of_some(self, rows: NDArray[np.bool_]) -> PurchaseDays:
        """Return some of the rows; customers keep their places."""
        return PurchaseDays(self.ids, self.who[rows], self.day[rows], self.money[rows])

    def within(self, first: int, last: int) -> PurchaseDays:
        """Return the rows from one day to another."""
        return self.of_some((self.day >= first) & (self.day <= last))

    @property
    def starts(self) -> NDArray[np.int64]:
        """The first row of each customer who has any."""
        return np.flatnonzero(np.diff(self.who, prepend=-1))


@dataclass(frozen=True)
class Known:
    """What was known of customers at the end of a day.

    Attributes:
        who: The place of each customer in :attr:`PurchaseDays.ids`, in ascending order.
        days: Days with a purchase within the window, each.
        age: Days since the first of them, each.
        silence: Days since the last of them, each.
        money: Mean spent on such a day, each.
    """

    who: NDArray[np.int64]
    days: Floats
    age: Floats
    silence: Floats
    money: Floats


@dataclass(frozen=True)
class Came:
    """What customers did in the :data:`HORIZON` days after.

    Attributes:
        money: What each spent.
        wait: Days until each bought again; not a number for who did not.
    """

    money: Floats
    wait: Floats


def known_at(days: PurchaseDays, day: int, window_days: int) -> Known:
    """Return what was known at the end of a day.

    Args:
        days: Those of the shop.
        day: The day's number.
        window_days: Days looked back on.
    """
    seen = days.within(day - window_days + 1, day)
    starts = seen.starts
    if not len(starts):
        return Known(starts, *(np.zeros(0) for _ in range(4)))
    often = np.diff(starts, append=len(seen.who)).astype(np.float64)
    first, last = seen.day[starts], seen.day[np.append(starts[1:], len(seen.who)) - 1]
    money = np.add.reduceat(seen.money, starts) / MICRO / often
    return Known(
        seen.who[starts], often, (day - first).astype(np.float64), (day - last).astype(np.float64), money
    )


def came_after(days: PurchaseDays, known: Known, day: int) -> Came:
    """Return what customers known at the end of a day did in the days after.

    Args:
        days: Those of the shop.
        known: The customers.
        day: The day's number.
    """
    later = days.within(day + 1, day + HORIZON)
    starts = later.starts
    money, wait = np.zeros(len(days.ids)), np.full(len(days.ids), np.nan)
    if len(starts):
        money[later.who[starts]] = np.add.reduceat(later.money, starts) / MICRO
        wait[later.who[starts]] = later.day[starts] - day
    return Came(money[known.who], wait[known.who])
