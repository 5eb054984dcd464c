"""The eight questions the business asks, answered from facts: nothing here is known beforehand."""

from __future__ import annotations

import polars as pl

from insiders_assets.contracts.programme import BUSINESS_ANSWERS
from insiders_assets.programme.amounts import count, listed, money, number, percent, plural
from insiders_assets.programme.answer_conditions import eligible, kinds_told, policy_text, removed
from insiders_assets.programme.answer_evidence import better
from insiders_assets.programme.answer_facts import AnswerFacts
from insiders_assets.programme.config import WORTH
from insiders_assets.programme.evaluation import plain_sort_share
from insiders_assets.programme.policies import ONE_BY_ONE

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


def answers(facts: AnswerFacts) -> pl.DataFrame:
    """The eight answers, as the contract ``BUSINESS_ANSWERS`` says."""
    writers = {
        1: _who,
        2: _how_many,
        3: _like,
        4: _revenue,
        5: eligible,
        6: _marketing,
        7: removed,
        8: better,
    }
    rows = [(number, question, writers[number](facts)) for number, question in QUESTIONS.items()]
    return pl.DataFrame(rows, schema=BUSINESS_ANSWERS.polars_schema, orient="row")


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
    return f"On average {listed(parts)}.{kinds_told(facts)}"


def _revenue(facts: AnswerFacts) -> str:
    insider = facts.tiers["insider"]
    _, own, by_sort = plain_sort_share(facts.insiders.filter("is_identified"))
    # Two amounts that read the same are no verdict, whatever their last digits.
    verdict = (
        ": the clusters are for what to do with whom, not for the largest sum"
        if round(by_sort, 3) > round(own, 3) and facts.rules.policy not in ONE_BY_ONE
        else ""
    )
    if facts.rules.value != "gross":
        return (
            f"{percent(own)} of the {WORTH[facts.rules.value]} of identified customers, and "
            f"{percent(insider['share_of_revenue'])} of their revenue, {money(insider['revenue'])}. As many customers "
            f"picked by past {WORTH[facts.rules.value]} alone bring {percent(by_sort)}."
        )
    return (
        f"{percent(own)} of the revenue of identified customers, {money(insider['revenue'])}; "
        f"{percent(insider['share_of_revenue_of_all'])} of all revenue with the anonymous. As many customers picked by "
        f"past revenue alone bring {percent(by_sort)}{verdict}."
    )


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
