"""The answer to each question in a sentence or two: what a console and a page show before all the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from insiders_assets.language import mark
from insiders_assets.report.trust import is_trusted

if TYPE_CHECKING:
    from insiders_assets.language import Language

Facts = Mapping[str, Any]
"""``report.json``, read."""

TITLES = {
    1: mark("Who is eligible"),
    2: mark("How many"),
    3: mark("What they are like"),
    4: mark("What they bring"),
    5: mark("How to get in"),
    6: mark("What to do next"),
    7: mark("How to lose it"),
    8: mark("Why them"),
}
"""What each question is about, in two or three words."""

SPENT = {
    "gross": mark("spent %(border)s or more in the last %(days)s days"),
    "net": mark("spent %(border)s or more in the last %(days)s days, returns taken off"),
    "contribution": mark(
        "contributed %(border)s or more in the last %(days)s days, costs and returns taken off"
    ),
}
"""What an Insider did, by what value means."""


def headlines(words: Language, facts: Facts) -> dict[int, str]:
    """Return the headline of each question that the facts answer, by number.

    Args:
        words: The reader's language.
        facts: ``report.json``; one of an older version, which lacks facts, gives fewer headlines.
    """
    found = {number: write(words, facts) for number, write in _WRITERS.items()} if "refresh" in facts else {}
    return {number: text for number, text in found.items() if text}


def _insider(facts: Facts) -> Mapping[str, Any]:
    row: Mapping[str, Any] = next((row for row in facts["tiers"] if row["tier"] == "insider"), {})
    return row if row.get("identified_customers") else {}


def _others(facts: Facts, name: str) -> float | None:
    """Return the mean of a feature over identified customers outside the Insider tier."""
    rows = [row for row in facts["tiers"] if row["tier"] != "insider" and row[f"mean_{name}"] is not None]
    customers = sum(row["identified_customers"] for row in rows)
    total = sum(row["identified_customers"] * row[f"mean_{name}"] for row in rows)
    return total / customers if customers else None


def _did(words: Language, facts: Facts) -> str:
    """Return what puts a customer in the Insider tier where their own value decides it; empty under another policy."""
    row = facts["refresh"]
    if row["insider_border"] is None or not str(row["selection"] or "").startswith("value:"):
        return ""
    spent = SPENT[row["measure"] or "gross"]
    return words.text(
        spent,
        border=words.money(row["insider_border"]),
        days=words.number(row["window_days"]),
    )


def _who(words: Language, facts: Facts) -> str:
    members = facts["members"]
    if not members:
        return words.text("Nobody yet: no identified customer is in the Insider tier.")
    if not (did := _did(words, facts)):
        return words.plural(
            "%(count)s identified customer whom the selection policy puts in the Insider tier.",
            "%(count)s identified customers whom the selection policy puts in the Insider tier.",
            members,
        )
    below = facts["refresh"]["members_below_border"]
    text = words.plural(
        "%(count)s customer we know by name who %(did)s.",
        "%(count)s customers we know by name who %(did)s.",
        members - below,
        did=did,
    )
    if below:
        text += " " + words.plural(
            "%(count)s more is below that for now and keeps the status.",
            "%(count)s more are below that for now and keep their status.",
            below,
        )
    return text


def _how_many(words: Language, facts: Facts) -> str:
    insider = _insider(facts)
    if not insider:
        return words.text("No members.")
    text = words.plural("%(count)s member.", "%(count)s members.", facts["members"])
    text += " " + words.text(
        "The Insider tier holds %(insiders)s of %(known)s identified customers, %(share)s.",
        insiders=words.number(insider["identified_customers"]),
        known=words.number(facts["identified_customers"]),
        share=words.percent(insider["share_of_customers"]),
    )
    if kept_out := insider["identified_customers"] - insider["members"]:
        text += " " + words.plural(
            "%(count)s of them is excluded and never invited.",
            "%(count)s of them are excluded and never invited.",
            kept_out,
        )
    return text


def _like(words: Language, facts: Facts) -> str:
    insider = _insider(facts)
    if not insider:
        return ""
    text = words.text(
        "On average an Insider spent %(spent)s, last bought %(days)s days ago and chose %(products)s different "
        "products.",
        spent=words.money(insider["mean_revenue"], 0),
        days=words.number(insider["mean_recency"]),
        products=words.number(insider["mean_distinct_stock_code"]),
    )
    spent = _others(facts, "revenue")
    if spent is None:
        return text
    return f"{text} " + words.text(
        "Another customer: %(spent)s, %(days)s days, %(products)s products.",
        spent=words.money(spent, 0),
        days=words.number(_others(facts, "recency")),
        products=words.number(_others(facts, "distinct_stock_code")),
    )


def _bring(words: Language, facts: Facts) -> str:
    insider = _insider(facts)
    if not insider:
        return ""
    return words.text(
        "Insiders bring %(share)s of the revenue of identified customers: %(money)s. Counting anonymous sales, "
        "%(of_all)s of all revenue.",
        share=words.percent(insider["share_of_revenue"]),
        money=words.money(insider["revenue"], 0),
        of_all=words.percent(insider["share_of_revenue_of_all"]),
    )


def _get_in(words: Language, facts: Facts) -> str:
    if did := _did(words, facts):
        return words.text("Every customer we know by name who %(did)s and is not excluded.", did=did)
    row = facts["refresh"]
    kind = str(row["selection"] or "").partition(":")[0]
    texts = {
        "coverage": mark("Belonging to one of the clusters that together bring most of the revenue."),
        "clusters": mark("Belonging to one of the clusters chosen for the programme."),
        "budget": mark(
            "Being among the customers with the highest value, as many as the programme has places for."
        ),
        "threshold": mark("Meeting every limit that the programme sets."),
        "blend": mark(
            "Being among the customers who rank highest by past revenue and forecast, as many as the programme has "
            "places for."
        ),
    }
    if str(row["selection"]).endswith("@blend"):
        kind = "blend"
    return words.text(texts[kind]) if kind in texts else ""


def _do(words: Language, facts: Facts) -> str:
    trusted = [row for row in facts["clusters"] if is_trusted(row)]
    ranked = sorted(trusted, key=lambda row: (-row["revenue_at_stake"], row["cluster"]))
    if not ranked or not ranked[0]["revenue_at_stake"]:
        return words.text("No action has potential revenue at this refresh.")
    first = ranked[0]
    return words.text(
        "Start with cluster %(cluster)s (%(name)s), %(money)s of potential revenue. %(action)s.",
        action=words.said_first(first, "action"),
        cluster=first["cluster"],
        name=words.said(first, "name").lower(),
        money=words.money(first["revenue_at_stake"], 0),
    )


def _lose(words: Language, facts: Facts) -> str:
    if _did(words, facts):
        return words.text(
            "A member leaves when purchases of the last %(days)s days are no longer worth enough, or when a rule "
            "excludes them. Nobody leaves for buying more.",
            days=words.number(facts["refresh"]["window_days"]),
        )
    return words.text(
        "A member leaves when what they bought no longer puts them in the Insider tier, or when a rule excludes them."
    )


def _why(words: Language, facts: Facts) -> str:
    insider, other = _insider(facts), _others(facts, "revenue")
    if not insider or not other:
        return ""
    text = words.text(
        "An Insider brings %(times)s times what another customer does: %(own)s against %(other)s.",
        times=words.number(insider["mean_revenue"] / other, 1),
        own=words.money(insider["mean_revenue"], 0),
        other=words.money(other, 0),
    )
    later = [
        row["value"]
        for row in facts["evidence"].get("future_share_of_revenue", ())
        if row["subject"] == "list" and row["size"] is None and row["cutoff"] and row["value"] is not None
    ]
    if not later:
        return text
    return f"{text} " + words.text(
        "Chosen with what was known on past dates, they went on to bring %(share)s of later revenue.",
        share=words.percent(sum(later) / len(later)),
    )


_WRITERS: dict[int, Callable[[Language, Facts], str]] = {
    1: _who, 2: _how_many, 3: _like, 4: _bring, 5: _get_in, 6: _do, 7: _lose, 8: _why,
}  # fmt: skip
