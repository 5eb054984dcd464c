"""Reasons: for every customer one sentence a campaign can use, of at most fifteen words and with their own numbers.

Every number in a sentence can be computed again from features. What takes longer, the rule that describes the customer
and what would bring them in, stands apart in ``details``.

Sentences are built column by column, so that a million customers take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from insiders_assets.programme.amounts import campaign_money, money_column, plural_column
from insiders_assets.programme.conditions import Conditions
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.customer_policies import keeps
from insiders_assets.programme.policies import INSIDER, VIABILITY, Selection

MOST_WORDS = 15
"""Words of a reason at most."""

SUPPRESSED = {
    "opted_out": "opted out, never invited",
    "wholesale": "trade quantities, never invited",
    "mostly_returned": "mostly returned, never invited",
    "holdout": "held out for measurement",
}
"""Why somebody is not invited, in words of a reason."""

MEANT = {"gross": "", "net": " net", "contribution": " contribution"}
"""What follows an amount that is not gross revenue."""


def with_reasons(
    customers: pl.DataFrame,
    rules: ProgrammeRules,
    names: Mapping[int, str],
    selection: Selection,
    conditions: Conditions,
) -> pl.DataFrame:
    """Add ``reason`` and ``details``.

    Args:
        customers: Customers with features, ``value``, tiers, ``suppressed_by``, ``grace_refreshes``, ``rule`` and
            gaps.
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
    sentence = pl.format("{}; {}.", _bought(rules, selection), _why(rules, selection))
    return frame.with_columns(reason=sentence, details=_details()).drop("_rule", "_name")


def _bought(rules: ProgrammeRules, selection: Selection) -> pl.Expr:
    """What the customer did, in their own numbers."""
    ago = pl.when(pl.col("recency") == 0).then(pl.lit("last today")).otherwise(
        pl.format("last {} ago", plural_column(pl.col("recency"), "day", "days"))
    )  # fmt: skip
    return pl.format(
        "{}{} in {}, {}",
        campaign_money(pl.col("value"), selection.cut),
        pl.lit(MEANT[rules.value]),
        plural_column(pl.col("total_purchases"), "order", "orders"),
        ago,
    )


def _why(rules: ProgrammeRules, selection: Selection) -> pl.Expr:
    """What decides where they stand."""
    suppressed = pl.col("suppressed_by").replace_strict(SUPPRESSED, default="", return_dtype=pl.String)
    held = pl.col("grace_refreshes") > 0
    grace = pl.format("stays by grace until {}", pl.col("valid_until").dt.to_string("%Y-%m-%d"))
    if rules.grace_refreshes is not None:
        grace = pl.format(
            "stays by grace, {} of {}", pl.col("grace_refreshes"), pl.lit(rules.grace_refreshes)
        )
    return (
        pl.when(~pl.col("is_identified"))
        .then(pl.lit("not identified, never invited"))
        .when(pl.col("suppressed_by").is_not_null())
        .then(suppressed)
        .when(held)
        .then(grace)
        .otherwise(_border(rules, selection))
    )


def _border(rules: ProgrammeRules, selection: Selection) -> pl.Expr:
    """The border that the policy put them above or below."""
    if selection.cut is not None:
        begins = "Insiders start at {}" if rules.policy == "value" else "the list ends at {}"
        border = campaign_money(pl.lit(selection.cut), near=(pl.col("value") - selection.cut).abs() < 1)
        # Those whom hysteresis keeps are below the border at which others enter: it would contradict them.
        kept = (pl.col("policy_tier") == INSIDER) & (pl.col("value") < selection.cut)
        stays = selection.cut * (1 - rules.hysteresis)
        return (
            pl.when(kept)
            .then(
                pl.format("Insiders stay down to {}", campaign_money(pl.lit(stays), selection.cut, near=True))
            )
            .otherwise(pl.format(begins, border))
        )  # fmt: skip
    inside = pl.col("policy_tier") == INSIDER
    if rules.policy == "threshold":
        limits = [str(rule) for rule in rules.insider_thresholds]
        told = ", ".join(limits[:3]) + (f" and {len(limits) - 3} more" if len(limits) > 3 else "")
        meets = keeps(rules.insider_thresholds)
        return (
            pl.when(meets)
            .then(pl.lit(f"meets {told}"))
            .when(inside)
            .then(pl.lit(f"just short of {told}"))
            .otherwise(pl.lit(f"misses {told}"))
        )
    if rules.policy in ("value", "budget"):
        return pl.lit("nobody can be an Insider yet")
    side = pl.when(inside).then(pl.lit("an")).otherwise(pl.lit("not an"))
    return pl.format("cluster {}, {} Insider cluster", pl.col("cluster"), side)


def _details() -> pl.Expr:
    """The rule that describes the customer, where it does, with their numbers; what would bring a near miss in."""
    rule = (
        pl.when("rule_agrees")
        .then(
            pl.format("Cluster {} ({}); {}", pl.col("cluster"), pl.col("_name").str.to_lowercase(), "_rule")
        )
        .otherwise(pl.format("Cluster {} ({})", pl.col("cluster"), pl.col("_name").str.to_lowercase()))
    )
    nearly = pl.when("is_near_miss").then(pl.format(" Nearly: {}.", _gap())).otherwise(pl.lit(""))
    return pl.format("{}. {}. {}.{}", rule, _own_numbers(), _tier_words(), nearly)


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
        .then(pl.lit("In the Insider tier"))
        .when(pl.col("tier") == VIABILITY)
        .then(pl.lit("In the tier being analysed"))
        .otherwise(pl.lit("Not in the Insider tier"))
    )


def _gap() -> pl.Expr:
    """What would bring a near miss in, and what that means in money and orders of their usual size."""
    gap = pl.col("gap")
    per_order = pl.col("purchase_lines") / pl.col("total_purchases")
    products_per_order = pl.col("distinct_stock_code") / pl.col("total_purchases")

    def orders(needed: pl.Expr) -> pl.Expr:
        return plural_column((needed - 1e-9).ceil().clip(1, None), "more order", "more orders")

    sentences = {
        "value": pl.format(
            "{} more in purchases, or {} like theirs, would bring them in",
            money_column(gap), orders(gap * pl.col("total_purchases") / pl.col("value")),
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
