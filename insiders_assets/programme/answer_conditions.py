"""The answers on who gets in and who gets out: what the policy says, in money or in plain rules."""

from __future__ import annotations

import math

import polars as pl

from insiders_assets.programme.amounts import count, listed, money, percent, plural
from insiders_assets.programme.answer_facts import AnswerFacts
from insiders_assets.programme.conditions import member_intervals
from insiders_assets.programme.config import WORTH

KINDS_TOLD = 3
"""Kinds told in an answer; the table has them all."""

RULES_TOLD = 4
"""Rules told in an answer; the table has them all."""


def policy_text(facts: AnswerFacts) -> str:
    """The selection policy in one sentence."""
    rules, cut = facts.rules, facts.selection.cut
    chosen = listed([f"{row['cluster']} ({row['name'].lower()})" for row in facts.insider_clusters]) or "none"
    if rules.policy == "value":
        if cut is None or facts.selection.borders is None:
            return "Insiders would be the customers with the highest value, but nobody is worth anything"
        return (
            f"Insiders are the customers whose {WORTH[rules.value]} within {count(rules.window_days)} days is "
            f"{money(cut)} or more; from {money(facts.selection.borders.viability)} on they are being analysed"
        )
    if rules.policy == "coverage":
        return (
            f"Clusters in descending mean revenue are Insiders until they cover {percent(rules.insider_coverage)} of "
            f"the revenue of identified customers, today clusters {chosen}; the next ones are analysed until "
            f"{percent(rules.viability_coverage)}"
        )
    if rules.policy == "clusters":
        return f"Insiders are the customers of the clusters {chosen}, as named in the settings"
    if rules.policy == "budget":
        least = f"; the least {WORTH[rules.value]} inside is {money(cut)}" if cut is not None else ""
        return (
            f"Insiders are the {count(rules.budget_members)} identified customers with the highest "
            f"{WORTH[rules.value]}{least}"
        )
    return f"Insiders meet every one of these limits: {', '.join(map(str, rules.insider_thresholds))}"


def eligible(facts: AnswerFacts) -> str:
    """What makes a person eligible."""
    rules, cut = facts.rules, facts.selection.cut
    text = f"{policy_text(facts)}. Members are identified and not suppressed."
    if rules.policy == "value" and cut is not None:
        if facts.borders_are_frozen:
            text += (
                f" The borders were drawn when the model was fitted, to cover {percent(rules.insider_coverage)} and "
                f"{percent(rules.viability_coverage)} of what all are worth, and stay until a refit."
            )
        if rules.hysteresis:
            text += f" Whoever is an Insider stays one down to {money(cut * (1 - rules.hysteresis))}."
        text += kinds_told(facts)
    elif rules.policy in ("coverage", "clusters"):
        text += _plain_rules(facts)
    means = member_intervals(facts.insiders.filter("is_member"), WORTH[rules.value])
    if means:
        text += f" Members have on average {listed(list(means.values()))}, with 95 % intervals."
    return text


def _plain_rules(facts: AnswerFacts) -> str:
    """The rules that tell the Insiders of a policy on clusters, and how well."""
    inside = facts.eligibility.filter("says_insider").head(RULES_TOLD).to_dicts()
    if not inside:
        return ""
    told = [f"({row['rule']}) {row['condition']}, {percent(row['share_right'])} right" for row in inside]
    fidelity = facts.conditions.fidelity
    how_well = (
        f" {percent(fidelity)} of customers are told right by rules fitted on the others."
        if math.isfinite(fidelity)
        else ""
    )
    return f" In plain rules, an Insider has {'; or '.join(told)}.{how_well}"


def kinds_told(facts: AnswerFacts) -> str:
    """The kinds that most Insiders are of."""
    ranked = sorted(
        (row for row in facts.clusters if row["insiders"]), key=lambda row: (-row["insiders"], row["cluster"])
    )
    told = [
        f"{count(row['insiders'])} of {count(row['identified_customers'])} in cluster {row['cluster']} "
        f"({row['name'].lower()})"
        for row in ranked[:KINDS_TOLD]
    ]
    return f" Most Insiders are {listed(told)}." if told else ""


def removed(facts: AnswerFacts) -> str:
    """What removes a member."""
    rules, tiers = facts.rules, facts.tiers
    cut = facts.selection.cut
    parts = [
        "A member leaves when their purchases, looked back on from the newest day, no longer put them in the "
        "Insider tier"
        if rules.policy != "value" or cut is None
        else f"A member leaves when their {WORTH[rules.value]} within {count(rules.window_days)} days falls "
        f"below {money(cut * (1 - rules.hysteresis))}, never for buying more"
    ]
    outside = facts.eligibility.filter(~pl.col("says_insider")).head(RULES_TOLD).to_dicts()
    if outside and rules.policy in ("coverage", "clusters"):
        told = [f"{row['condition']} ({percent(row['share_right'])} right)" for row in outside]
        parts.append(f"In plain rules, outside are those with {'; or '.join(told)}")
    parts.append(
        f"Whoever has bought nothing for {plural(rules.window_days, 'day', 'days')} is no longer seen"
    )
    for rule, row in facts.suppressions.items():
        if row["is_on"] and rule != "anonymous" and row["insiders"]:
            parts.append(
                f"Suppressed, because {_because(rule)}: {plural(row['insiders'], 'Insider', 'Insiders')} today, "
                f"with revenue of {money(row['revenue'])}"
            )
    days = rules.grace_refreshes is None
    grace = (rules.grace_days if days else rules.grace_refreshes or 0) if rules.policy != "budget" else 0
    if grace:
        held = int((facts.insiders["grace_refreshes"] > 0).sum())
        more = (
            plural(grace, "more day", "more days")
            if days
            else plural(grace, "more refresh", "more refreshes")
        )
        parts.append(f"Whoever falls out stays for {more}; {count(held)} do so today")
    parts.append(
        f"{count(tiers['viability']['identified_customers'])} customers are in the tier being analysed and "
        f"{count(tiers['not_insider']['identified_customers'])} below it"
    )
    return ". ".join(parts) + "."


def _because(rule: str) -> str:
    return {
        "opted_out": "they opted out",
        "wholesale": "their quantities are those of a trade customer",
        "mostly_returned": "most of what they buy comes back",
        "holdout": "they are held out to measure the programme",
    }[rule]
