"""Who entered, who left and who changed tier, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.customers import NOT_SEEN, TIERS
from insiders_assets.contracts.messages import with_facts
from insiders_assets.contracts.movement import CAUSES
from insiders_assets.language import mark

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

LISTED = 200
"""Customers listed at most; the warehouse has them all."""

LEAVING = 50
"""Members about to leave who are listed at most."""


CHANGE_NAMES = {
    "entered": mark("Entered"),
    "left": mark("Left"),
    "moved": mark("Changed tier"),
}

CAUSE_NAMES = {
    "bought": mark("bought"),
    "aged_out": mark("purchases too old to count"),
    "returned": mark("returned"),
    "corrected": mark("data corrected"),
    "grace_ended": mark("grace period ended"),
    "border": mark("the border moved"),
    "model": mark("new segmentation model"),
    "policy": mark("changed selection policy"),
    "suppression": mark("excluded, or no longer"),
    "first_seen": mark("first seen"),
    "out_of_window": mark("not seen within the window"),
    "behaviour": mark("bought differently"),
}

WHY = {
    "bought": mark("they bought for %(amount)s since"),
    "aged_out": mark("purchases of %(amount)s are now too old to count"),
    "returned": mark("returns changed their value by %(amount)s"),
    "corrected": mark("corrected data changed their value by %(amount)s"),
    "grace_ended": mark("their grace period ended"),
    "border": mark("the border moved; they did not change"),
    "model": mark("a new segmentation model places them elsewhere"),
    "policy": mark("the selection policy changed"),
    "suppression": mark("a rule excludes them now, or no longer does"),
    "first_seen": mark("they are new, with %(amount)s"),
    "out_of_window": mark("their last purchase is too long ago"),
    "behaviour": mark("they bought differently"),
}
"""Why somebody entered or left, by cause; the amount is what the cause moved, of all of them together."""

MOVED_BY = {"first_seen": "value_after"}
"""The amount that a cause moved, where it is not called like the cause."""


def cause_lines(inputs: ReportInputs) -> list[str]:
    """Return who entered and who left, added up by cause: a sentence each, most customers first."""
    words = inputs.words
    if inputs.previous_refresh is None:
        return []
    changes = _changes(inputs).filter(pl.col("change").is_in(["entered", "left"]))
    parts = ("bought", "aged_out", "returned", "corrected", "value_after")
    amounts = [name for name in parts if name in changes.columns]
    counted = changes.group_by("change", "cause").agg(
        pl.len(), *((pl.col(name) * 1e6).round(0).sum() / 1e6 for name in amounts)
    )
    lines = []
    for row in counted.sort(["len", "change", "cause"], descending=[True, False, False]).to_dicts():
        amount = row.get(MOVED_BY.get(row["cause"], row["cause"]))
        written = "–" if amount is None else words.money(amount, 0)
        because = WHY[row["cause"]]
        why = words.text(because, amount=written)
        template = (
            mark("%(count)s entered: %(why)s.")
            if row["change"] == "entered"
            else mark("%(count)s left: %(why)s.")
        )
        lines.append(words.text(template, count=words.number(row["len"]), why=why))
    return lines


def bridge(inputs: ReportInputs) -> list[dict[str, str]]:
    """Return what moved the value of all identified customers together: labels and signed amounts that add up."""
    words, row = inputs.words, inputs.refresh
    if inputs.previous_refresh is None or row.get("value_before") is None:
        return []
    parts = (
        (words.text("Value at the refresh before"), row["value_before"]),
        (words.text("Bought since"), row["bought"]),
        (words.text("Too old to count"), -row["aged_out"]),
        (words.text("Returned"), row["returned"]),
        (words.text("Corrected: replaced, replayed, late or forgotten rows"), row["corrected"]),
        (words.text("Value now"), row["value_after"]),
    )
    first, *moves, last = _whole([amount for _, amount in parts])
    signed = [f"{'−' if move < 0 else '+'}{words.money(abs(move), 0)}" if move else "" for move in moves]
    amounts = (words.money(first, 0), *signed, words.money(last, 0))
    told = zip(parts, amounts, strict=True)
    return [{"label": label, "amount": amount} for (label, _), amount in told if amount]


def _whole(amounts: list[float]) -> list[int]:
    """Return amounts as whole units whose first ones still add up to the last.

    What rounding left over joins the largest.
    """
    found = [round(amount) for amount in amounts]
    largest = max(range(1, len(found) - 1), key=lambda place: abs(amounts[place]))
    found[largest] += found[-1] - sum(found[:-1])
    return found


def leaving(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return members who leave at the next refresh, or go on by grace alone, unless they buy.

    Those worth most first.
    """
    if "leaves_next" not in inputs.tables:
        return []
    ranked = inputs.tables["leaves_next"].sort(["value", "customer_id"], descending=[True, False])
    return ranked.head(LEAVING).to_dicts()


def leaving_count(inputs: ReportInputs) -> int:
    """Return how many members leave at the next refresh, or go on by grace alone, unless they buy."""
    return inputs.tables["leaves_next"].height if "leaves_next" in inputs.tables else 0


def _changes(inputs: ReportInputs) -> pl.DataFrame:
    return inputs.tables["membership_changes"].filter(pl.col("refresh_id") == inputs.refresh_id)


def movement(inputs: ReportInputs) -> dict[str, Any]:
    """Counts by change and cause, the tier-to-tier matrix, and the customers with most revenue."""
    changes = _changes(inputs)
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
    """Return customers by tier before and after, those who stayed included where ``tier_migration`` tells.

    Rows by before.
    """
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
    wanted = ("customer_id", "revenue", "recency", *with_facts("reason"))
    known = inputs.insiders.select(name for name in wanted if name in inputs.insiders.columns)
    return (
        changes.filter((pl.col("change") != "moved") | changes["is_member"])
        .join(known, on="customer_id", how="left")
        .sort(["revenue", "customer_id"], descending=[True, False], nulls_last=True)
        .head(LISTED)
        .to_dicts()
    )
