"""Next steps: beside the reason, what a campaign says to one customer and how far they are from the Insiders."""

from __future__ import annotations

import polars as pl

from insiders_assets.programme.amounts import campaign_money, count_column, number_column, plural_column
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

NOT_ASKED = {
    "opted_out": "Leave in peace: opted out.",
    "wholesale": "Not invited: a case for the trade desk.",
    "mostly_returned": "Not invited: ask why so much comes back.",
    "holdout": "Not invited: held out for measurement.",
}
"""What to do with somebody who is not invited."""


def with_steps(customers: pl.DataFrame, cut: float | None, targets: Targets) -> pl.DataFrame:
    """Add ``headline``, ``next_step``, ``gap_amount`` and ``gap_orders``.

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
    return known.with_columns(headline=_headline(), next_step=_step(targets))


def _headline() -> pl.Expr:
    """Where somebody stands, in a few words."""
    inside = pl.col("tier") == INSIDER
    return (
        pl.when(~pl.col("is_identified"))
        .then(pl.lit("Not identified"))
        .when(inside & pl.col("suppressed_by").is_not_null())
        .then(pl.lit("Insider, not invited"))
        .when(pl.col("suppressed_by").is_not_null())
        .then(pl.lit("Never invited"))
        .when(pl.col("grace_refreshes") > 0)
        .then(pl.lit("Insider by grace"))
        .when(inside & (pl.col("state") == LOST))
        .then(pl.lit("Insider, silent for long"))
        .when(inside & (pl.col("state") == LAPSING))
        .then(pl.lit("Insider, overdue"))
        .when(inside)
        .then(pl.lit("Insider, active"))
        .when("is_near_miss")
        .then(pl.lit("Nearly an Insider"))
        .when(pl.col("tier") == VIABILITY)
        .then(pl.lit("Being analysed"))
        .otherwise(pl.lit("Not an Insider"))
    )


def _step(targets: Targets) -> pl.Expr:
    """What to do next, in at most fifteen words with their own numbers."""
    target = {offer: targets.medians[name] for offer, name in MEASURED.items()}
    gap = (
        (pl.col("state") != "").fill_null(False) & pl.col("is_near_miss") & pl.col("gap_orders").is_not_null()
    )
    usual = plural_column(pl.col("usual_gap_days").round(0), "day", "days")
    told = {
        WELCOME_BACK: pl.format(
            "Win back: silent for {}, usually {} between orders.",
            plural_column(pl.col("recency"), "day", "days"), usual,
        ),
        REMINDER: pl.format(
            "Remind: silent for {}, usually {} between orders.",
            plural_column(pl.col("recency"), "day", "days"), usual,
        ),
        RETURNS_CARE: pl.format(
            "Ask about returns: {} came back of {} bought.",
            plural_column(pl.col("returned"), "unit", "units"), count_column(pl.col("total_products")),
        ),
        NEXT_ORDER: pl.when(gap).then(
            pl.format(
                "Invite {}: {} more makes them an Insider.",
                plural_column(pl.col("gap_orders"), "more order", "more orders"),
                campaign_money(pl.col("gap_amount")),
            )
        ).otherwise(
            pl.format(
                "Invite the next order: {} so far, Insiders have {}.",
                count_column(pl.col("total_purchases")), number_column(pl.lit(target[NEXT_ORDER])),
            )
        ),
        BUNDLE: pl.format(
            "Offer bundles: {} units an order, Insiders take {}.",
            number_column(pl.col("basket_size")), number_column(pl.lit(target[BUNDLE])),
        ),
        BETTER_VERSION: pl.format(
            "Offer the better version: {} a line, Insiders spend {}.",
            campaign_money(pl.col("avg_line_value")), campaign_money(pl.lit(target[BETTER_VERSION])),
        ),
        WIDER_RANGE: pl.format(
            "Show other ranges: {} products an order, Insiders take {}.",
            number_column(pl.col("unique_basket_size")), number_column(pl.lit(target[WIDER_RANGE])),
        ),
        REWARD: pl.lit("Thank and reward: first choice of new products."),
    }  # fmt: skip
    return pl.coalesce(
        *(pl.when(pl.col("offer_type") == offer).then(text) for offer, text in told.items()),
        pl.when(~pl.col("is_identified")).then(pl.lit("Nobody to write to.")),
        pl.col("suppressed_by").replace_strict(NOT_ASKED, default=None, return_dtype=pl.String),
        pl.when(pl.col("state") == LOST).then(pl.lit("No campaign: silent for too long.")),
        pl.lit("Keep in touch."),
    )
