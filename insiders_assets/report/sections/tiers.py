"""Tiles, gauges and the heat-coloured table of tiers: the original dashboard, computed from the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.programme import PROFILED
from insiders_assets.contracts.tiles import GAUGED
from insiders_assets.language import Language, mark
from insiders_assets.presentation.columns import heading, write
from insiders_assets.presentation.gauge import Gauge, gauge
from insiders_assets.presentation.heat import LESS_IS_BETTER, heat
from insiders_assets.presentation.palette import HEAT, mix

if TYPE_CHECKING:
    from insiders_assets.report.report_inputs import ReportInputs

STATE_NAMES = {
    "active": mark("Active"),
    "lapsing": mark("Lapsing"),
    "lost": mark("Lost"),
}
"""What a customer's own rhythm says of them."""


@dataclass(frozen=True)
class Tile:
    """One number of the first screen.

    Attributes:
        label: What it is.
        value: The number, written.
        note: What it is measured on.
        change: The change since the refresh before, written, or empty if there was none to compare with.
        better: Whether the change is for the better, None if there is no change.
    """

    label: str
    value: str
    note: str
    change: str = ""
    better: bool | None = None


def tiles(inputs: ReportInputs) -> list[Tile]:
    """Return the six tiles of the Insiders: mean revenue, two shares, recency, distinct products, basket size."""
    words = inputs.words
    now, before = inputs.tiers.get("insider", {}), _before(inputs)
    everyone = words.text("of all: %(share)s", share="{}")
    mean = words.text("mean per Insider")
    neutral = ("share_of_customers",)  # a larger share of customers is neither good nor bad

    def tile(label: str, column: str, note: str, *, less: bool = False) -> Tile:
        value, old = now.get(column), before.get(column)
        written = _written(words, column, value)
        if value is None or old is None:
            return Tile(label, written, note)
        step = _step(words, column, value - old)
        better = None if not step or column in neutral else (value < old) == less
        return Tile(label, written, note, step or words.text("unchanged"), better)

    return [
        tile(words.text("Mean revenue"), "mean_revenue", mean),
        tile(
            words.text("Share of revenue"),
            "share_of_revenue",
            everyone.format(words.percent(now.get("share_of_revenue_of_all"))),
        ),
        tile(
            words.text("Share of customers"),
            "share_of_customers",
            everyone.format(words.percent(now.get("share_of_customers_of_all"))),
        ),
        tile(words.text("Recency"), "mean_recency", words.text("since last purchase"), less=True),
        tile(words.text("Distinct products"), "mean_distinct_stock_code", mean),
        tile(words.text("Basket size"), "mean_basket_size", words.text("mean units per order")),
    ]


def _before(inputs: ReportInputs) -> dict[str, Any]:
    """Return the Insiders' row of the refresh before, or the two shares that ``refreshes`` keeps, or nothing."""
    if inputs.tiers_before:
        return inputs.tiers_before.get("insider", {})
    row = inputs.previous_refresh or {}
    shares = ("share_of_customers", "share_of_revenue")
    return {name: row[f"insider_{name}"] for name in shares if f"insider_{name}" in row}


def _written(words: Language, column: str, value: float | None) -> str:
    if column.startswith("share"):
        return words.percent(value)
    if column == "mean_revenue":
        return words.money(value)
    return words.number(value) + (" " + words.text("days") if column == "mean_recency" else "")


def _step(words: Language, column: str, change: float) -> str:
    """Return the change with its sign, or nothing where it rounds to zero."""
    if column.startswith("share"):
        size, text = round(abs(change) * 100, 1), words.number(abs(change) * 100, 1)
        text = words.text("%(points)s pts", points=text)
    elif column == "mean_revenue":
        size, text = round(abs(change), 2), words.money(abs(change))
    else:
        size, text = round(abs(change)), words.number(abs(change))
    return ("+" if change > 0 else "−") + text if size else ""


def heat_table(inputs: ReportInputs) -> dict[str, Any]:
    """Tier averages with a colour per cell: darker is better for the business, column by column."""
    words = inputs.words
    rows: list[dict[str, Any]] = [
        {"tier": tier, "row": row, "cells": []} for tier, row in inputs.tiers.items()
    ]
    for name in PROFILED:
        values = [row["row"].get(f"mean_{name}") for row in rows]
        for row, share in zip(rows, heat(values, inverted=name in LESS_IS_BETTER), strict=True):
            value = row["row"].get(f"mean_{name}")
            row["cells"].append(
                {
                    "text": write(words, name, value),
                    "colour": mix(*HEAT, share),
                    "value": value,
                }
            )
    return {"headings": [heading(words, name) for name in PROFILED], "rows": rows}


def gauges(inputs: ReportInputs) -> list[tuple[Gauge, str]]:
    """Viability against the other tiers, for mean revenue and basket size, each with its change, if any, written."""
    found = []
    before = inputs.tiers_before.get("viability", {})
    for name in GAUGED:
        means = {tier: row[f"mean_{name}"] for tier, row in inputs.tiers.items()}
        drawn = gauge(name, {tier: mean for tier, mean in means.items() if mean is not None})
        if drawn is not None:
            old = before.get(f"mean_{name}")
            found.append(
                (drawn, "" if old is None else _step(inputs.words, f"mean_{name}", drawn.value - old))
            )
    return found


def states(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return identified customers of each tier by state, with the value that each holds.

    Empty where states are unknown.
    """
    known = inputs.insiders.filter("is_identified")
    if "state" not in known.columns or known["state"].null_count() == known.height:
        return []
    counted = known.group_by("tier", "state").agg(
        pl.len(), value=(pl.col("value") * 1e6).round(0).cast(pl.Int64).sum() / 1e6
    )
    cells = {(row["tier"], row["state"]): row for row in counted.to_dicts()}
    return [
        {
            "tier": tier,
            "cells": [cells.get((tier, state), {"len": 0, "value": 0.0}) for state in STATE_NAMES],
        }
        for tier in inputs.tiers
    ]
