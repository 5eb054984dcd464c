"""What the list is worth out of time, beside other ways to choose, and the other figures of the evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.language import Language
from insiders_assets.report.sections.measures import SHARE_LATER, figure, measure_name, subject_name

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

AHEAD = "members_revenue_ahead"
OVERVIEW = (SHARE_LATER, "future_revenue_per_member", "buy_again_rate")
"""The measures shown side by side; the others are among the details."""


@dataclass(frozen=True)
class Block:
    """One measure at one list size, out of time.

    Attributes:
        measure: What is measured.
        size: Share of customers chosen; None for the list's own size.
        cutoffs: The days until which things were known.
        figures: Per way to choose, its row of ``evidence`` at each cut-off, or None; the best mean first.
    """

    measure: str
    size: float | None
    cutoffs: list[date]
    figures: dict[str, list[dict[str, Any] | None]]

    def mean(self, subject: str) -> float | None:
        """Return a subject's mean over the cut-offs it was measured at; None if it never was."""
        values = [row["value"] for row in self.figures.get(subject, ()) if row]
        return sum(values) / len(values) if values else None


def out_of_time(inputs: ReportInputs) -> list[Block]:
    """Return what was measured on days that the choice could not know, one block per measure and list size."""
    table = inputs.tables["evidence"].filter(pl.col("cutoff").is_not_null() & pl.col("value").is_not_null())
    blocks = []
    for measure, size in table.select("measure", "size").unique(maintain_order=True).iter_rows():
        rows = table.filter(pl.col("measure") == measure, pl.col("size").eq_missing(pl.lit(size))).to_dicts()
        cutoffs = sorted({row["cutoff"] for row in rows})
        found = {(row["subject"], row["cutoff"]): row for row in rows}
        names = dict.fromkeys(row["subject"] for row in rows)
        block = Block(
            measure, size, cutoffs, {name: [found.get((name, day)) for day in cutoffs] for name in names}
        )
        ranked = sorted(names, key=lambda name: (-(block.mean(name) or 0.0), name))
        blocks.append(replace(block, figures={name: block.figures[name] for name in ranked}))
    return blocks


def main_block(blocks: list[Block]) -> Block | None:
    """Return the block that answers whether the list is worth it: its share of later revenue, at its own size."""
    wanted = [block for block in blocks if block.measure == SHARE_LATER]
    return min(wanted or blocks, key=lambda block: block.size is not None, default=None)


def beside_others(inputs: ReportInputs, blocks: list[Block]) -> dict[str, Any] | None:
    """Ways to choose, one row each, with the mean of each measure at the list's own size; best share first."""
    main = main_block(blocks)
    if main is None:
        return None
    own = [
        block for block in blocks if block.size == main.size and main.figures.keys() & block.figures.keys()
    ]
    shown = [block for block in own if block.measure in OVERVIEW] or [main]
    return _overview(
        inputs.words, main, [(measure_name(inputs.words, block.measure), block) for block in shown]
    )


def at_sizes(inputs: ReportInputs, blocks: list[Block]) -> dict[str, Any] | None:
    """Ways to choose, one row each, with the main measure's mean at every list size."""
    main, words = main_block(blocks), inputs.words
    sized = [block for block in blocks if main and block.measure == main.measure and block.size is not None]
    if main is None or len(sized) < 2:
        return None
    ranked = sorted(sized, key=lambda block: block.size or 0.0)
    return _overview(words, ranked[0], [(words.percent(block.size, 0), block) for block in ranked])


def _overview(words: Language, order: Block, columns: list[tuple[str, Block]]) -> dict[str, Any]:
    return {
        "headings": [name for name, _ in columns],
        "rows": [
            {
                "subject": subject_name(words, subject),
                "is_list": subject == "list",
                "values": [figure(words, block.measure, block.mean(subject)) for _, block in columns],
            }
            for subject in order.figures
        ],
    }


def notes(inputs: ReportInputs, blocks: list[Block]) -> list[tuple[str, str]]:
    """Return what to keep in mind about ways to choose, such as a model that did not converge.

    At the newest cut-off.
    """
    main, words = main_block(blocks), inputs.words
    found = [] if main is None else [(subject, rows[-1]) for subject, rows in main.figures.items()]
    return [
        (subject_name(words, subject), words.said(row, "note"))
        for subject, row in found
        if row and row["note"]
    ]


def ahead(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Forecasts of the members' revenue in the days ahead, with the interval that past errors give; empty if none."""
    table, words = inputs.tables["evidence"].filter(measure=AHEAD), inputs.words
    newest = table.filter(pl.col("cutoff") == pl.col("cutoff").max(), pl.col("subject") != "actual")
    past = table.filter(pl.col("subject") == "actual")["cutoff"]
    return [
        {
            "subject": subject_name(words, row["subject"]),
            "day": words.day(row["cutoff"]),
            "value": figure(words, AHEAD, row["value"]),
            "interval": f"{figure(words, AHEAD, row['low'])} – {figure(words, AHEAD, row['high'])}",
            "note": words.said(row, "note"),
        }
        for row in newest.to_dicts()
        if row["cutoff"] not in past
    ]


def later_line(inputs: ReportInputs, blocks: list[Block]) -> str:
    """Return whether the list beat a plain sort out of time, in one sentence; empty where that was not measured."""
    main, words = main_block(blocks), inputs.words
    if main is None or main.measure != SHARE_LATER:
        return ""
    own, rival = main.mean("list"), main.mean("past_revenue")
    if own is None or rival is None:
        return ""
    return words.text(
        "Tested on %(cutoffs)s past dates, Insiders chosen with what was known then went on to bring %(list)s of later "
        "revenue on average; as many customers ranked by past revenue brought %(sort)s.",
        list=words.percent(own),
        sort=words.percent(rival),
        cutoffs=words.number(len(main.cutoffs)),
    )


def anyway_line(inputs: ReportInputs, blocks: list[Block]) -> str:
    """Return who would buy anyway and what retention could bring at most, on average over cut-offs.

    Empty if unmeasured.
    """
    words = inputs.words
    means = {block.measure: block.mean("list") for block in blocks if block.size is None}
    members, brought, ceiling = (
        means.get(name)
        for name in ("would_buy_anyway", "would_buy_anyway_share_of_list", "retention_ceiling")
    )
    if members is None or brought is None or ceiling is None:
        return ""
    return words.text(
        "%(members)s of the members would have bought anyway (a chance of 90%% or more); they brought %(brought)s of "
        "what all members brought. Keeping every member who stayed away could have added %(ceiling)s at most. Only a "
        "control group measures what the programme brings.",
        members=words.percent(members),
        brought=words.percent(brought),
        ceiling=words.percent(ceiling),
    )


def other_figures(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Figures that are not out of time, as the evidence table has them."""
    return inputs.tables["evidence"].filter(pl.col("cutoff").is_null()).to_dicts()
