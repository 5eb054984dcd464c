"""Purchase days: what was known of customers on a day, and what came in the days after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.money import MICRO
from insiders_assets.programme.groups import micros

Floats = NDArray[np.float64]

HORIZON = 90
"""Days ahead that are forecast."""


def purchase_days(purchases: pl.LazyFrame, until: int) -> pl.DataFrame:
    """Return the days on which identified customers spent something: ``customer_id, day, money``, sorted.

    Args:
        purchases: ``clean_purchases``, lazy.
        until: The number of the last day that counts.
    """
    return (
        purchases.filter("is_identified", pl.col("invoice_day") <= until)
        .group_by("customer_id", day=pl.col("invoice_day").cast(pl.Int64))
        .agg(money=micros("line_value").sum())
        .filter(pl.col("money") > 0)
        .sort("customer_id", "day")
        .collect()
    )


@dataclass(frozen=True)
class Known:
    """What was known of customers at the end of a day.

    Attributes:
        ids: Each customer, in ascending order.
        days: Days with a purchase within the window, each.
        age: Days since the first of them, each.
        silence: Days since the last of them, each.
        money: Mean spent on such a day, each.
    """

    ids: pl.Series
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


def known_at(days: pl.DataFrame, day: int, window_days: int) -> Known:
    """Return what was known at the end of a day.

    Args:
        days: As :func:`purchase_days` returns them.
        day: The day's number.
        window_days: Days looked back on.
    """
    found = (
        days.filter(pl.col("day").is_between(day - window_days + 1, day))
        .group_by("customer_id")
        .agg(
            days=pl.len().cast(pl.Float64),
            age=(day - pl.col("day").min()).cast(pl.Float64),
            silence=(day - pl.col("day").max()).cast(pl.Float64),
            money=pl.col("money").sum(),
        )
        .sort("customer_id")
    )
    numbers = {name: found[name].to_numpy() for name in ("days", "age", "silence")}
    return Known(found["customer_id"], money=found["money"].to_numpy() / MICRO / numbers["days"], **numbers)


def came_after(days: pl.DataFrame, known: Known, day: int) -> Came:
    """Return what customers known at the end of a day did in the days after.

    Args:
        days: As :func:`purchase_days` returns them.
        known: The customers.
        day: The day's number.
    """
    after = (
        days.filter(pl.col("day").is_between(day + 1, day + HORIZON))
        .group_by("customer_id")
        .agg(money=pl.col("money").sum(), wait=(pl.col("day").min() - day).cast(pl.Float64))
    )
    found = known.ids.to_frame("customer_id").join(after, on="customer_id", how="left", maintain_order="left")
    return Came(
        found["money"].fill_null(0).to_numpy() / MICRO, found["wait"].fill_null(float("nan")).to_numpy()
    )
