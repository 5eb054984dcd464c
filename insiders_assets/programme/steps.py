"""Next steps: beside the reason, what a campaign says to one customer and how far they are from the Insiders."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from insiders_assets.language.columns import Messages, Telling, by, first, the_same, when, whole, written
from insiders_assets.language.message import Message, message
from insiders_assets.programme.amounts import campaign_money, number_column
from insiders_assets.programme.offers import (
    BETTER_VERSION,
    BUNDLE,
    MEASURED,
    NEXT_ORDER,
    REMINDER,
    RETURNS_CARE,
    REWARD,
    WELCOME_BACK,
    WIDER_RANGE,
    Targets,
)
from insiders_assets.programme.policies import INSIDER, VIABILITY
from insiders_assets.programme.rhythm import LAPSING, LOST
from insiders_assets.programme.suppression import RULES


def with_steps(customers: pl.DataFrame, cut: float | None, targets: Targets) -> pl.DataFrame:
    """Add ``headline`` and ``next_step``, each with its code and arguments, ``gap_amount`` and ``gap_orders``.

    Args:
        customers: Customers with features, ``value``, tiers, ``state``, ``offer_type`` and ``is_near_miss``.
        cut: The least value that makes an Insider, where the policy cuts by value.
        targets: What Insiders do.
    """
    outside = pl.col("is_identified") & pl.col("suppressed_by").is_null() & (pl.col("tier") != INSIDER)
    # Rounded up to the cent: who brings what is named is inside.
    gap = ((cut - pl.col("value")) * 100 - 1e-6).ceil() / 100 if cut is not None else pl.lit(None, pl.Float64)
    per_order = pl.col("value") / pl.col("total_purchases")
    known = customers.with_columns(gap_amount=pl.when(outside & (gap > 0)).then(gap))
    known = known.with_columns(
        gap_orders=pl.when(per_order > 0).then(
            (pl.col("gap_amount") / per_order - 1e-9).ceil().clip(1, 1_000_000).cast(pl.Int64)
        )
    )
    rows = Telling(known)
    return rows.saying(headline=_headline(), next_step=_step(rows, targets))


def _headline() -> Messages:
    """Return where somebody stands, in a few words."""
    inside, suppressed = pl.col("tier") == INSIDER, pl.col("suppressed_by").is_not_null()
    choices = [
        (~pl.col("is_identified"), "not_identified"),
        (inside & suppressed, "insider_not_invited"),
        (suppressed, "never_invited"),
        (pl.col("grace_refreshes") > 0, "grace"),
        (inside & (pl.col("state") == LOST), "lost"),
        (inside & (pl.col("state") == LAPSING), "lapsing"),
        (inside, "active"),
        (pl.col("is_near_miss"), "near_miss"),
        (pl.col("tier") == VIABILITY, "viability"),
        (pl.lit(value=True), "outside"),
    ]
    return first(*(when(stands, the_same(message(f"headline.{where}"))) for stands, where in choices))


def _step(rows: Telling, targets: Targets) -> Messages:
    """Return what to do next, in at most fifteen words with their own numbers."""
    target = {offer: pl.lit(targets.medians[name]) for offer, name in MEASURED.items()}
    near = (
        (pl.col("state") != "").fill_null(False) & pl.col("is_near_miss") & pl.col("gap_orders").is_not_null()
    )
    there = set(rows.table["offer_type"].unique())
    silent = {"silent": pl.col("recency"), "usual": pl.col("usual_gap_days").round(0)}

    def beside(offer: str, own: pl.Expr, write: Callable[[pl.Expr], pl.Expr]) -> Messages:
        return rows.messages(f"step.{offer}", own=written(write(own)), insiders=written(write(target[offer])))

    def next_order() -> Messages:
        near_by = rows.messages(
            "step.next_order.near",
            orders=pl.col("gap_orders"),
            amount=written(campaign_money(pl.col("gap_amount"))),
        )
        so_far = written(whole(pl.col("total_purchases")))
        target_orders = written(number_column(target[NEXT_ORDER]))
        return first(
            when(near, near_by),
            when(~near, rows.messages("step.next_order", own=so_far, insiders=target_orders)),
        )

    steps: dict[str, Callable[[], Messages]] = {
        WELCOME_BACK: lambda: rows.messages("step.welcome_back", **silent),
        REMINDER: lambda: rows.messages("step.reminder", **silent),
        RETURNS_CARE: lambda: rows.messages(
            "step.returns_care", returned=pl.col("returned"), bought=written(whole(pl.col("total_products")))
        ),
        NEXT_ORDER: next_order,
        BUNDLE: lambda: beside(BUNDLE, pl.col("basket_size"), number_column),
        BETTER_VERSION: lambda: beside(BETTER_VERSION, pl.col("avg_line_value"), campaign_money),
        WIDER_RANGE: lambda: beside(WIDER_RANGE, pl.col("unique_basket_size"), number_column),
        REWARD: lambda: the_same(message("step.reward")),
    }
    not_asked: dict[object, Message] = {
        rule: message(f"step.{rule}") for rule in RULES if rule != "anonymous"
    }
    return first(
        *(when(pl.col("offer_type") == offer, step()) for offer, step in steps.items() if offer in there),
        when(~pl.col("is_identified"), the_same(message("step.not_identified"))),
        by("suppressed_by", not_asked),
        when(pl.col("state") == LOST, the_same(message("step.lost"))),
        the_same(message("step.keep_in_touch")),
    )
