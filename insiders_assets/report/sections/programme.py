"""The programme's rules: who is in by plain conditions, and who is never invited and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.member_tiers import MEMBER_TIERS
from insiders_assets.contracts.messages import with_facts

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs


NEARLY = 50
"""Customers one step from the Insider tier who are listed at most."""


def eligibility(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the plain rules that describe the tiers, in the programme's order; empty where there are none."""
    return _rows(inputs, "eligibility_rules")


def suppressions(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return every suppression rule with what it costs, whether on or off; empty where there are none."""
    return _rows(inputs, "suppressions")


def named_tiers(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the named tiers of members, the highest first; empty where none are named, or the refresh knew none."""
    table = inputs.tables.get(MEMBER_TIERS.name)
    return [] if table is None else table.sort("place").to_dicts()


def uplift(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return what a campaign brought, the invited beside those held out; empty where none was measured."""
    return _rows(inputs, "uplift")


def nearly(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return identified customers whom one step would bring in, highest revenue first; the warehouse has them all."""
    frame = inputs.insiders
    if "is_near_miss" not in frame.columns:
        return []
    near = frame.filter(pl.col("is_near_miss")).sort(["revenue", "customer_id"], descending=[True, False])
    wanted = (
        "customer_id", "country", "revenue", "recency", "gap_amount", "gap_orders",
        *with_facts("reason", "next_step"),
    )  # fmt: skip
    return near.head(NEARLY).select(name for name in wanted if name in frame.columns).to_dicts()


def _rows(inputs: ReportInputs, name: str) -> list[dict[str, Any]]:
    return inputs.tables[name].to_dicts() if name in inputs.tables else []
