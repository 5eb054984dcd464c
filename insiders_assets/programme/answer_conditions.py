"""The answers on who gets in and who gets out: what the policy says, in money or in plain rules."""

from __future__ import annotations

import math

import polars as pl

from insiders_assets.language.message import Message, message, money, percent
from insiders_assets.language.writer import message_in
from insiders_assets.programme.answer_facts import AnswerFacts
from insiders_assets.programme.conditions import member_means
from insiders_assets.programme.pace import HORIZON

KINDS_TOLD = 3
"""Kinds named in an answer; the table has them all."""

RULES_TOLD = 4
"""Rules named in an answer; the table has them all."""


def policy(facts: AnswerFacts) -> Message:
    """Return the selection policy in one sentence."""
    rules, cut, borders = facts.rules, facts.selection.cut, facts.selection.borders
    if rules.policy == "value":
        if cut is None or borders is None:
            return message("policy.value.nobody")
        return message(
            f"policy.value.{rules.value}",
            days=rules.window_days,
            insider=money(cut),
            viability=money(borders.viability),
        )
    if rules.ranks_by_blend:
        return message("policy.budget.blend", members=rules.budget_members, days=HORIZON)
    if rules.policy == "budget":
        code, members = f"policy.budget.{rules.value}", rules.budget_members
        return (
            message(code, members=members)
            if cut is None
            else message(f"{code}.least", members=members, least=money(cut))
        )
    if rules.policy == "threshold":
        return message("policy.threshold", limits=list(map(str, rules.insider_thresholds)))
    chosen = [
        message("policy.cluster", cluster=row["cluster"], name=message_in(row, "name"))
        for row in facts.insider_clusters
    ] or [message("policy.no_cluster")]
    if rules.policy == "clusters":
        return message("policy.clusters", clusters=chosen)
    insiders, viability = map(percent, rules.coverages)
    return message("policy.coverage", insiders=insiders, viability=viability, clusters=chosen)


def eligible(facts: AnswerFacts) -> list[Message]:
    """Return what makes a person eligible."""
    rules, cut = facts.rules, facts.selection.cut
    messages = [policy(facts), message("eligible.members")]
    if rules.policy == "value" and cut is not None:
        if facts.borders_are_frozen:
            insiders, viability = map(percent, rules.coverages)
            messages.append(message("eligible.frozen", insiders=insiders, viability=viability))
        if rules.hysteresis:
            messages.append(message("eligible.hysteresis", border=money(cut * (1 - rules.hysteresis))))
        messages += kinds(facts)
    elif rules.policy in ("coverage", "clusters"):
        messages += _plain_rules(facts)
    means = member_means(facts.insiders.filter("is_member"), rules.value)
    return [*messages, message("eligible.means", means=means)] if means else messages


def _plain_rules(facts: AnswerFacts) -> list[Message]:
    """Return the rules that tell the Insiders of a policy on clusters, and how well."""
    inside = facts.eligibility.filter("says_insider").head(RULES_TOLD).to_dicts()
    if not inside:
        return []
    rules = [
        message(
            "eligible.rule",
            rule=row["rule"],
            condition=message_in(row, "condition"),
            right=percent(row["share_right"]),
        )
        for row in inside
    ]
    messages, fidelity = [message("eligible.rules", rules=rules)], facts.conditions.fidelity
    if math.isfinite(fidelity):
        messages.append(message("eligible.fidelity", right=percent(fidelity)))
    return messages


def kinds(facts: AnswerFacts) -> list[Message]:
    """Return the kinds that most Insiders are of; nothing without Insiders."""
    ranked = sorted(
        (row for row in facts.clusters if row["insiders"]), key=lambda row: (-row["insiders"], row["cluster"])
    )
    messages = [
        message(
            "like.kind",
            insiders=row["insiders"],
            known=row["identified_customers"],
            cluster=row["cluster"],
            name=message_in(row, "name"),
        )
        for row in ranked[:KINDS_TOLD]
    ]
    return [message("like.kinds", kinds=messages)] if messages else []


def removed(facts: AnswerFacts) -> list[Message]:
    """Return what removes a member."""
    rules, tiers, cut = facts.rules, facts.tiers, facts.selection.cut
    messages = [message("removed.tier")]
    if rules.policy == "value" and cut is not None:
        border = money(cut * (1 - rules.hysteresis))
        messages = [message(f"removed.value.{rules.value}", days=rules.window_days, border=border)]
    outside = facts.eligibility.filter(~pl.col("says_insider")).head(RULES_TOLD).to_dicts()
    if outside and rules.policy in ("coverage", "clusters"):
        without = [
            message("removed.rule", condition=message_in(row, "condition"), right=percent(row["share_right"]))
            for row in outside
        ]
        messages.append(message("removed.rules", rules=without))
    messages.append(message("removed.window", days=rules.window_days))
    messages += [
        message(
            "removed.suppressed",
            because=message(f"because.{rule}"),
            insiders=row["insiders"],
            revenue=money(row["revenue"]),
        )
        for rule, row in facts.suppressions.items()
        if row["is_on"] and rule != "anonymous" and row["insiders"]
    ]
    days = rules.grace_refreshes is None
    grace = (rules.grace_days if days else rules.grace_refreshes or 0) if rules.policy != "budget" else 0
    if grace:
        held = int((facts.insiders["grace_refreshes"] > 0).sum())
        messages.append(
            message("removed.grace.days", days=grace, customers=held)
            if days
            else message("removed.grace", refreshes=grace, customers=held)
        )
    viability, below = (tiers[name]["identified_customers"] for name in ("viability", "not_insider"))
    return [*messages, message("removed.others", viability=viability, below=below)]
