"""Rendering: the report of a refresh as a folder, from the tables in the lake; nobody is pointed at it yet."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.programme import TIER_SUMMARY
from insiders_assets.contracts.scoreboard import SCOREBOARD
from insiders_assets.contracts.transactions import REJECTED_ROWS
from insiders_assets.errors import InsidersError
from insiders_assets.refresh.settling import scoreboard_so_far
from insiders_assets.refresh.since import since_another_day

if TYPE_CHECKING:
    from datetime import date

    from insiders_assets.places import Place
    from insiders_assets.report import ReportInputs
    from insiders_assets.storage.stores import Stores


@dataclass(frozen=True)
class Rendered:
    """A report that can be published.

    Attributes:
        refresh_id: The refresh's name.
        folder: The report's folder.
        as_of: The day it looks back from.
        markdown: A short summary with pictures.
        numbers: Figures worth plotting over time.
    """

    refresh_id: str
    folder: Place
    as_of: date
    markdown: str
    numbers: dict[str, float] = field(default_factory=dict)


def render(stores: Stores, tables: Iterable[str]) -> Rendered:
    """Write the report's folder.

    Args:
        stores: Where the tables are read and the report is written.
        tables: The names of the programme's tables.
    """
    from insiders_assets.report import ReportInputs, build_report, preview
    from insiders_assets.report.pictures import inline

    read = {name: stores.lake.read(name) for name in tables}
    model = stores.models.champion()
    row = read["refreshes"].to_dicts()[0]
    name = row["refresh_id"]
    history = stores.warehouse.read("refreshes") if refresh_before(stores, name) else None
    compared = since_another_day(stores, read, history)
    report = ReportInputs(
        insiders=read["insiders"],
        tables={key: table for key, table in compared.tables.items() if key != "insiders"}
        | {SCOREBOARD.name: scoreboard_so_far(stores, read[SCOREBOARD.name])},
        refresh_id=name,
        as_of=row["as_of"],
        model_version=model.version,
        silhouette=model.card["silhouette"],
        rows={
            key: row[f"rows_{key}"] for key in ("read", "transactions", "quarantined", "purchases", "returns")
        },
        previous_refresh=compared.before,
        previous_tiers=_tiers(stores, compared.before),
        rejected=stores.lake.read(REJECTED_ROWS.name),
        dropped=tuple(stores.dropped()),
        many_dropped=stores.settings.many_dropped,
        notes=tuple(stores.transactions.notes()),
        language=stores.settings.language,
        currency=stores.settings.currency,
        history=history,
    )
    with stores.publication.staged(name) as folder:
        build_report(report, folder)
    markdown, picture = preview(report)
    return Rendered(
        refresh_id=name,
        folder=stores.publication.folder(name),
        as_of=row["as_of"],
        markdown="\n\n".join([markdown, *(inline(png, text) for text, png in _pictures(report, picture))])
        + "\n",
        numbers={key: value for key, value in row.items() if isinstance(value, int | float)},
    )


def refresh_before(stores: Stores, name: str) -> dict[str, Any] | None:
    """Return the newest published refresh that is not this one."""
    latest = stores.warehouse.latest_refresh()
    if not latest or latest["refresh_id"] != name:
        return latest
    others = stores.warehouse.read("refreshes").filter(pl.col("refresh_id") != name)
    return others.sort("published_at").to_dicts()[-1] if others.height else None


def _tiers(stores: Stores, before: dict[str, Any] | None) -> pl.DataFrame | None:
    """Return the tiers of the refresh before, as it reported them.

    One that is made again has published its own by now.
    """
    if before is None:
        return None
    facts = None
    with suppress(InsidersError):  # a damaged report says nothing, and whoever looks at it learns so
        facts = stores.publication.facts(before["refresh_id"])
    if facts:
        return pl.DataFrame(facts["tiers"], schema=TIER_SUMMARY.polars_schema)
    latest = stores.warehouse.latest_refresh()  # its report was taken away
    same = latest and latest["refresh_id"] == before["refresh_id"]
    return stores.warehouse.read("tier_summary") if same else None


def _pictures(report: ReportInputs, tiers: bytes) -> list[tuple[str, bytes]]:
    """Return the pictures of the summary, each with what it shows: the tiers, and who came and went if anybody did."""
    from insiders_assets.report.pictures import movement_bars

    moved = movement_bars(report.words, report.tables["membership_changes"])
    found = [("Insiders at a glance", tiers)]
    return [*found, ("Who entered and who left, by cause", moved)] if moved else found
