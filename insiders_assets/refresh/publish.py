"""Publishing: the report's folder, the warehouse in one transaction, ``reports/latest``, the state; old reports go."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets import __version__
from insiders_assets.contracts.programme import TIER_SUMMARY
from insiders_assets.errors import InsidersError
from insiders_assets.refresh.inputs import inputs_digest, side_inputs
from insiders_assets.refresh.recovery import keep_history, keep_model
from insiders_assets.refresh.since import since_another_day
from insiders_assets.refresh.state import RefreshState, fingerprint, remember
from insiders_assets.storage.retention import retire

if TYPE_CHECKING:
    from insiders_assets.places import Place
    from insiders_assets.storage.stores import Stores


@dataclass(frozen=True)
class Published:
    """What was published.

    Attributes:
        refresh_id: The refresh's name.
        folder: The report's folder.
        markdown: A short summary with a picture.
        numbers: Figures worth plotting over time.
    """

    refresh_id: str
    folder: Place
    markdown: str
    numbers: dict[str, float] = field(default_factory=dict)


def publish(stores: Stores, tables: dict[str, pl.DataFrame], rejected: pl.DataFrame) -> Published:
    """Make one refresh visible: its report, its tables, and the record that it happened.

    The order matters: a report nobody points at is harmless, tables swap all at once, and the state is written last, so
    that a run cut short anywhere is simply due again.

    Args:
        stores: Where to publish.
        tables: Every table of the programme, by name.
        rejected: ``rejected_rows``, for the report's data quality section.
    """
    from insiders_assets.report import ReportInputs, build_report, preview
    from insiders_assets.storage.warehouse import HISTORY
    from insiders_assets.storage.warehouse.lock import require_held

    model = stores.models.champion()
    inputs = inputs_digest(stores, model.version)
    name = tables["refreshes"].item(0, "refresh_id")
    before = _before(stores, name)
    refreshes = tables["refreshes"].with_columns(
        published_at=pl.lit(_moment(before), dtype=pl.Datetime("us")), inputs=pl.lit(inputs)
    )
    row = refreshes.to_dicts()[0]
    history = stores.warehouse.read("refreshes") if before else None
    compared = since_another_day(stores, tables | {"refreshes": refreshes}, history)
    report = ReportInputs(
        insiders=tables["insiders"],
        tables={key: table for key, table in compared.tables.items() if key != "insiders"},
        refresh_id=name,
        as_of=row["as_of"],
        model_version=model.version,
        silhouette=model.card["silhouette"],
        rows={
            key: row[f"rows_{key}"] for key in ("read", "transactions", "quarantined", "purchases", "returns")
        },
        previous_refresh=compared.before,
        previous_tiers=_tiers(stores, compared.before),
        rejected=rejected,
        dropped=tuple(stores.dropped()),
        many_dropped=stores.settings.many_dropped,
        notes=tuple(stores.transactions.notes()),
        language=stores.settings.language,
        currency=stores.settings.currency,
        history=history,
    )
    with stores.publication.staged(name) as folder:
        build_report(report, folder)
    require_held(stores.warehouse)
    appended = {key: tables[key] for key in tables if key in HISTORY} | {"refreshes": refreshes}
    stores.warehouse.publish({key: table for key, table in tables.items() if key not in HISTORY}, appended)
    keep_history(stores, appended)
    keep_model(stores)
    stores.publication.make_latest(name)
    remember(
        stores,
        RefreshState(
            refresh_id=name,
            inputs=inputs,
            landing=fingerprint(stores.transactions.listing()),
            settings=stores.settings.digest(),
            side_inputs=side_inputs(stores),
            code=__version__,
            model_version=model.version,
            forgotten=stores.transactions.tombstones.read().digest(),
        ),
    )
    _retire_old(stores)
    markdown, picture = preview(report)
    return Published(
        refresh_id=name,
        folder=stores.publication.folder(name),
        markdown=markdown + _inline(picture),
        numbers={key: value for key, value in row.items() if isinstance(value, int | float)},
    )


def _retire_old(stores: Stores) -> None:
    """Delete reports that are older than those kept. What cannot be deleted is tried again after the next refresh."""
    published = stores.warehouse.read("refreshes").sort("published_at")["refresh_id"].to_list()
    try:
        retire(stores.publication, published, stores.settings.reports_kept)
    except InsidersError as error:  # the refresh itself is whole and shown
        logging.getLogger(__name__).warning("old reports stay for now: %s", error)


def _before(stores: Stores, name: str) -> dict[str, Any] | None:
    """The newest published refresh that is not this one."""
    latest = stores.warehouse.latest_refresh()
    if not latest or latest["refresh_id"] != name:
        return latest
    others = stores.warehouse.read("refreshes").filter(pl.col("refresh_id") != name)
    return others.sort("published_at").to_dicts()[-1] if others.height else None


def _moment(before: dict[str, Any] | None) -> datetime:
    """Now in naive UTC, but after the refresh before: clocks are set back, and the latest has to be the latest."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return max(now, before["published_at"] + timedelta(microseconds=1)) if before else now


def _tiers(stores: Stores, before: dict[str, Any] | None) -> pl.DataFrame | None:
    """The tiers of the refresh before, as it reported them: one that is made again has published its own by now."""
    if before is None:
        return None
    facts = None
    with suppress(InsidersError):  # a damaged report says nothing, and whoever looks at it is told
        facts = stores.publication.facts(before["refresh_id"])
    if facts:
        return pl.DataFrame(facts["tiers"], schema=TIER_SUMMARY.polars_schema)
    latest = stores.warehouse.latest_refresh()  # its report was taken away
    same = latest and latest["refresh_id"] == before["refresh_id"]
    return stores.warehouse.read("tier_summary") if same else None


def _inline(png: bytes) -> str:
    from base64 import b64encode

    return f"\n\n![Insiders at a glance](data:image/png;base64,{b64encode(png).decode()})\n"
