"""What customers are expected to do in the days ahead, and how right that was before, as pages tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.outlook import CHANCE, FIGURES, NEXT_PURCHASE, REVENUE_AHEAD
from insiders_assets.language import mark

if TYPE_CHECKING:
    from insiders_assets.language import Language
    from insiders_assets.report.report_inputs import ReportInputs

SHOWN = 10
"""Members who are listed, those expected to spend most."""

FIGURE_NAMES = dict(
    zip(FIGURES, (mark("Expected revenue in 90 days"), mark("Chance to buy in 90 days"), mark("Next purchase")),
        strict=True)
)  # fmt: skip

MISSING = "–"
Rows = list[dict[str, Any]]


def outlook(inputs: ReportInputs) -> dict[str, Any] | None:
    """Return what the section says of the figures that are shown; None where there is none."""
    figures = inputs.tables.get("outlook_figures")
    if figures is None or figures.is_empty():
        return None
    found = {row["figure"]: row for row in figures.to_dicts()}
    revenue, chance, wait = (found[figure] for figure in FIGURES)
    if not (revenue["is_shown"] or wait["is_shown"] or chance["is_shown"]):
        return None
    people = _people(inputs, found)
    return {
        "lines": [line for row in (revenue, chance) if (line := _line(inputs.words, row))],
        "shown": {figure: bool(row["is_shown"]) for figure, row in found.items()},
        "people": people,
    }


def outlook_evidence(inputs: ReportInputs) -> Rows:
    """Return how right each figure would have been at past cut-offs, in the order of figures; none where not known."""
    found = inputs.tables.get("outlook_evidence")
    return [] if found is None else evidence_rows(inputs.words, found.to_dicts())


def outlook_figures(inputs: ReportInputs) -> Rows:
    """Return each figure with whether it is shown and why; none of a refresh that had no outlook."""
    found = inputs.tables.get("outlook_figures")
    return [] if found is None else sorted(found.to_dicts(), key=lambda row: FIGURES.index(row["figure"]))


def evidence_rows(words: Language, rows: Rows) -> Rows:
    """Return rows of ``outlook_evidence`` with their numbers written, in the order of figures and days."""
    ordered = sorted(rows, key=lambda row: (FIGURES.index(row["figure"]), row["cutoff"]))
    names = {figure: words.text(name) for figure, name in FIGURE_NAMES.items()}
    return [
        row
        | {"name": names[row["figure"]]}
        | {"coverage": None if row["figure"] == CHANCE else row["coverage"]}  # a chance has no range of its own
        | {name: _written(words, row["figure"], row[name]) for name in ("expected", "actual")}
        | {"error": words.number(row["error"], 3) if row["figure"] == CHANCE else
           _written(words, row["figure"], row["error"])}
        for row in ordered
    ]  # fmt: skip


def cell(words: Language, row: dict[str, Any], figure: str, end: str = "") -> str:
    """Return a figure of a customer as pages write it, or an end of its range; a dash where there is none."""
    value = row[f"{figure}{end}"]
    if value is None:
        return MISSING
    if figure == NEXT_PURCHASE:
        return words.day(value)
    return words.money(value) if figure == REVENUE_AHEAD else words.percent(value, 0)


def within(words: Language, row: dict[str, Any], figure: str) -> str:
    """Return the range of a figure; nothing where there is none."""
    if row[figure] is None:
        return ""
    return f"{cell(words, row, figure, '_low')} {MISSING} {cell(words, row, figure, '_high')}"


def _written(words: Language, figure: str, value: float) -> str:
    if figure == REVENUE_AHEAD:
        return words.money(value)
    if figure == CHANCE:
        return words.percent(value)
    return words.text("%(days)s days", days=words.number(value, 1))


def _line(words: Language, row: dict[str, Any]) -> str:
    """Return what the members together are expected to do, in a sentence; nothing where it is withheld."""
    if not row["is_shown"] or row["members_expected"] is None:
        return ""
    ends = [row[name] for name in ("members_expected", "members_low", "members_high")]
    if row["figure"] == REVENUE_AHEAD:
        expected, low, high = (words.money(value, 0) for value in ends)
        return words.text(
            "In the next 90 days the members are expected to bring %(expected)s; were it off as at past cut-offs, "
            "between %(low)s and %(high)s.",
            expected=expected, low=low, high=high,
        )  # fmt: skip
    expected, low, high = (words.number(value) for value in ends)
    return words.text(
        "%(expected)s of the members are expected to buy in them; were it off as at past cut-offs, between %(low)s and "
        "%(high)s.",
        expected=expected, low=low, high=high,
    )  # fmt: skip


def _people(inputs: ReportInputs, found: dict[str, dict[str, Any]]) -> Rows:
    """Return the members who are expected to spend most, or else to buy soonest."""
    table = inputs.tables["outlook"].join(inputs.members.select("customer_id"), on="customer_id", how="semi")
    if found[REVENUE_AHEAD]["is_shown"]:
        order, falling = REVENUE_AHEAD, True
    elif found[CHANCE]["is_shown"]:
        order, falling = CHANCE, True
    else:
        order, falling = NEXT_PURCHASE, False
    known = table.filter(pl.col(order).is_not_null())
    return known.sort(order, "customer_id", descending=[falling, False]).head(SHOWN).to_dicts()
