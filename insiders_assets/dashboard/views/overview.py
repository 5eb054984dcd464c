"""The overview: tiles of one choice of customers, the tiers side by side, and what each month and country brings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.contracts.customers import TIERS
from insiders_assets.contracts.programme import PROFILED
from insiders_assets.contracts.tiles import GAUGED
from insiders_assets.dashboard import figures
from insiders_assets.dashboard.filters import ALL
from insiders_assets.dashboard.views.answers import answers
from insiders_assets.dashboard.views.tile_history import past
from insiders_assets.dashboard.views.tiles import tiles
from insiders_assets.presentation.columns import heading, write
from insiders_assets.presentation.gauge import gauge
from insiders_assets.presentation.heat import LESS_IS_BETTER, heat
from insiders_assets.presentation.palette import HEAT, mix
from insiders_assets.presentation.tier_names import tier_names
from insiders_assets.storage.warehouse import tables
from insiders_assets.storage.warehouse.reading import whole

if TYPE_CHECKING:
    from insiders_assets.dashboard.filters import Filters
    from insiders_assets.language import Language
    from insiders_assets.storage.warehouse.reading import View

COUNTRIES = 8
"""Countries listed; the rest are one line."""


def overview(view: View, words: Language, filters: Filters, compare: str = "") -> dict[str, Any]:
    """Return what the overview shows.

    Without a tier chosen, the tiles are the Insiders', as on the dashboard that this one replaces.

    Args:
        view: The warehouse.
        words: The reader's language.
        filters: The choice.
        compare: The as-of date of the refresh that the tiles are compared with; of the day before unless it is one.
    """
    chosen = filters if filters.tier or filters.who == "members" else filters.but(tier=TIERS[0])
    beside = filters.but(tier="")
    totals, by_tier = _summed(view, chosen), _by_tier(view, beside)
    known = past(view, chosen)
    named = {str(each["as_of"]): each for each in known[:-1]}
    before = named.get(compare) or (known[-2] if len(known) > 1 else None)
    everyone = _summed(view, type(filters)(who="everyone" if filters.who == "everyone" else "identified"))
    names = tier_names(words) | {ALL: words.text("All tiers")}
    return {
        "chosen": chosen,
        "is_empty": not totals["customers"],
        "heading": words.text("Members") if chosen.who == "members" else names[chosen.tier],
        "tier_choices": names,
        "tiles": tiles(words, totals, everyone, chosen, known, before),
        "since": words.text("since %(day)s", day=words.short_day(before["as_of"])) if before else "",
        "days": [(day, words.day(each["as_of"])) for day, each in reversed(named.items())],
        "compared": str(before["as_of"]) if before else "",
        "bars": _bars(words, by_tier),
        "heat": _heat(words, by_tier),
        "gauges": _gauges(by_tier),
        "countries": _countries(view, words, chosen),
        "answers": answers(view, words),
        "figures": {"months": figures.by_month(words, _by_month(view, chosen))}
        if totals["customers"]
        else {},
    }


def _sums() -> list[Any]:
    import sqlalchemy as sa

    columns = tables()["customer_summary"].c
    return [whole(sa.func.sum(columns.customers)).label("customers")] + [
        sa.func.sum(columns[f"sum_{name}"]).label(name) for name in PROFILED
    ]


def _summed(view: View, filters: Filters) -> dict[str, Any]:
    import sqlalchemy as sa

    row = view.row(sa.select(*_sums()).where(*filters.of_summary())) or {}
    return {name: value or 0 for name, value in row.items()}


def _by_tier(view: View, filters: Filters) -> dict[str, dict[str, Any]]:
    import sqlalchemy as sa

    tier = tables()["customer_summary"].c.tier
    rows = {
        row["tier"]: row
        for row in view.rows(sa.select(tier, *_sums()).where(*filters.of_summary()).group_by(tier))
    }
    return {name: rows[name] for name in TIERS if name in rows}


def _by_month(view: View, filters: Filters) -> list[dict[str, Any]]:
    import sqlalchemy as sa

    month = tables()["customer_summary"].c.last_purchase_month
    return view.rows(sa.select(month, *_sums()).where(*filters.of_summary()).group_by(month).order_by(month))


def _mean(row: dict[str, Any], name: str) -> float | None:
    return row[name] / row["customers"] if row.get("customers") else None


def _share(part: float, of: float) -> float | None:
    return part / of if of else None


def _bars(words: Language, tiers: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for label, name in ((words.text("Customers"), "customers"), (words.text("Revenue"), "revenue")):
        whole = sum(row[name] for row in tiers.values())
        shares = {tier: _share(row[name], whole) or 0.0 for tier, row in tiers.items()}
        found.append(
            {
                "label": label,
                "parts": [
                    {"tier": tier, "share": share, "text": words.percent(share, 0)}
                    for tier, share in shares.items()
                ],
            }
        )
    return found


def _heat(words: Language, tiers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {"tier": tier, "customers": row["customers"], "cells": []} for tier, row in tiers.items()
    ]
    for name in PROFILED:
        means = [_mean(row, name) for row in tiers.values()]
        for row, mean, share in zip(rows, means, heat(means, inverted=name in LESS_IS_BETTER), strict=True):
            text = write(words, name, mean)
            row["cells"].append({"text": text, "colour": mix(*HEAT, share)})
    return {"headings": [heading(words, name) for name in PROFILED], "rows": rows}


def _gauges(tiers: dict[str, dict[str, Any]]) -> list[Any]:
    means = {name: {tier: _mean(row, name) for tier, row in tiers.items()} for name in GAUGED}
    drawn = [
        gauge(name, {tier: mean for tier, mean in of.items() if mean is not None})
        for name, of in means.items()
    ]
    return [found for found in drawn if found is not None]


def _countries(view: View, words: Language, filters: Filters) -> list[dict[str, Any]]:
    """Countries with most revenue, those after the first few as one line."""
    import sqlalchemy as sa

    country = tables()["customer_summary"].c.country
    rows = view.rows(sa.select(country, *_sums()).where(*filters.of_summary()).group_by(country))
    rows.sort(key=lambda row: (-(row["revenue"] or 0), row["country"] or ""))
    whole = sum(row["revenue"] or 0 for row in rows)
    shown, others = (rows, []) if len(rows) <= COUNTRIES + 1 else (rows[:COUNTRIES], rows[COUNTRIES:])
    listed = [
        {"name": row["country"] or words.text("not given"), "link": row["country"], **row} for row in shown
    ]
    if others:
        name = words.plural("%(count)s other country", "%(count)s other countries", len(others))
        listed.append(
            {
                "name": name,
                "link": None,
                "customers": sum(row["customers"] for row in others),
                "revenue": sum(row["revenue"] for row in others),
            }
        )
    return [row | {"share": _share(row["revenue"] or 0, whole)} for row in listed]
