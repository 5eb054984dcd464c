"""What experiments have brought, as the page tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

FOUND_HARM = ("less", "doubtful")
"""Findings on a guardrail that the business sees."""


@dataclass(frozen=True)
class Told:
    """An experiment on the page.

    Attributes:
        row: Its row of ``experiments``.
        readouts: Its readouts, what it is about first.
        days: Its row of ``experiment_days`` for each day and arm.
    """

    row: dict[str, Any]
    readouts: list[dict[str, Any]]
    days: pl.DataFrame


def experiments(inputs: ReportInputs) -> list[Told]:
    """Return the experiments that have begun; none where the refresh knew none."""
    known = inputs.tables.get("experiments")
    if known is None or known.is_empty():
        return []
    readouts, days = inputs.tables["experiment_readouts"], inputs.tables["experiment_days"]
    return [
        Told(
            row,
            readouts.filter(pl.col("experiment") == row["experiment"])
            .sort("is_guardrail", "measure", "arm")
            .to_dicts(),
            days.filter(pl.col("experiment") == row["experiment"]),
        )
        for row in known.sort("first_day", "experiment").to_dicts()
    ]


def experiment_lines(inputs: ReportInputs) -> list[str]:
    """Return a line for each arm: what the experiment is about, and what of its guardrails came to harm."""
    return [
        f"{experiment.row['experiment']}: {inputs.words.said(row, 'verdict')}"
        for experiment in experiments(inputs)
        for row in experiment.readouts
        if not row["is_guardrail"] or row["finding"] in FOUND_HARM
    ]
