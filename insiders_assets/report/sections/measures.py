"""What the measures and subjects of ``evidence`` are called, and how their figures are written."""

from __future__ import annotations

from insiders_assets.language import Language, mark

SHARE_LATER = "future_share_of_revenue"

MEASURES = {
    "silhouette": (mark("Silhouette"), "number"),
    "share_of_revenue": (mark("Share of revenue"), "share"),
    "mean_revenue": (mark("Mean revenue"), "money"),
    "spends_more": (mark("Spends more than another customer"), "share"),
    "rule_fidelity": (mark("Customers whom the plain rules match"), "share"),
    "share_doubtful": (mark("Doubtful assignments"), "share"),
    SHARE_LATER: (mark("Share of later revenue"), "share"),
    "future_share_of_known_revenue": (mark("Share of later revenue of known customers"), "share"),
    "future_revenue_per_member": (mark("Later revenue per customer"), "money"),
    "buy_again_rate": (mark("Bought again"), "share"),
    "future_share_minus_past_revenue": (mark("Share of later revenue beyond a ranking's"), "share"),
    "future_revenue_of_marginal_tenth": (mark("Later revenue next to the border"), "money"),
    "would_buy_anyway": (mark("Members who would buy anyway"), "share"),
    "would_buy_anyway_who_did": (mark("Of those, who did buy"), "share"),
    "would_buy_anyway_share_of_list": (mark("Their share of what all members brought"), "share"),
    "retention_ceiling": (mark("Most that retention could add"), "share"),
    "detectable_effect": (mark("Smallest effect that a control group would show"), "share"),
    "revenue_per_customer": (mark("Revenue per customer"), "money"),
    "revenue_per_customer_adjusted": (mark("Revenue per customer, adjusted"), "money"),
    "share_who_bought": (mark("Share who bought"), "share"),
    "members_revenue_ahead": (mark("Members' revenue ahead"), "money"),
}
"""Known measures: what they are called, and what kind of figure they are."""

SUBJECTS = {
    "list": mark("the Insiders"),
    "plain_sort": mark("a ranking by past revenue"),
    "past_revenue": mark("a ranking by past revenue"),
    "list_minus_plain_sort": mark("the Insiders less a ranking by revenue"),
    "insiders": mark("Insiders"),
    "others": mark("the others"),
    "rules": mark("the plain rules"),
    "assignments": mark("all assignments"),
    "embedding": mark("the embedding"),
    "features": mark("the features"),
    "leaves": mark("the leaves"),
    "clusters": mark("cluster by cluster"),
    "budget": mark("the policy budget"),
    "rfm_score": mark("an RFM score"),
    "decayed_revenue": mark("revenue with a half-life of 240 days"),
    "blend": mark("a blend of past revenue and a forecast"),
    "supervised_forecast": mark("a learnt forecast"),
    "bg_nbd": mark("a frequency and monetary model (BG/NBD)"),
    "random": mark("a random draw"),
    "oracle": mark("the most there was"),
    "next_in_line": mark("the next in line"),
    "holdout": mark("a control group"),
    "actual": mark("what they spent"),
}

SMALLER = "_without_5_largest"


def measure_name(words: Language, measure: str) -> str:
    """Return what a measure is called; one that is not known by its own name, spelt out."""
    base = measure.removesuffix(SMALLER)
    name = words.text(MEASURES[base][0]) if base in MEASURES else base.replace("_", " ").capitalize()
    return (
        words.text("%(measure)s, without the five largest accounts", measure=name)
        if base != measure
        else name
    )


def subject_name(words: Language, subject: str) -> str:
    """Return what a subject is called; one that is not known by its own name, spelt out."""
    return words.text(SUBJECTS[subject]) if subject in SUBJECTS else subject.replace("_", " ")


def kind(measure: str) -> str:
    """Return what kind of figure a measure is: a share, money or a number."""
    return MEASURES.get(measure.removesuffix(SMALLER), ("", "number"))[1]


def figure(words: Language, measure: str, value: float | None) -> str:
    """Return a figure of a measure, written."""
    if kind(measure) == "share":
        return words.percent(value)
    return words.money(value, 0) if kind(measure) == "money" else words.number(value, 3)
