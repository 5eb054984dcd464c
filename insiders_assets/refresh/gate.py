"""The gate: a refresh that is made is published, or held where it is strange beside the one that is published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets import __version__
from insiders_assets.language.writer import PLAIN
from insiders_assets.refresh.brake import COMPARED, Beside, strange
from insiders_assets.refresh.held import hold, let_go
from insiders_assets.refresh.publish import publish
from insiders_assets.refresh.published import published_list
from insiders_assets.refresh.sources import inputs_digest, side_inputs
from insiders_assets.refresh.state import RefreshState, fingerprint, last_refresh

if TYPE_CHECKING:
    from insiders_assets.language.message import Message
    from insiders_assets.storage.stores import Stores


@dataclass(frozen=True)
class Outcome:
    """What became of a refresh.

    Attributes:
        refresh_id: Its name.
        held: Why it is held, a line each; empty if it is published.
    """

    refresh_id: str
    held: tuple[str, ...] = ()


def publish_or_hold(stores: Stores, tables: Iterable[str]) -> Outcome:
    """Make one refresh visible, or hold it where it is strange beside the one that is published.

    Args:
        stores: Where to publish.
        tables: The names of every table that is published, as they lie in the lake.

    Raises:
        InsidersError: Its report has not been rendered, or something cannot be written.
    """
    names = list(tables)
    version = stores.models.champion().version
    row = stores.lake.read("refreshes").row(0, named=True)
    state = RefreshState(
        refresh_id=row["refresh_id"],
        inputs=inputs_digest(stores, version),
        landing=fingerprint(stores.transactions.listing()),
        settings=stores.settings.digest(),
        side_inputs=side_inputs(stores),
        code=__version__,
        model_version=version,
        forgotten=stores.transactions.tombstones.read().digest(),
        currencies=" ".join(sorted(stores.transactions.currencies())),
    )
    latest = stores.warehouse.latest_refresh()
    if latest and (why := _strange(stores, row, latest, state)):
        hold(stores, names, state, why, latest["refresh_id"])
        return Outcome(state.refresh_id, tuple(map(PLAIN.write, why)))
    publish(stores, stores.lake, names, state)
    let_go(stores, but=state.refresh_id)
    return Outcome(state.refresh_id)


def _strange(
    stores: Stores, row: dict[str, Any], latest: dict[str, Any], state: RefreshState
) -> list[Message]:
    """Return why a refresh is held; one that was published before, and is made again, never is."""
    history = stores.warehouse.read("refreshes")
    if not stores.settings.hold or row["refresh_id"] in history["refresh_id"]:
        return []
    forgotten = stores.transactions.tombstones.read()
    insiders = stores.lake.scan("insiders").select(COMPARED).collect()
    published = published_list(stores, COMPARED)
    before = last_refresh(stores)
    beside = Beside(
        row=row,
        before=latest,
        changes=stores.lake.read("membership_changes"),
        insiders=insiders,
        insiders_before=forgotten.left_out(published, but=insiders["customer_id"]),
        profiles=stores.lake.read("cluster_profiles"),
        profiles_before=stores.warehouse.read("cluster_profiles"),
        has_new_files=before is not None and before.landing != state.landing,
        same_day_since=min(history.filter(pl.col("as_of") == latest["as_of"])["published_at"]),
        now=datetime.now(UTC).replace(tzinfo=None),
        currencies=frozenset(state.currencies.split()),
        currencies_before=frozenset(before.currencies.split() if before else ()),
    )
    return strange(beside, stores.settings)
