"""Publishing: the warehouse in one transaction, ``reports/latest``, the state; old reports go."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.errors import InsidersError
from insiders_assets.refresh.another_home import require_own
from insiders_assets.refresh.keeping import keep_refresh, retire_kept
from insiders_assets.refresh.recovery import keep_history, keep_model
from insiders_assets.refresh.render import refresh_before
from insiders_assets.refresh.state import RefreshState, about_to_show, is_whole, remember
from insiders_assets.storage.retention import retire

if TYPE_CHECKING:
    from insiders_assets.storage.lake import Lake
    from insiders_assets.storage.stores import Stores


def publish(stores: Stores, lake: Lake, tables: Iterable[str], state: RefreshState) -> None:
    """Make one refresh visible: its report, its tables, and the record that it happened.

    The order matters: a report nobody points at is harmless, tables swap all at once, and the state is written last, so
    that a run cut short anywhere is simply due again.

    Args:
        stores: Where to publish.
        lake: Where its tables lie.
        tables: The names of every table that is published.
        state: What it read.

    Raises:
        InsidersError: Its report has not been rendered, another home has published meanwhile, or something cannot be
            written.
    """
    from insiders_assets.storage.warehouse import HISTORY
    from insiders_assets.storage.warehouse.lock import require_held

    read = {name: lake.read(name) for name in tables}
    name = state.refresh_id
    folder = stores.publication.folder(name)
    if not folder.is_dir():
        raise InsidersError(
            "is not there", where=str(folder), hint="render it first: materialize insider_report"
        )
    before = refresh_before(stores, name)
    read["refreshes"] = read["refreshes"].with_columns(
        published_at=pl.lit(_moment(before), dtype=pl.Datetime("us")), inputs=pl.lit(state.inputs)
    )
    require_held(stores.warehouse)
    appended = {key: table for key, table in read.items() if key in HISTORY}
    others = {key: table for key, table in read.items() if key not in HISTORY}
    if not is_whole(stores):
        about_to_show(stores, name)
    stores.warehouse.publish(
        others, appended, from_lake=True, onto=lambda latest: require_own(stores, latest)
    )
    keep_history(stores, appended)
    keep_model(stores)
    stores.publication.make_latest(name)
    keep_refresh(stores, lake, read, state, read["refreshes"].row(0, named=True))
    remember(stores, state)
    _retire_old(stores)


def _retire_old(stores: Stores) -> None:
    """Delete reports that are older than those kept. What cannot be deleted is tried again after the next refresh."""
    published = stores.warehouse.read("refreshes").sort("published_at")["refresh_id"].to_list()
    try:
        retire(stores.publication, published, stores.settings.reports_kept)
        retire_kept(stores, published)
    except InsidersError as error:  # the refresh itself is whole and shown
        logging.getLogger(__name__).warning("old reports stay for now: %s", error)


def _moment(before: dict[str, Any] | None) -> datetime:
    """Now in naive UTC, but after the refresh before: clocks are set back, and the latest has to be the latest."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return max(now, before["published_at"] + timedelta(microseconds=1)) if before else now
