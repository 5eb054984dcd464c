"""Over time: what each month brought by tier, who came back, and which countries hold which tiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.experiments import EXPERIMENT_READOUTS
from insiders_assets.contracts.outlook import OUTLOOK_EVIDENCE
from insiders_assets.contracts.programme import COHORTS, REVENUE_BY_MONTH
from insiders_assets.contracts.scoreboard import SCOREBOARD
from insiders_assets.presentation.tier_names import tier_names
from insiders_assets.report.charts.by_month import monthly
from insiders_assets.report.sections.health import by_month, retention
from insiders_assets.report.sections.outlook import evidence_rows
from insiders_assets.report.sections.scoreboard import SHOWN, settled_line
from insiders_assets.storage.warehouse import tables
from insiders_assets.storage.warehouse.reading import whole

if TYPE_CHECKING:
    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

COUNTRIES = 12
"""Countries listed, those with most revenue."""


def over_time(view: View, words: Language) -> dict[str, Any]:
    """Return what the page of months shows; empty lists where the refresh is of a version that had no such table."""
    months = by_month(view.table(REVENUE_BY_MONTH))
    names = tier_names(words)
    settled = _settled(view)
    return {
        "by_month": months,
        "retention": retention(view.table(COHORTS)),
        "countries": _countries(view),
        "scoreboard": settled,
        "experiments": _experiments(view),
        "outlook_evidence": _foretold(view, words),
        "settled_line": settled_line(words, settled),
        "figures": {"by-month": monthly(words, months, names)} if months else {},
    }


def _settled(view: View) -> list[dict[str, Any]]:
    """Return the lists that are settled, each as it was settled last, the earliest first."""
    if not view.has(SCOREBOARD.name):
        return []
    scoreboard = tables()[SCOREBOARD.name]
    rows = view.rows(view.select(scoreboard).order_by(scoreboard.c.as_of, scoreboard.c.refresh_id))
    found = {row["settled_as_of"]: row for row in rows}
    return [found[day] for day in sorted(found)][-SHOWN:]


def _foretold(view: View, words: Language) -> list[dict[str, Any]]:
    """Return how right the outlook would have been at past cut-offs."""
    found = view.table(OUTLOOK_EVIDENCE)
    return [] if found is None else evidence_rows(words, found.to_dicts())


def _experiments(view: View) -> list[dict[str, Any]]:
    """Return what the arms of experiments have brought by the refresh shown, outcomes before guardrails."""
    import sqlalchemy as sa

    if not view.has(EXPERIMENT_READOUTS.name):
        return []
    readout = tables()[EXPERIMENT_READOUTS.name].c
    of_refresh = sa.select(*readout).where(readout.refresh_id == view.refresh_id)
    return view.rows(
        of_refresh.order_by(readout.experiment, readout.is_guardrail, readout.measure, readout.arm)
    )


def _countries(view: View) -> list[dict[str, Any]]:
    """Return identified customers and revenue by country and tier, the country with most revenue first."""
    import sqlalchemy as sa

    columns = tables()["customer_summary"].c
    query = (
        sa.select(
            columns.country,
            columns.tier,
            whole(sa.func.sum(columns.customers)).label("customers"),
            sa.func.sum(columns.sum_revenue).label("revenue"),
        )
        .where(columns.is_identified)
        .group_by(columns.country, columns.tier)
    )
    found: dict[Any, dict[str, Any]] = {}
    for row in view.rows(query):
        found.setdefault(row["country"], {})[row["tier"]] = row
    rows = [
        {
            "country": country,
            "revenue": sum(cell["revenue"] or 0 for cell in cells.values()),
            "cells": [cells.get(tier, {"customers": 0, "revenue": 0}) for tier in TIERS],
        }
        for country, cells in found.items()
    ]
    return sorted(rows, key=lambda row: (-row["revenue"], row["country"] or ""))[:COUNTRIES]
