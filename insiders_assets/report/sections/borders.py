"""Where the tiers begin, in money, how far customers have drifted from it, and where a smaller tier would end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.language import mark

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

DRIFTED = 0.03
"""Share of value by which the border may miss what it was drawn to cover before it is worth a line."""

MANY = 0.5
"""Share of customers above which a tier is hardly a choice."""

SMALLER = 0.2
"""Share of customers in the smaller tier that is offered then."""

MEASURES = {
    "gross": mark("gross revenue"),
    "net": mark("net revenue, returns taken off"),
    "contribution": mark("contribution, costs and returns taken off"),
}
"""What value means, in words."""


def by_value(inputs: ReportInputs) -> bool:
    """Return whether the tiers are cut by value."""
    return (
        str(inputs.refresh["selection"] or "").startswith("value:")
        and inputs.refresh["insider_border"] is not None
    )


def border_line(inputs: ReportInputs) -> str:
    """Return what value means and, where tiers are cut by it, where they begin."""
    words, row = inputs.words, inputs.refresh
    meant = MEASURES[row["measure"] or "gross"]
    measure = words.text(meant)
    if not by_value(inputs):
        return words.text("Value is %(measure)s.", measure=measure)
    return words.text(
        "Value is the %(measure)s of the last %(days)s days. Insiders start at %(insider)s; customers from "
        "%(viability)s on are being analysed.",
        measure=measure,
        days=words.number(row["window_days"]),
        insider=words.money(row["insider_border"]),
        viability=words.money(row["viability_border"]),
    )


def border_notices(inputs: ReportInputs) -> list[str]:
    """Return what a person should know about the borders.

    Where they are from, whether they drifted, whether they choose.
    """
    words, row, found = inputs.words, inputs.refresh, []
    if by_value(inputs):
        if row["borders_from"] != "model":
            found.append(
                words.text(
                    "The model has no borders for these settings: %(insider)s and %(viability)s come from today's "
                    "customers and stay until a refit (insiders refit).",
                    insider=words.money(row["insider_border"]),
                    viability=words.money(row["viability_border"]),
                )
            )
        asked, share = asked_coverage(inputs), row["share_of_value_above_border"]
        if abs(share - asked) > DRIFTED:
            found.append(
                words.text(
                    "Customers above the border bring %(share)s of value instead of %(asked)s. A border of %(border)s "
                    "would restore that; nothing moves by itself.",
                    share=words.percent(share),
                    asked=words.percent(asked, 0),
                    border=words.money(row["restoring_border"]),
                )
            )
    if row["insider_share_of_customers"] > MANY:
        found.append(
            words.text(
                "Insiders are %(share)s of identified customers, too many to feel special: the top %(smaller)s would "
                "start at %(border)s.",
                share=words.percent(row["insider_share_of_customers"]),
                smaller=words.percent(SMALLER, 0),
                border=words.money(top_tier_border(inputs.insiders)),
            )
        )
    return found


def asked_coverage(inputs: ReportInputs) -> float:
    """Return the share of value that Insiders were to cover."""
    return float(str(inputs.refresh["selection"]).partition(":")[2].partition("/")[0])


def top_tier_border(insiders: pl.DataFrame, share: float = SMALLER) -> float | None:
    """Return the value of the last of a share of identified customers, highest value first."""
    worth = insiders.filter("is_identified")["value"].sort(descending=True)
    return float(worth[max(round(share * len(worth)) - 1, 0)]) if len(worth) else None
