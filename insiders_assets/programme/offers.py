"""Offers: what marketing can do for each customer, by their kind, tier and state, and by nothing that contradicts them.

Each tier and state has a list of offers in order. An offer is shown only to customers whose own numbers it fits: nobody
whose basket is as large as an Insider's is advised to fill it, and nobody whose orders are larger than nine in ten of
their cluster's is advised to spend more on each. Whoever an offer does not fit gets the next one that does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from insiders_assets.contracts.customers import OFFERS
from insiders_assets.programme.kinds import Words
from insiders_assets.programme.policies import INSIDER, NOT_INSIDER
from insiders_assets.programme.rhythm import LAPSING, LOST

WELCOME_BACK, REMINDER, RETURNS_CARE, NEXT_ORDER, BUNDLE, BETTER_VERSION, WIDER_RANGE, REWARD, NONE = OFFERS

MANY_RETURNED = 0.2
"""Units returned per unit bought from which returns come first."""

LARGE_TICKET = 0.9
"""The quantile of a cluster's revenue per order above which nobody is asked for larger orders."""

MEASURED = {
    NEXT_ORDER: "total_purchases",
    BUNDLE: "basket_size",
    BETTER_VERSION: "avg_line_value",
    WIDER_RANGE: "unique_basket_size",
}
"""Offers that lead towards what Insiders do, with the feature that says how far away a customer is."""


@dataclass(frozen=True)
class Targets:
    """What Insiders do, that others are led towards.

    Attributes:
        medians: The median of identified Insiders by feature of :data:`MEASURED`; of all identified if there is none.
        large_ticket: Revenue per order by cluster above which nobody is asked for larger orders.
    """

    medians: Mapping[str, float]
    large_ticket: Mapping[int, float]

    @classmethod
    def of(cls, customers: pl.DataFrame) -> Targets:
        """From customers with features, ``tier``, ``cluster`` and ``is_identified``."""
        known = customers.filter("is_identified")
        inside = known.filter(pl.col("tier") == INSIDER)
        models = inside if inside.height else known
        medians = {name: float(models[name].median() or 0.0) for name in MEASURED.values()}  # type: ignore[arg-type]
        tickets = known.group_by("cluster").agg(pl.col("avg_ticket").quantile(LARGE_TICKET, "higher"))
        return cls(medians, dict(tickets.iter_rows()))


def with_offers(customers: pl.DataFrame, targets: Targets, words: Words) -> pl.DataFrame:
    """Add ``offer_type``.

    Args:
        customers: Customers with features, ``tier``, ``state``, ``cluster``, ``is_identified`` and ``suppressed_by``.
        targets: What Insiders do.
        words: What each cluster's customers are, by axis.
    """
    fit = fits(targets)
    inside, outside = pl.col("tier") == INSIDER, pl.col("tier") == NOT_INSIDER

    def kind(axis: str, word: str) -> pl.Expr:
        return pl.col("cluster").is_in(
            [cluster for cluster, by_axis in words.items() if by_axis.get(axis) == word]
        )

    choices = [
        (~pl.col("is_identified") | pl.col("suppressed_by").is_not_null(), NONE),
        (outside & (pl.col("state") == LOST), NONE),
        (fit[WELCOME_BACK], WELCOME_BACK),
        (fit[REMINDER], REMINDER),
        (fit[RETURNS_CARE], RETURNS_CARE),
        (kind("how_often", "seldom") & fit[NEXT_ORDER], NEXT_ORDER),
        (kind("how_much", "small") & fit[BUNDLE], BUNDLE),
        (kind("how_dear", "cheap") & fit[BETTER_VERSION], BETTER_VERSION),
        (inside, REWARD),
        (fit[NEXT_ORDER], NEXT_ORDER),
        (fit[WIDER_RANGE], WIDER_RANGE),
        (fit[BUNDLE], BUNDLE),
        (fit[BETTER_VERSION], BETTER_VERSION),
    ]
    first = pl.coalesce(*(pl.when(when).then(pl.lit(offer)) for when, offer in choices), pl.lit(NONE))
    return customers.with_columns(offer_type=first)


def fits(targets: Targets) -> dict[str, pl.Expr]:
    """By offer, whether a customer's own numbers agree with it."""
    large = pl.col("cluster").replace_strict(
        dict(targets.large_ticket), default=float("inf"), return_dtype=pl.Float64
    )
    room = pl.col("avg_ticket") <= large
    below = {offer: pl.col(name) < targets.medians[name] for offer, name in MEASURED.items()}
    return {
        WELCOME_BACK: (pl.col("state") == LOST).fill_null(False),
        REMINDER: (pl.col("state") == LAPSING).fill_null(False),
        RETURNS_CARE: (pl.col("returned") > 0)
        & (pl.col("returned") >= MANY_RETURNED * pl.col("total_products")),
        NEXT_ORDER: below[NEXT_ORDER],
        BUNDLE: below[BUNDLE] & room,
        BETTER_VERSION: below[BETTER_VERSION] & room,
        WIDER_RANGE: below[WIDER_RANGE],
    }
