"""The answer on what guarantees that Insiders are better for the business than the others."""

from __future__ import annotations

import polars as pl

from insiders_assets.programme.amounts import listed, money, percent, plural
from insiders_assets.programme.answer_facts import AnswerFacts
from insiders_assets.programme.evaluation import plain_sort_share


def better(facts: AnswerFacts) -> str:
    """How much better, looking back and out of time."""
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
