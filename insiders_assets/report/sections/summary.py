"""The first screen: what the refresh found, in one sentence, six tiles, three bars and the next three actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.notes import PASSED_OVER
from insiders_assets.report.sections.borders import border_notices
from insiders_assets.report.trust import is_trusted

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

ACTIONS = 3
DOUBTFUL = 0.5
"""Confidence below which an assignment is called doubtful: fewer than half of the neighbours agree."""


FEW_DOUBTFUL = 0.01
"""Share of identified customers up to which doubtful assignments are not worth a line."""


@dataclass(frozen=True)
class Notice:
    """Something to keep in mind, with the section that says more.

    Attributes:
        text: One sentence.
        link: Where that section is.
    """

    text: str
    link: str


def headline(inputs: ReportInputs) -> str:
    """Return the refresh in a few words."""
    members = inputs.tables["members"].height
    if not members:
        return inputs.words.text("Nobody is a member yet")
    return inputs.words.plural("%(count)s member", "%(count)s members", members)


def lead(inputs: ReportInputs) -> str:
    """Return the refresh in one sentence."""
    words, insider = inputs.words, inputs.tiers.get("insider", {})
    if not insider.get("identified_customers"):
        return words.text("No identified customer is in the Insider tier.")
    return words.text(
        "Insiders are %(customers)s of identified customers and bring %(revenue)s of their revenue.",
        customers=words.percent(insider.get("share_of_customers")),
        revenue=words.percent(insider.get("share_of_revenue")),
    )


def since(inputs: ReportInputs) -> str:
    """Return what the tiles' changes are measured from."""
    if inputs.previous_refresh is None:
        return ""
    return inputs.words.text("since %(day)s", day=inputs.words.short_day(inputs.previous_refresh["as_of"]))


def share_bars(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return who they are against what they bring: two bars over identified customers, split by tier."""
    words = inputs.words
    bars = (
        (words.text("Customers"), "share_of_customers"),
        (words.text("Revenue"), "share_of_revenue"),
    )
    return [
        {
            "label": label,
            "parts": [
                {"tier": tier, "share": row[column], "text": words.percent(row[column], 0)}
                for tier, row in inputs.tiers.items()
            ],
        }
        for label, column in bars
    ]


def next_actions(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the clusters with most revenue at stake: their most pressing action; "What to do" shows the next, too."""
    return every_action(inputs)[:ACTIONS]


def every_action(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the action of each cluster that comes back and has revenue at stake, most revenue first."""
    trusted = [row for row in inputs.clusters if is_trusted(row) and row["revenue_at_stake"] > 0]
    return sorted(trusted, key=lambda row: (-row["revenue_at_stake"], row["cluster"]))


def without_action(inputs: ReportInputs) -> str:
    """Return which clusters are given no action because they do not come back, and why; empty if all do."""
    words = inputs.words
    shaky = [row for row in inputs.clusters if not is_trusted(row)]
    if not shaky:
        return ""
    return words.plural(
        "No action for cluster %(named)s: the group is too loose to act on.",
        "No action for clusters %(named)s: these groups are too loose to act on.",
        len(shaky),
        named=", ".join(str(row["cluster"]) for row in shaky),
    )


def movement_line(inputs: ReportInputs) -> str:
    """Return how the list changed since the refresh before."""
    words, refresh = inputs.words, inputs.refresh
    if inputs.previous_refresh is None:
        return words.text("This is the first refresh, so there is nothing to compare with yet.")
    return words.text(
        "%(entered)s entered and %(left)s left since %(day)s.",
        entered=words.number(refresh["members_entered"]),
        left=words.number(refresh["members_left"]),
        day=words.day(inputs.previous_refresh["as_of"]),
    )


def doubtful(inputs: ReportInputs) -> int:
    """Return identified customers whose assignment is doubtful."""
    frame = inputs.insiders
    return int((frame["is_identified"] & (frame["confidence"] < DOUBTFUL)).sum())


def notices(inputs: ReportInputs) -> list[Notice]:
    """Return what a careful reader should know before quoting a number of this page."""
    from insiders_assets.report.sections.capture import plain_sort
    from insiders_assets.report.sections.evidence import later_line, out_of_time
    from insiders_assets.report.sections.experiments import experiment_lines
    from insiders_assets.report.sections.quality import rule_name
    from insiders_assets.report.sections.scoreboard import scoreboard, settled_line

    words = inputs.words
    found = [Notice(text, "#health") for text in border_notices(inputs)]
    found += [Notice(text, "evidence.html#experiments") for text in experiment_lines(inputs)]
    if became := settled_line(words, scoreboard(inputs)):
        found.append(Notice(became, "evidence.html#scoreboard"))
    later, sort = later_line(inputs, out_of_time(inputs)), plain_sort(inputs)
    if later:
        found.append(Notice(later, "evidence.html#worth"))
    if sort is not None and sort.lost > 0.0005 and inputs.chooses_clusters:
        found.append(
            Notice(
                words.text(
                    "Choosing whole clusters costs revenue: as many customers ranked by past revenue bring %(sort)s "
                    "of it, these Insiders %(list)s. INSIDERS_POLICY=value goes by each customer's own money.",
                    sort=words.percent(sort.sorted_share),
                    list=words.percent(sort.list_share),
                ),
                "evidence.html#worth",
            )
        )
    unsure, identified = doubtful(inputs), max(int(inputs.insiders["is_identified"].sum()), 1)
    if unsure > FEW_DOUBTFUL * identified:
        found.append(
            Notice(
                words.plural(
                    "%(count)s customer (%(share)s) sits between two clusters: read the cluster with care.",
                    "%(count)s customers (%(share)s) sit between two clusters: read their cluster with care.",
                    unsure,
                    share=words.percent(unsure / identified),
                ),
                "#clusters",
            )
        )
    quarantined = inputs.rows["quarantined"]
    if quarantined:
        found.append(
            Notice(
                words.plural(
                    "%(count)s row (%(share)s) was set aside.",
                    "%(count)s rows (%(share)s) were set aside.",
                    quarantined,
                    share=words.percent(quarantined / max(inputs.rows["read"], 1), 2),
                ),
                "evidence.html#quality",
            )
        )
    found += [
        Notice(
            words.text(
                "The rule “%(rule)s” leaves out %(share)s of the lines or of the money.",
                rule=rule_name(words, dropped.rule),
                share=words.percent(dropped.share),
            ),
            "evidence.html#quality",
        )
        for dropped in inputs.dropped or ()
        if dropped.share > inputs.many_dropped
    ]
    if passed := sum(PASSED_OVER in note for note in inputs.notes):
        found.append(
            Notice(
                words.plural(
                    "%(count)s question about an export was passed over with its proposed answer.",
                    "%(count)s questions about exports were passed over with their proposed answers.",
                    passed,
                ),
                "evidence.html#quality",
            )
        )
    return found
