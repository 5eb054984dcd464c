"""What marketing can do with each cluster: the offers that its customers get, added up, with the revenue at stake.

An offer is chosen customer by customer (:mod:`insiders_assets.programme.offers`); a cluster's action is the one that
moves most money among its identified customers, the next one is mentioned. Money at stake is what closing :data:`STEP`
of the way to what Insiders do would bring at the customers' own prices, or that part of what the silent were
worth and of what comes back; it is an order of magnitude to choose between actions by, not a forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from insiders_assets.language.message import Message, message, money, number, percent
from insiders_assets.money import MICRO
from insiders_assets.programme.offers import (
    BETTER_VERSION,
    BUNDLE,
    MEASURED,
    NEXT_ORDER,
    NONE,
    REMINDER,
    RETURNS_CARE,
    WELCOME_BACK,
    WIDER_RANGE,
    Targets,
)

STEP = 0.1
"""The share of a gap that an action is taken to close."""


@dataclass(frozen=True)
class Action:
    """A recommendation for a cluster.

    Attributes:
        offer: The offer.
        customers: Identified customers of the cluster who get it.
        reason: The numbers behind it.
        stake: The money at stake.
    """

    offer: str
    customers: int
    reason: Message
    stake: float

    @property
    def sentence(self) -> Message:
        """What to do."""
        return message(f"action.{self.offer}")


def cluster_actions(customers: pl.DataFrame, targets: Targets) -> dict[int, list[Action]]:
    """Return the actions of every cluster, the one with most money at stake first; never empty.

    Args:
        customers: Customers with features, ``value``, ``cluster``, ``is_identified`` and ``offer_type``, sorted by id.
        targets: What Insiders do.
    """
    known = customers.filter("is_identified").with_columns(_stake=_stake(targets))
    sizes = dict(known.group_by("cluster").len().iter_rows())
    sums = known.group_by("cluster", "offer_type").agg(
        pl.len(),
        stake=pl.col("_stake").sum(),
        returned=pl.col("returned").sum(),
        bought=pl.col("total_products").sum(),
        silence=pl.col("recency").cast(pl.Float64).median(),
        gap=pl.col("usual_gap_days").median(),
        **{name: pl.col(name).cast(pl.Float64).median() for name in MEASURED.values()},
    )
    found: dict[int, list[Action]] = {cluster: [] for cluster in customers["cluster"].unique().to_list()}
    for row in sums.to_dicts():
        stake = round(row["stake"] / MICRO, 2)
        reason = message(
            "behind", customers=row["len"], of=sizes[row["cluster"]], numbers=_numbers(row, targets)
        )
        found[row["cluster"]].append(Action(row["offer_type"], row["len"], reason, stake))
    for cluster, actions in found.items():
        actions.sort(
            key=lambda action: (action.offer == NONE, -action.stake, -action.customers, action.offer)
        )
        found[cluster] = actions or [Action(NONE, 0, message("behind.nobody"), 0.0)]
    return found


def _stake(targets: Targets) -> pl.Expr:
    """Return the money at stake for each customer by their offer, in whole millionths."""
    worth = pl.col("value").clip(0, None)
    units = pl.max_horizontal("total_products", pl.lit(1))
    price = {
        NEXT_ORDER: pl.col("avg_ticket"),
        BUNDLE: pl.col("total_purchases") * pl.col("revenue") / units,
        BETTER_VERSION: pl.col("purchase_lines").cast(pl.Float64),
        WIDER_RANGE: pl.col("revenue") / pl.col("unique_basket_size"),
    }
    silent = pl.col("offer_type").is_in([WELCOME_BACK, REMINDER])
    returned = (pl.col("returned") / units).clip(0, 1) * worth
    steps = [
        pl.when(pl.col("offer_type") == offer).then(
            STEP * (targets.medians[name] - pl.col(name)).clip(0, None) * price[offer]
        )
        for offer, name in MEASURED.items()
    ]
    amount = pl.coalesce(
        pl.when(silent).then(STEP * worth),
        pl.when(pl.col("offer_type") == RETURNS_CARE).then(STEP * returned),
        *steps,
        pl.lit(0.0),
    )
    return (amount * MICRO).round(0).cast(pl.Int64)


def _numbers(row: dict[str, Any], targets: Targets) -> Message:
    """Return the numbers behind an action, of the customers who get it."""
    offer = str(row["offer_type"])
    if offer in MEASURED:
        own, target = row[MEASURED[offer]], targets.medians[MEASURED[offer]]
        write = money if offer == BETTER_VERSION else _short
        one = ".one" if offer == NEXT_ORDER and own == 1 else ""
        return message(f"behind.{offer}{one}", own=write(own), insiders=write(target))
    if offer in (WELCOME_BACK, REMINDER):
        return message("behind.silent", silent=number(row["silence"], 0), usual=number(row["gap"], 0))
    if offer == RETURNS_CARE:
        return message(
            "behind.returns_care", share=percent(row["returned"] / row["bought"] if row["bought"] else 0)
        )
    return message(f"behind.{offer}")


def _short(value: float) -> Decimal | None:
    """Return a number without decimals where it is whole."""
    return number(value, 0 if value == int(value) else 1)
