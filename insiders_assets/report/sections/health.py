"""The programme's health: how many belong to it and what they bring, from refresh to refresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.presentation.palette import HEAT, mix

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

SHOWN = 12
"""Refreshes in the table, the newest."""

DRAWN = 400
"""Refreshes in the chart, the newest."""

MONTHS = 24
"""Months in the chart of revenue, the newest."""

COHORTS = 12
"""Cohorts in the table, the newest, and months since in it."""

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


def by_month(table: pl.DataFrame | None) -> list[dict[str, Any]]:
    """Return the newest months, oldest first: revenue of identified customers by tier, and whether the month is cut.

    Args:
        table: ``revenue_by_month``, or None of a refresh that had none.
    """
    if table is None:
        return []
    known = table.filter("is_identified")
    return [
        {
            "month": month,
            "is_cut": bool(rows["is_cut"][0]),
            "customers": int(rows["customers"].sum()),
            "orders": int(rows["orders"].sum()),
            "total": float(rows["revenue"].sum()),
            "revenue": dict(rows.select("tier", "revenue").iter_rows()),
        }
        for (month,), rows in sorted(known.group_by("month"))
    ][-MONTHS:]


def retention(table: pl.DataFrame | None) -> list[dict[str, Any]]:
    """Return the newest cohorts, newest last: their size, and a cell for each month since with its share and colour.

    Args:
        table: ``cohorts``, or None of a refresh that had none.
    """
    if table is None or table.is_empty():
        return []
    newest = table["first_month"].unique().sort().tail(COHORTS)
    shown = table.filter(
        pl.col("first_month").is_in(newest.implode()), pl.col("months_since").is_between(1, COHORTS)
    )
    most = float(shown["share_of_customers"].max() or 0.0) or 1.0  # type: ignore[arg-type]
    cells: dict[Any, list[dict[str, Any]]] = {}
    for row in shown.sort("first_month", "months_since").to_dicts():
        share = row["share_of_customers"]
        cells.setdefault(row["first_month"], []).append(row | {"colour": mix(*HEAT, share / most)})
    sizes = dict(table.filter(months_since=0).select("first_month", "cohort_customers").iter_rows())
    starts = dict(table.filter(months_since=0).select("first_month", "is_cut").iter_rows())
    return [
        {"month": month, "customers": sizes[month], "is_cut": starts[month], "cells": cells.get(month, [])}
        for month in newest
    ]
