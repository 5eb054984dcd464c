"""Ways to choose: each ranks the customers known at a cut-off, best first; all are measured alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.language.message import Message, message
from insiders_assets.programme.cluster_policies import rank_clusters

FIFTHS = 5

Weights = NDArray[np.float64]
"""How much of each customer is chosen: 0 or 1, or a chance."""


@dataclass(frozen=True)
class Ranking:
    """A way to choose.

    Attributes:
        subject: Its name.
        order: Places of the customers, best first; None if it could not be made.
        note: What to keep in mind, or None.
        by_chance: Whether everybody is chosen with the same chance, whatever the order.
    """

    subject: str
    order: NDArray[np.int64] | None
    note: Message | None = None
    by_chance: bool = False

    def pick(self, count: int) -> Weights | None:
        """Return the first ``count`` customers, or None if there is no order."""
        if self.order is None:
            return None
        size = len(self.order)
        chosen = np.full(size, count / size if self.by_chance and size else 0.0)
        if not self.by_chance:
            chosen[self.order[:count]] = 1.0
        return chosen

    def among(self, kept: NDArray[np.bool_]) -> Ranking:
        """Return the same ranking of those ``kept`` alone, by their places among themselves."""
        if self.order is None:
            return self
        place = np.cumsum(kept) - 1
        return Ranking(self.subject, place[self.order[kept[self.order]]], self.note, self.by_chance)


def by_value(
    subject: str, customers: pl.DataFrame, value: pl.Series | Weights, note: Message | None = None
) -> Ranking:
    """Highest value first, ties by customer id."""
    order = (
        customers.select("customer_id")
        .with_columns(value=pl.Series(np.asarray(value, np.float64)), place=pl.int_range(pl.len()))
        .sort(["value", "customer_id"], descending=[True, False])["place"]
    )
    return Ranking(subject, order.to_numpy(), note)


def past_revenue(customers: pl.DataFrame) -> Ranking:
    """Return the plain sort."""
    return by_value("past_revenue", customers, customers["revenue"])


def budget(customers: pl.DataFrame) -> Ranking:
    """Return the order in which the policy ``budget`` takes customers: by revenue, the suppressed last."""
    eligible = customers["suppressed_by"].is_null().cast(pl.Float64)
    most = float(customers["revenue"].max() or 0.0) + 1.0  # type: ignore[arg-type]
    return by_value(
        "budget",
        customers,
        customers["revenue"] + eligible * most,
        message("ranking.past_revenue"),
    )


def rfm_score(customers: pl.DataFrame) -> Ranking:
    """Return recency, frequency and monetary value in fifths, added up (Hughes, 1994); ties by revenue."""

    def fifth(name: str, *, best_is_low: bool = False) -> pl.Expr:
        place = pl.col(name).rank("min", descending=best_is_low)
        return ((place - 1) * FIFTHS / pl.len()).floor() + 1

    scored = customers.select(
        "customer_id",
        "revenue",
        score=fifth("recency", best_is_low=True) + fifth("total_purchases") + fifth("revenue"),
        place=pl.int_range(pl.len()),
    )
    ranked = scored.sort(["score", "revenue", "customer_id"], descending=[True, True, False])
    return Ranking("rfm_score", ranked["place"].to_numpy(), message("ranking.rfm_score"))


def clusters_then_revenue(customers: pl.DataFrame) -> Ranking:
    """Cluster by cluster in descending mean revenue, by revenue within a cluster."""
    rank = {cluster: place for place, (cluster, _) in enumerate(rank_clusters(customers))}
    ranked = customers.select(
        "customer_id",
        "revenue",
        rank=pl.col("cluster").replace_strict(rank, return_dtype=pl.Int64),
        place=pl.int_range(pl.len()),
    ).sort(["rank", "revenue", "customer_id"], descending=[False, True, False])
    return Ranking("clusters", ranked["place"].to_numpy(), message("ranking.clusters"))


def at_random(customers: pl.DataFrame) -> Ranking:
    """Return everybody with the same chance: what is expected of a draw."""
    return Ranking("random", np.arange(customers.height), message("ranking.random"), by_chance=True)


def oracle(customers: pl.DataFrame) -> Ranking:
    """By what nobody could know: the most that any list could have captured."""
    return by_value(
        "oracle",
        customers,
        customers["later_revenue"],
        message("ranking.oracle"),
    )
