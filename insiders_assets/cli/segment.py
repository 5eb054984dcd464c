"""``insiders segment``: who is in a segment, counted, or as a list for a campaign."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import typer

from insiders_assets.deliveries.small_cells import blanked
from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.formulas import csv_line, csv_rows
from insiders_assets.refresh.experimenting import held_out_by, published_experiments
from insiders_assets.segments import COLUMNS, counted, people, segments_of, within
from insiders_assets.storage.atomic_write import replacing
from insiders_assets.storage.stores import Stores

CELLS = ("tier", "state", "cluster", "is_member", "offer_type", "country")
"""Columns of a list that say the same of several people; the others are everybody's own."""

if TYPE_CHECKING:
    from insiders_assets.settings import Settings


def show_segments(settings: Settings, name: str | None, out: Path | None, *, as_json: bool) -> None:
    """Print how many customers are in a segment, or in each, and what they are worth; write its list if asked.

    Args:
        settings: Where things are kept.
        name: The segment, or None for all.
        out: A CSV file for the list of that segment.
        as_json: Print one JSON object instead of text.

    Raises:
        UsageError: There is no such segment, or ``segments.yaml`` is wrong.
        InsidersError: There has been no refresh yet.
    """
    stores = Stores(settings)
    segments = {segment.name: segment for segment in segments_of(stores.home)}
    if name is not None and name not in segments:
        raise UsageError(
            f"there is no segment {name!r}", where="segment", hint=f"choose among {', '.join(segments)}"
        )
    if out is not None and name is None:
        raise UsageError(
            "needs the name of a segment", where="--out", hint=f"choose among {', '.join(segments)}"
        )
    everybody = published_people(stores)
    chosen = [segments[name]] if name else list(segments.values())
    found = [_name_first(counted(segment, within(everybody, segment), everybody)) for segment in chosen]
    if out is not None and name is not None:
        rows = within(everybody, segments[name])
        if rows.height < settings.smallest_cell:
            raise InsidersError(
                f"has {rows.height:,} customers, and fewer than {settings.smallest_cell:,} stay in the house",
                where=f"segment {name}",
                hint="widen its rules, or lower INSIDERS_SMALLEST_CELL",
            )
        given = blanked(rows, CELLS, settings.smallest_cell)
        with replacing(out) as temporary:
            temporary.write_bytes(csv_line(COLUMNS).encode() + csv_rows(given))
    if as_json:
        typer.echo(json.dumps({"segments": found}, ensure_ascii=False))
        return
    width = max(len(each["name"]) for each in found)
    for each in found:
        typer.echo(
            f"{each['name']:<{width}}  {each['customers']:>9,} customers  {each['value']:>14,.0f} of value "
            f"({each['share_of_value']:.1%})  {each['meaning']}"
        )
    if out is not None:
        typer.echo(f"written to {out}")


def published_people(stores: Stores) -> pl.DataFrame:
    """Return who may be written to by what is published: the lake may hold the tables of a refresh that is held.

    Raises:
        InsidersError: No refresh has been published.
    """
    latest = stores.warehouse.latest_refresh()
    if latest is None:
        raise InsidersError("no refresh has been published", where=str(stores.home), hint="insiders run")
    changes = stores.warehouse.read("membership_changes").filter(pl.col("refresh_id") == latest["refresh_id"])
    insiders = held_out_by(stores, published_experiments(stores), stores.warehouse.read("insiders"))
    return people(insiders, changes, stores.warehouse.read("leaves_next"))


def _name_first(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a segment, its name first."""
    return {"name": said.pop("segment")} | said
