"""Reasons: for every customer a sentence with their own numbers.

Every number in a sentence can be computed again from features.

Sentences are built column by column, so that a million customers take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from insiders_assets.programme.amounts import money_column, plural_column
from insiders_assets.programme.conditions import Conditions
from insiders_assets.programme.policies import INSIDER, Selection
from insiders_assets.programme.rules import ProgrammeRules
from insiders_assets.programme.suppression import RULES

SUPPRESSED = {
    "opted_out": "they opted out",
    "wholesale": "quantities like a trade customer's",
    "mostly_returned": "most of what they buy comes back",
    "holdout": "held out to measure the programme",
}


def with_reasons(
    customers: pl.DataFrame,
    rules: ProgrammeRules,
    names: Mapping[int, str],
    selection: Selection,
    conditions: Conditions,
) -> pl.DataFrame:
    """Add ``reason``.

    Args:
        customers: Customers with features, tiers, ``suppressed_by``, ``grace_refreshes``, ``rule`` and gaps.
        rules: The policy and its parameters.
        names: Every cluster's name.
        selection: What the policy chose.
        conditions: The rules that describe the tiers.
    """
    text = dict(enumerate(conditions.texts, 1))
    frame = customers.with_columns(
        _rule=pl.col("rule").replace_strict(text, default="", return_dtype=pl.String),
        _name=pl.col("cluster").replace_strict(dict(names), return_dtype=pl.String),
    )
    inside, known = pl.col("tier") == INSIDER, pl.col("is_identified")
    why = _why(rules, selection)
    suppressed = pl.col("suppressed_by").is_not_null()
    sentence = (
        pl.when(~known)
        .then(pl.format("Not identified, so never invited; {}.", _tier_words()))
        .when(inside & suppressed)
        .then(pl.format("Not a member although in the Insider tier: {}. {}. {}", _suppressed(), _bought(), why))
        .when(suppressed)
        .then(pl.format("Never invited: {}; {}. {}.", _suppressed(), _tier_words(), _bought()))
        .when(pl.col("grace_refreshes") > 0)
        .then(
            pl.format(
                "Stays by grace, refresh {} of {}. {}. {}",
                pl.col("grace_refreshes"), pl.lit(rules.grace_refreshes), _bought(), why,
            )
        )
        .when(inside)
        .then(pl.format("{}. {}", _bought(), why))
        .when("is_near_miss")
        .then(pl.format("Nearly: {}. {}.", _gap(), _bought()))
        .otherwise(pl.format("{}. {}", _bought(), why))
    )  # fmt: skip
    return frame.with_columns(reason=sentence).drop("_rule", "_name")


def _bought() -> pl.Expr:
    """What the customer did, in their own numbers."""
    return pl.format(
        "Bought for {} in {}, the last {} ago",
        money_column(pl.col("revenue")),
        plural_column(pl.col("total_purchases"), "order", "orders"),
        plural_column(pl.col("recency"), "day", "days"),
    )


def _why(rules: ProgrammeRules, selection: Selection) -> pl.Expr:
    """Why the policy puts the customer where they are, then the rule that says the same, or that it does not."""
    cluster = pl.format("cluster {} ({})", pl.col("cluster"), pl.col("_name").str.to_lowercase())
    inside = pl.col("policy_tier") == INSIDER
    if rules.policy == "threshold":
        limits = ", ".join(str(rule) for rule in rules.insider_thresholds)
        return pl.when(inside).then(pl.lit(f"Meets {limits}.")).otherwise(pl.lit(f"Does not meet {limits}."))
    if selection.cut is not None:
        gap = (selection.cut - pl.col("revenue")).clip(0.0, None)
        return (
            pl.when(inside)
            .then(pl.format("Among the {} highest by revenue.", pl.lit(f"{rules.budget_members:,}")))
            .otherwise(pl.format("{} short of the least revenue inside.", money_column(gap)))
        )
    tier = pl.when(inside).then(pl.lit("an Insider cluster")).otherwise(pl.lit("not an Insider cluster"))
    rule = (
        pl.when("rule_agrees")
        .then(pl.format("the rule: {} (they: {})", pl.col("_rule"), _own_numbers()))
        .otherwise(
            pl.format(
                "although the plain rule for {} says otherwise (they: {})", pl.col("_rule"), _own_numbers()
            )
        )
    )
    return pl.format("In {}, {}; {}.", cluster, tier, rule)


def _own_numbers() -> pl.Expr:
    """The customer's numbers for what rules speak of."""
    return pl.format(
        "{}, {}, {} units per order, {} per order, {} returned",
        plural_column(pl.col("purchase_lines"), "line", "lines"),
        plural_column(pl.col("distinct_stock_code"), "product", "products"),
        pl.col("basket_size").round(1).cast(pl.String),
        money_column(pl.col("avg_ticket")),
        plural_column(pl.col("returned"), "unit", "units"),
    )


def _tier_words() -> pl.Expr:
    return (
        pl.when(pl.col("tier") == INSIDER)
        .then(pl.lit("behaves like an Insider"))
        .when(pl.col("tier") == "viability")
        .then(pl.lit("in the tier being analysed"))
        .otherwise(pl.lit("not in the Insider tier"))
    )


def _suppressed() -> pl.Expr:
    words = SUPPRESSED | {name: text for name, text in RULES.items() if name not in SUPPRESSED}
    return pl.col("suppressed_by").replace_strict(words, default="", return_dtype=pl.String)


def _gap() -> pl.Expr:
    """What would bring a near miss in, and what that means in money and orders of their usual size."""
    gap = pl.col("gap")
    per_order = pl.col("purchase_lines") / pl.col("total_purchases")
    products_per_order = pl.col("distinct_stock_code") / pl.col("total_purchases")

    def orders(needed: pl.Expr) -> pl.Expr:
        return plural_column((needed - 1e-9).ceil().clip(1, None), "more order", "more orders")

    sentences = {
        "revenue": pl.format(
            "{} more in purchases, or {} like theirs, would bring them in",
            money_column(gap), orders(gap / pl.col("avg_ticket")),
        ),
        "purchase_lines": pl.format(
            "{} would bring them in: {} more in purchases, or {}, at their usual prices and sizes",
            plural_column(gap, "more purchase line", "more purchase lines"),
            money_column(gap * pl.col("avg_line_value")), orders(gap / per_order),
        ),
        "distinct_stock_code": pl.format(
            "{} they have not bought yet would bring them in, or {} of their usual variety",
            plural_column(gap, "more product", "more products"), orders(gap / products_per_order),
        ),
        "total_purchases": pl.format(
            "{} would bring them in, {} more in purchases at their usual size",
            plural_column(gap, "more order", "more orders"), money_column(gap * pl.col("avg_ticket")),
        ),
        "basket_size": pl.format(
            "orders of {} units on average, instead of {}, would bring them in",
            pl.col("gap_target").round(2).cast(pl.String), pl.col("basket_size").round(2).cast(pl.String),
        ),
        "avg_ticket": pl.format(
            "orders of {} on average, instead of {}, would bring them in",
            money_column(pl.col("gap_target")), money_column(pl.col("avg_ticket")),
        ),
    }  # fmt: skip
    found = [pl.when(pl.col("gap_feature") == name).then(text) for name, text in sentences.items()]
    return pl.coalesce(*found, pl.lit(""))
