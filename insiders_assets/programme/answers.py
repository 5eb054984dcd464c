"""The eight questions the business asks, answered from facts: nothing here is known beforehand.

:func:`answer_facts` gathers what is told, :func:`answers` writes it. Texts stand here and nowhere else, so that
another language is another set of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import polars as pl

from insiders_assets.contracts.programme import BUSINESS_ANSWERS
from insiders_assets.programme.amounts import count, listed, money, number, percent, plural
from insiders_assets.programme.conditions import Conditions, member_intervals
from insiders_assets.programme.evidence import plain_sort_share
from insiders_assets.programme.policies import Selection
from insiders_assets.programme.rules import ProgrammeRules

QUESTIONS = {
    1: "Who are the people eligible for the Insiders programme?",
    2: "How many customers are in the group?",
    3: "What are their main characteristics?",
    4: "What share of revenue comes from them?",
    5: "What are the conditions for a person to be eligible?",
    6: "What can marketing do to raise revenue?",
    7: "Which conditions remove a member?",
    8: "What guarantees that Insiders are better for the business than the rest of the base?",
}

NAMED = 5
"""Members named in the first answer."""

RULES_TOLD = 4
"""Rules told in an answer; the table has them all."""


@dataclass(frozen=True)
class AnswerFacts:
    """What the answers are written from: tables of this refresh, and nothing else.

    Attributes:
        insiders: The list.
        members: The members, highest revenue first.
        tiers: ``tier_summary`` by tier.
        clusters: ``cluster_profiles``, highest mean revenue first.
        rules: The programme's rules.
        selection: What the policy chose.
        conditions: The rules that describe the tiers.
        eligibility: ``eligibility_rules``.
        suppressions: ``suppressions`` by rule.
        hypotheses: ``hypotheses`` by number.
        evidence: ``evidence``.
    """

    insiders: pl.DataFrame
    members: pl.DataFrame
    tiers: dict[str, dict[str, Any]]
    clusters: list[dict[str, Any]]
    rules: ProgrammeRules
    selection: Selection
    conditions: Conditions
    eligibility: pl.DataFrame
    suppressions: dict[str, dict[str, Any]]
    hypotheses: dict[int, dict[str, Any]]
    evidence: pl.DataFrame

    @property
    def insider_clusters(self) -> list[dict[str, Any]]:
        """Profiles of the clusters in the Insider tier."""
        return [row for row in self.clusters if row["tier"] == "insider"]


def answers(facts: AnswerFacts) -> pl.DataFrame:
    """The eight answers, as the contract ``BUSINESS_ANSWERS`` says."""
    writers = {
        1: _who,
        2: _how_many,
        3: _like,
        4: _revenue,
        5: _eligible,
        6: _marketing,
        7: _removed,
        8: _better,
    }
    rows = [(number, question, writers[number](facts)) for number, question in QUESTIONS.items()]
    return pl.DataFrame(rows, schema=BUSINESS_ANSWERS.polars_schema, orient="row")


def policy_text(facts: AnswerFacts) -> str:
    """The selection policy in one sentence."""
    rules = facts.rules
    chosen = listed([f"{row['cluster']} ({row['name'].lower()})" for row in facts.insider_clusters]) or "none"
    if rules.policy == "coverage":
        return (
            f"Clusters in descending mean revenue are Insiders until they cover {percent(rules.insider_coverage)} of "
            f"the revenue of identified customers, today clusters {chosen}; the next ones are analysed until "
            f"{percent(rules.viability_coverage)}"
        )
    if rules.policy == "clusters":
        return f"Insiders are the customers of the clusters {chosen}, as named in the settings"
    if rules.policy == "budget":
        least = (
            f"; the least revenue inside is {money(facts.selection.cut)}"
            if facts.selection.cut is not None
            else ""
        )
        return f"Insiders are the {count(rules.budget_members)} identified customers with the highest revenue{least}"
    return f"Insiders meet every one of these limits: {', '.join(map(str, rules.insider_thresholds))}"


def _who(facts: AnswerFacts) -> str:
    members = facts.members
    if members.is_empty():
        return f"Nobody: no identified customer is in the Insider tier. {policy_text(facts)}."
    clusters = members.group_by("cluster").agg(pl.len()).sort("cluster")
    names = {row["cluster"]: row["name"].lower() for row in facts.clusters}
    parts = [
        f"{count(size)} of cluster {cluster} ({names[cluster]})" for cluster, size in clusters.iter_rows()
    ]
    top = [
        f"{name} ({money(revenue)})"
        for name, revenue in members.head(NAMED).select("customer_id", "revenue").iter_rows()
    ]
    return (
        f"{plural(members.height, 'identified customer', 'identified customers')}: {listed(parts)}. "
        f"The highest by revenue: {listed(top)}. The table members names everyone, each with the reason."
    )


def _how_many(facts: AnswerFacts) -> str:
    insider, known = facts.tiers["insider"], facts.insiders.filter("is_identified").height
    kept_out = insider["identified_customers"] - insider["members"]
    extra = f" {count(kept_out)} more are in the tier but suppressed." if kept_out else ""
    return (
        f"{plural(insider['members'], 'member', 'members')}. The Insider tier holds "
        f"{count(insider['identified_customers'])} of {count(known)} identified customers, "
        f"{percent(insider['share_of_customers'])}.{extra} With anonymous invoices, which cannot be invited, it holds "
        f"{count(insider['customers'])} of {count(facts.insiders.height)}, "
        f"{percent(insider['share_of_customers_of_all'])}."
    )


def _like(facts: AnswerFacts) -> str:
    insider = facts.tiers["insider"]
    others = facts.insiders.filter("is_identified", pl.col("tier") != "insider")
    if insider["mean_revenue"] is None:
        return "There is no identified customer in the Insider tier to describe."
    labels = {
        "revenue": "revenue of {}", "recency": "{} days since the last purchase",
        "distinct_stock_code": "{} different products", "basket_size": "{} units per order",
        "returned": "{} units returned",
    }  # fmt: skip
    parts = []
    for name, label in labels.items():
        own, other = insider[f"mean_{name}"], others[name].mean() if others.height else None
        beside = f" (others {number(float(other))})" if other is not None else ""  # type: ignore[arg-type]
        parts.append(label.format(number(own)) + beside)
    clusters = [f"cluster {row['cluster']}: {row['sets_apart']}" for row in facts.insider_clusters]
    apart = (
        f" What sets their clusters apart, in standard deviations: {'; '.join(clusters)}." if clusters else ""
    )
    return f"On average {listed(parts)}.{apart}"


def _revenue(facts: AnswerFacts) -> str:
    insider = facts.tiers["insider"]
    _, own, by_sort = plain_sort_share(facts.insiders.filter("is_identified"))
    verdict = ": the clusters are for what to do with whom, not for the largest sum" if by_sort > own else ""
    return (
        f"{percent(own)} of the revenue of identified customers, {money(insider['revenue'])}; "
        f"{percent(insider['share_of_revenue_of_all'])} of all revenue with the anonymous. As many customers picked by "
        f"past revenue alone bring {percent(by_sort)}{verdict}."
    )


def _eligible(facts: AnswerFacts) -> str:
    text = f"{policy_text(facts)}. Members are identified and not suppressed."
    inside = facts.eligibility.filter("says_insider").head(RULES_TOLD).to_dicts()
    if inside:
        told = [f"({row['rule']}) {row['condition']}, {percent(row['share_right'])} right" for row in inside]
        fidelity = facts.conditions.fidelity
        how_well = (
            f" {percent(fidelity)} of customers are told right by rules fitted on the others."
            if math.isfinite(fidelity)
            else ""
        )
        text += f" In plain rules, an Insider has {'; or '.join(told)}.{how_well}"
    means = member_intervals(facts.insiders.filter("is_member"))
    if means:
        text += f" Members have on average {listed(list(means.values()))}, with 95 % intervals."
    return text


def _marketing(facts: AnswerFacts) -> str:
    rows = [row for row in facts.clusters if row["identified_customers"]]
    if not rows:
        return "There is no identified customer to reach."
    ranked = sorted(rows, key=lambda row: (-row["revenue_at_stake"], row["cluster"]))
    parts = [
        f"Cluster {row['cluster']} ({row['name'].lower()}, {count(row['identified_customers'])} customers): "
        f"{row['action'].split('. ')[0].rstrip('.')} ({row['action_reason'].split('. ')[0].rstrip('.')}; at stake "
        f"{money(row['revenue_at_stake'])})"
        for row in ranked
    ]
    near = int(facts.insiders["is_near_miss"].sum())
    step = (
        f" {plural(near, 'customer is', 'customers are')} one step from the Insider tier; each row says which."
        if near
        else ""
    )
    return f"{'. '.join(parts)}.{step}"


def _removed(facts: AnswerFacts) -> str:
    rules, tiers = facts.rules, facts.tiers
    parts = [
        "A member leaves when their purchases, looked back on from the newest day, no longer put them in the "
        "Insider tier"
    ]
    outside = facts.eligibility.filter(~pl.col("says_insider")).head(RULES_TOLD).to_dicts()
    if outside:
        told = [f"{row['condition']} ({percent(row['share_right'])} right)" for row in outside]
        parts.append(f"In plain rules, outside are those with {'; or '.join(told)}")
    parts.append(
        f"Whoever has bought nothing for {plural(rules.window_days, 'day', 'days')} is no longer seen"
    )
    for rule, row in facts.suppressions.items():
        if row["is_on"] and rule != "anonymous":
            parts.append(
                f"Suppressed, because {_because(rule)}: {plural(row['insiders'], 'Insider', 'Insiders')} today, "
                f"with revenue of {money(row['revenue'])}"
            )
    grace = rules.grace_refreshes if rules.policy != "budget" else 0
    if grace:
        held = int((facts.insiders["grace_refreshes"] > 0).sum())
        parts.append(
            f"Whoever falls out stays for {plural(grace, 'more refresh', 'more refreshes')}; {count(held)} do so today"
        )
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


def _better(facts: AnswerFacts) -> str:
    rows = {
        (row["measure"], row["subject"]): row
        for row in facts.evidence.filter(pl.col("cutoff").is_null()).to_dicts()
    }
    inside, others = rows.get(("mean_revenue", "insiders")), rows.get(("mean_revenue", "others"))
    if inside is None or others is None:
        return "Nothing can: there are not both Insiders and other identified customers to compare."
    parts = [
        f"Insiders bring {money(inside['value'])} each on average ({money(inside['low'])} to {money(inside['high'])}), "
        f"others {money(others['value'])} ({money(others['low'])} to {money(others['high'])})"
    ]
    more = rows.get(("spends_more", "insiders"))
    if more is not None:
        p_value = more["note"].rsplit(", ", 1)[1].rstrip(".")
        parts.append(
            f"An Insider spends more than another customer in {percent(more['value'])} of pairs (Mann-Whitney, "
            f"{p_value})"
        )
    told = [row for row in facts.hypotheses.values() if row["verdict"] != "needs_data"]
    holding = [f"{row['number']}" for row in told if row["verdict"] == "holds"]
    numbers = f" (numbers {listed(holding)})" if holding else ""
    parts.append(
        f"Of {plural(len(told), 'hypothesis', 'hypotheses')} that the data can test, {len(holding)} hold{numbers}"
    )
    _, own, by_sort = plain_sort_share(facts.insiders.filter("is_identified"))
    parts.append(
        f"That is looking back: a plain sort by past revenue of the same size holds {percent(by_sort)} of revenue, "
        f"the list {percent(own)}"
    )
    parts.append(_out_of_time(facts.evidence))
    return ". ".join(parts) + "."


def _out_of_time(evidence: pl.DataFrame) -> str:
    later = evidence.filter(
        pl.col("cutoff").is_not_null(),
        pl.col("measure") == "future_share_of_revenue",
        pl.col("size").is_null(),
    )
    own = later.filter(pl.col("subject") == "list").sort("cutoff")
    rival = dict(later.filter(pl.col("subject") == "past_revenue").select("cutoff", "value").iter_rows())
    if own.is_empty():
        return "Whether it holds in the months after has not been measured yet: insiders study selection_backtest does"
    told = [
        f"{percent(value)} after {day} (a plain sort {percent(rival[day])})"
        if day in rival
        else f"{percent(value)} after {day}"
        for day, value in own.select("cutoff", "value").iter_rows()
        if value is not None
    ]
    return f"Lists built with what was known then brought, of the revenue of the months that followed, {listed(told)}"
