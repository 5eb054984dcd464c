"""Who entered, who left and who changed tier, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.programme import CAUSES
from insiders_assets.language import mark

if TYPE_CHECKING:
    from insiders_assets.report.inputs import ReportInputs

LISTED = 200
"""Customers listed at most; the warehouse has them all."""

NOT_SEEN = "not_seen"

CHANGE_NAMES = {
    "entered": mark("Entered"),
    "left": mark("Left"),
    "moved": mark("Changed tier"),
}

CAUSE_NAMES = {
    "behaviour": mark("bought differently"),
    "model": mark("new segmentation model"),
    "policy": mark("changed selection policy"),
    "suppression": mark("suppressed, or no longer"),
    "first_seen": mark("first seen"),
    "out_of_window": mark("not seen within the window"),
}


def movement(inputs: ReportInputs) -> dict[str, Any]:
    """Counts by change and cause, the tier-to-tier matrix, and the customers with most revenue."""
    changes = inputs.tables["membership_changes"].filter(pl.col("refresh_id") == inputs.refresh_id)
    counted = {
        (change, cause): count
        for change, cause, count in changes.group_by("change", "cause")
        .len()
        .sort("change", "cause")
        .iter_rows()
    }
    causes = [cause for cause in CAUSES if any(key[1] == cause for key in counted)]
    table = [
        {
            "change": change,
            "counts": [counted.get((change, cause), 0) for cause in causes],
            "total": sum(count for key, count in counted.items() if key[0] == change),
        }
        for change in CHANGE_NAMES
    ]
    return {
        "changes": changes.height,
        "causes": causes,
        "table": table,
        "matrix": _matrix(inputs, changes),
        "listed": _listed(inputs, changes),
    }


def _matrix(inputs: ReportInputs, changes: pl.DataFrame) -> list[dict[str, Any]]:
    """Customers by tier before and after, those who stayed included where ``tier_migration`` tells; rows by before."""
    if "tier_migration" in inputs.tables:
        moves = inputs.tables["tier_migration"].filter(pl.col("refresh_id") == inputs.refresh_id)
    else:
        moves = changes.group_by(pl.col("tier_before", "tier_after").fill_null(NOT_SEEN)).agg(
            customers=pl.len()
        )
    counted = {
        (before, after): count
        for before, after, count in moves.select("tier_before", "tier_after", "customers").iter_rows()
    }
    places = (*TIERS, NOT_SEEN)
    return [
        {"tier": before, "cells": [(after, counted.get((before, after), 0)) for after in places]}
        for before in places
    ]


def _listed(inputs: ReportInputs, changes: pl.DataFrame) -> list[dict[str, Any]]:
    known = inputs.insiders.select("customer_id", "revenue", "recency", "reason")
    return (
        changes.filter((pl.col("change") != "moved") | changes["is_member"])
        .join(known, on="customer_id", how="left")
        .sort(["revenue", "customer_id"], descending=[True, False], nulls_last=True)
        .head(LISTED)
        .to_dicts()
    )
