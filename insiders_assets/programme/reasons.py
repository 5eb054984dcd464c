"""Reasons: for every customer one sentence a campaign can use, of at most fifteen words and with their own numbers.

Every number in a sentence can be computed again from features. What takes longer, the rule that describes the customer
and what would bring them in, stands apart in ``details``.

Sentences are built column by column, so that a million customers take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from insiders_assets.contracts.customers import TIERS
from insiders_assets.language.columns import (
    NOTHING,
    Argument,
    Messages,
    Telling,
    by,
    counted,
    days,
    first,
    the_same,
    when,
    whole,
    written,
)
from insiders_assets.language.message import Message, message
from insiders_assets.language.texts.nouns import ORDERS
from insiders_assets.programme.amounts import campaign_money, money_column
from insiders_assets.programme.conditions import Conditions
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.customer_policies import keeps
from insiders_assets.programme.kinds import called
from insiders_assets.programme.policies import INSIDER, Selection
from insiders_assets.programme.suppression import RULES

MOST_WORDS = 15
"""Words of a reason at most."""

LIMITS_TOLD = 3
"""Limits of a policy that a reason names."""


def with_reasons(
    customers: pl.DataFrame,
    rules: ProgrammeRules,
    names: Mapping[int, str],
    selection: Selection,
    conditions: Conditions,
) -> pl.DataFrame:
    """Add ``reason`` and ``details``, each with its code and arguments.

    Args:
        customers: Customers with features, ``value``, tiers, ``suppressed_by``, ``grace_refreshes``, ``rule`` and
            gaps.
        rules: The policy and its parameters.
        names: Every cluster's name.
        selection: What the policy chose.
        conditions: The rules that describe the tiers.
    """
    rows = Telling(customers)
    reason = _bought(rows, rules, selection, _why(rows, rules, selection))
    details = _details(rows, names, conditions)
    return rows.saying(reason=reason, details=details)


def _bought(rows: Telling, rules: ProgrammeRules, selection: Selection, why: Messages) -> Messages:
    """Return what the customer did, in their own numbers, and what decides where they stand."""
    arguments: dict[str, pl.Expr | Argument | Messages] = {
        "value": rows.once(written(campaign_money(pl.col("value"), selection.cut))),
        "orders": rows.once(counted(ORDERS, pl.col("total_purchases"))),
        "why": why,
    }
    return first(
        when(pl.col("recency") == 0, rows.messages(f"reason.{rules.value}.today", **arguments)),
        rows.messages(f"reason.{rules.value}", days=pl.col("recency"), **arguments),
    )


def _why(rows: Telling, rules: ProgrammeRules, selection: Selection) -> Messages:
    """Return what decides where they stand."""
    grace = rows.messages("why.grace.until", day=days(pl.col("valid_until")))
    if rules.grace_refreshes is not None:
        used, allowed = pl.col("grace_refreshes"), pl.lit(rules.grace_refreshes)
        grace = rows.messages("why.grace", used=written(whole(used)), allowed=written(whole(allowed)))
    suppressed: dict[object, Message] = {
        rule: message(f"why.{rule}") for rule in RULES if rule != "anonymous"
    }
    return first(
        when(~pl.col("is_identified"), the_same(message("why.not_identified"))),
        by("suppressed_by", suppressed),
        when(pl.col("grace_refreshes") > 0, grace),
        _border(rows, rules, selection),
    )


def _border(rows: Telling, rules: ProgrammeRules, selection: Selection) -> Messages:
    """Return the border that the policy put them above or below."""
    inside = pl.col("policy_tier") == INSIDER
    if (cut := selection.cut) is not None:
        begins = "why.start" if rules.policy == "value" else "why.end"
        # Those whom hysteresis keeps are below the border at which others enter: it would contradict them.
        kept = inside & (pl.col("value") < cut)
        stays = campaign_money(pl.lit(cut * (1 - rules.hysteresis)), cut, near=True)
        border = campaign_money(pl.lit(cut), near=(pl.col("value") - cut).abs() < 1)
        return first(
            when(kept, rows.messages("why.kept", border=written(stays))),
            rows.messages(begins, border=written(border)),
        )
    if rules.policy == "threshold":
        limits = _limits(rules)
        return first(
            when(keeps(rules.insider_thresholds), the_same(message("why.meets", limits=limits))),
            when(inside, the_same(message("why.just_short", limits=limits))),
            the_same(message("why.misses", limits=limits)),
        )
    if rules.ranks_by_blend:
        return first(
            when(inside, the_same(message("why.blend_inside", members=rules.budget_members))),
            the_same(message("why.blend_outside", members=rules.budget_members)),
        )
    if rules.policy in ("value", "budget"):
        return the_same(message("why.nobody"))
    cluster = written(whole(pl.col("cluster")))
    return first(
        when(inside, rows.messages("why.cluster_inside", cluster=cluster)),
        rows.messages("why.cluster_outside", cluster=cluster),
    )


def _limits(rules: ProgrammeRules) -> Message:
    """Return the first limits of the policy, and how many more there are."""
    limits = [str(rule) for rule in rules.insider_thresholds]
    if len(limits) <= LIMITS_TOLD:
        return message("limits", limits=limits)
    return message("limits.more", limits=limits[:LIMITS_TOLD], more=len(limits) - LIMITS_TOLD)


def _details(rows: Telling, names: Mapping[int, str], conditions: Conditions) -> Messages:
    """Return the rule that describes the customer, where it does, with their numbers.

    What would bring a near miss in.
    """
    cluster: dict[str, pl.Expr | Argument | Messages] = {
        "cluster": written(whole(pl.col("cluster"))),
        "name": by("cluster", {number: called(name) for number, name in names.items()}),
    }
    rule = by("rule", dict(enumerate(conditions.sentences, 1)))
    arguments: dict[str, pl.Expr | Argument | Messages] = {
        "cluster": first(
            when("rule_agrees", rows.messages("details.cluster_rule", rule=rule, **cluster)),
            rows.messages("details.cluster", **cluster),
        ),
        "numbers": _own_numbers(rows),
        "tier": by("tier", {tier: message(f"details.{tier}") for tier in TIERS}),
    }
    return first(
        when("is_near_miss", rows.messages("details.near", gap=_gap(rows), **arguments)),
        rows.messages("details", **arguments),
    )


def _own_numbers(rows: Telling) -> Messages:
    """Return the customer's numbers for what rules speak of."""
    return rows.messages(
        "details.numbers",
        lines=pl.col("purchase_lines"),
        products=pl.col("distinct_stock_code"),
        units=written(pl.col("basket_size").round(1).cast(pl.String)),
        spent=written(money_column(pl.col("avg_ticket"))),
        returned=pl.col("returned"),
    )


def _gap(rows: Telling) -> Messages:
    """Return what would bring a near miss in, and what that means in money and orders of their usual size."""
    gap = pl.col("gap")
    per_order = pl.col("purchase_lines") / pl.col("total_purchases")
    products_per_order = pl.col("distinct_stock_code") / pl.col("total_purchases")

    def orders(needed: pl.Expr) -> pl.Expr:
        return (needed - 1e-9).ceil().clip(1, None)

    def measured(column: str) -> Argument:
        return written(pl.col(column).round(2).cast(pl.String))

    amount = written(money_column(gap))
    gaps: dict[str, dict[str, pl.Expr | Argument]] = {
        "value": {"amount": amount, "orders": orders(gap * pl.col("total_purchases") / pl.col("value"))},
        "purchase_lines": {
            "lines": gap,
            "orders": orders(gap / per_order),
            "amount": written(money_column(gap * pl.col("avg_line_value"))),
        },
        "distinct_stock_code": {"products": gap, "orders": orders(gap / products_per_order)},
        "total_purchases": {"orders": gap, "amount": written(money_column(gap * pl.col("avg_ticket")))},
        "basket_size": {"target": measured("gap_target"), "own": measured("basket_size")},
        "avg_ticket": {
            "target": written(money_column(pl.col("gap_target"))),
            "own": written(money_column(pl.col("avg_ticket"))),
        },
    }
    there = set(rows.table["gap_feature"].unique())
    return first(
        *(
            when(pl.col("gap_feature") == feature, rows.messages(f"gap.{feature}", **arguments))
            for feature, arguments in gaps.items()
            if feature in there
        ),
        NOTHING,
    )
