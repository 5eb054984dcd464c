"""The eight questions the business asks, answered from facts: nothing here is known beforehand."""

from __future__ import annotations

import polars as pl

from insiders_assets.contracts.programme import BUSINESS_ANSWERS
from insiders_assets.language.message import Message, message, money, number, percent
from insiders_assets.language.writer import columns, message_in
from insiders_assets.programme.answer_conditions import eligible, kinds, policy, removed
from insiders_assets.programme.answer_evidence import better
from insiders_assets.programme.answer_facts import AnswerFacts
from insiders_assets.programme.evaluation import plain_sort_share
from insiders_assets.programme.policies import ONE_BY_ONE
from insiders_assets.programme.profiles import first_of

NAMED = 5
"""Members named in the first answer."""

DESCRIBED = ("revenue", "recency", "distinct_stock_code", "basket_size", "returned")
"""Features whose means the third answer tells."""


def answers(facts: AnswerFacts) -> pl.DataFrame:
    """Return the eight answers, as the contract ``BUSINESS_ANSWERS`` says."""
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
    rows = [
        {
            "number": number,
            **columns("question", message(f"question.{number}")),
            **columns("answer", message("answer", sentences=write(facts))),
        }
        for number, write in writers.items()
    ]
    return pl.DataFrame(rows, schema=BUSINESS_ANSWERS.polars_schema)


def _who(facts: AnswerFacts) -> list[Message]:
    members = facts.members
    if members.is_empty():
        return [message("who.nobody"), policy(facts)]
    sizes = members.group_by("cluster").agg(pl.len()).sort("cluster")
    names = {row["cluster"]: message_in(row, "name") for row in facts.clusters}
    clusters = [
        message("who.of_cluster", customers=size, cluster=cluster, name=names[cluster])
        for cluster, size in sizes.iter_rows()
    ]
    top = [
        message("who.customer", customer=customer, revenue=money(revenue))
        for customer, revenue in members.head(NAMED).select("customer_id", "revenue").iter_rows()
    ]
    return [
        message("who.members", count=members.height, clusters=clusters),
        message("who.highest", customers=top),
        message("who.everyone"),
    ]


def _how_many(facts: AnswerFacts) -> list[Message]:
    insider, known = facts.tiers["insider"], facts.insiders.filter("is_identified").height
    inside = insider["identified_customers"]
    kept_out = inside - insider["members"]
    return [
        message("how_many.members", count=insider["members"]),
        message("how_many.tier", insiders=inside, known=known, share=percent(insider["share_of_customers"])),
        *([message("how_many.suppressed", customers=kept_out)] if kept_out else []),
        message(
            "how_many.with_anonymous",
            insiders=insider["customers"],
            all=facts.insiders.height,
            share=percent(insider["share_of_customers_of_all"]),
        ),
    ]


def _like(facts: AnswerFacts) -> list[Message]:
    insider = facts.tiers["insider"]
    others = facts.insiders.filter("is_identified", pl.col("tier") != "insider")
    if insider["mean_revenue"] is None:
        return [message("like.nobody")]
    means = []
    for name in DESCRIBED:
        own, other = number(insider[f"mean_{name}"]), others[name].mean() if others.height else None
        if other is None:
            means.append(message(f"like.{name}", own=own))
        else:
            means.append(message(f"like.{name}.beside", own=own, others=number(float(other))))  # type: ignore[arg-type]
    return [message("like.means", means=means), *kinds(facts)]


def _revenue(facts: AnswerFacts) -> list[Message]:
    insider, measure = facts.tiers["insider"], facts.rules.value
    _, own, by_sort = plain_sort_share(facts.insiders.filter("is_identified"))
    revenue = money(insider["revenue"])
    beside = f"revenue.sort.{measure}"
    if measure != "gross":
        return [
            message(
                f"revenue.{measure}",
                share=percent(own),
                of_revenue=percent(insider["share_of_revenue"]),
                revenue=revenue,
            ),
            message(beside, share=percent(by_sort)),
        ]
    # Two amounts that read the same are no verdict, whatever their last digits.
    if round(by_sort, 3) > round(own, 3) and facts.rules.policy not in ONE_BY_ONE:
        beside = "revenue.sort.gross.clusters"
    return [
        message(
            "revenue.gross",
            share=percent(own),
            revenue=revenue,
            of_all=percent(insider["share_of_revenue_of_all"]),
        ),
        message(beside, share=percent(by_sort)),
    ]


def _marketing(facts: AnswerFacts) -> list[Message]:
    rows = [row for row in facts.clusters if row["identified_customers"]]
    if not rows:
        return [message("marketing.nobody")]
    ranked = sorted(rows, key=lambda row: (-row["revenue_at_stake"], row["cluster"]))
    messages = [
        message(
            "marketing.cluster",
            cluster=row["cluster"],
            name=message_in(row, "name"),
            customers=row["identified_customers"],
            action=first_of(row, "action"),
            reason=first_of(row, "action_reason"),
            stake=money(row["revenue_at_stake"]),
        )
        for row in ranked
    ]
    near = int(facts.insiders["is_near_miss"].sum())
    return [*messages, message("marketing.near", count=near)] if near else messages
