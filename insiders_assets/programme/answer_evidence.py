"""The answer on what guarantees that Insiders are better for the business than the others."""

from __future__ import annotations

import polars as pl

from insiders_assets.language.message import Message, message, money, percent
from insiders_assets.language.writer import message_in
from insiders_assets.programme.answer_facts import AnswerFacts
from insiders_assets.programme.evaluation import plain_sort_share


def better(facts: AnswerFacts) -> list[Message]:
    """Return how much better, looking back and out of time."""
    rows = {
        (row["measure"], row["subject"]): row
        for row in facts.evidence.filter(pl.col("cutoff").is_null()).to_dicts()
    }
    inside, others = rows.get(("mean_revenue", "insiders")), rows.get(("mean_revenue", "others"))
    if inside is None or others is None:
        return [message("better.nobody")]
    messages = [
        message(
            "better.means",
            own=money(inside["value"]),
            own_low=money(inside["low"]),
            own_high=money(inside["high"]),
            others=money(others["value"]),
            others_low=money(others["low"]),
            others_high=money(others["high"]),
        )
    ]
    more = rows.get(("spends_more", "insiders"))
    note = message_in(more, "note") if more else None
    if more and note:
        messages.append(message("better.pairs", share=percent(more["value"]), p=note.args["p"]))
    tested = [row for row in facts.hypotheses.values() if row["verdict"] != "needs_data"]
    holding = [str(row["number"]) for row in tested if row["verdict"] == "holds"]
    counts = {"tested": len(tested), "holding": len(holding)}
    if holding:
        messages.append(message("better.hypotheses", numbers=holding, **counts))
    else:
        messages.append(message("better.no_hypothesis", **counts))
    _, own, by_sort = plain_sort_share(facts.insiders.filter("is_identified"))
    return [
        *messages,
        message("better.sort", sort=percent(by_sort), list=percent(own)),
        _later(facts.evidence),
    ]


def _later(evidence: pl.DataFrame) -> Message:
    """Return what the list brought out of time, where it was measured."""
    later = evidence.filter(
        pl.col("cutoff").is_not_null(),
        pl.col("measure") == "future_share_of_revenue",
        pl.col("size").is_null(),
    )
    own = later.filter(pl.col("subject") == "list").sort("cutoff")
    rival = dict(later.filter(pl.col("subject") == "past_revenue").select("cutoff", "value").iter_rows())
    if own.is_empty():
        return message("better.unmeasured")
    shares = [
        message("better.share_beside", share=percent(value), day=day, sort=percent(rival[day]))
        if day in rival
        else message("better.share", share=percent(value), day=day)
        for day, value in own.select("cutoff", "value").iter_rows()
        if value is not None
    ]
    return message("better.later", shares=shares)
