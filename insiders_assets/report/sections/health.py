"""The programme's health: how many belong to it and what they bring, from refresh to refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.report.inputs import ReportInputs

SHOWN = 12
"""Refreshes in the table, the newest."""

DRAWN = 400
"""Refreshes in the chart, the newest."""

LEAST_DRAWN = 3
"""Refreshes from which on a line says more than the table."""


def past(inputs: ReportInputs) -> pl.DataFrame:
    """Return the published refreshes up to this one, oldest first; of several of one day, the last published."""
    current = inputs.tables["refreshes"].tail(1)
    if inputs.history is None:
        return current
    before = inputs.history.filter(
        pl.col("refresh_id") != inputs.refresh_id, pl.col("as_of") <= inputs.as_of
    ).sort("published_at")
    rows = pl.concat([before, current], how="diagonal_relaxed")
    return rows.unique("as_of", keep="last", maintain_order=True).sort("as_of").tail(DRAWN)


def history(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the newest refreshes as rows of a table, newest first."""
    return past(inputs).tail(SHOWN).reverse().to_dicts()
