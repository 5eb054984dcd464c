"""A refresh that is held: made, and shown to nobody until a person releases it.

Its tables are copied to ``<home>/held/``, its report is in ``reports/`` under its own name, and
``held/refresh.json``, written last, says that it is there and why; before any of it is taken away, that it is over.
What is published stays as it was. The next refresh is compared with the published one as well, and takes the held
one's place.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.language.writer import PLAIN
from insiders_assets.places import sizes
from insiders_assets.refresh.held_record import (
    DISCARDED,
    FOLDER,
    HELD,
    OVER,
    HeldRefresh,
    read_held,
    record_of,
    write_held,
)
from insiders_assets.refresh.state import is_as_it_was, is_whole, last_refresh
from insiders_assets.storage.atomic_write import noted
from insiders_assets.storage.lake import Lake

if TYPE_CHECKING:
    from insiders_assets.language.message import Message
    from insiders_assets.refresh.state import RefreshState
    from insiders_assets.storage.stores import Stores


def held(stores: Stores) -> HeldRefresh | None:
    """Return the refresh that is held or was discarded, unless another has been published since."""
    found = read_held(stores.home)
    if found is None or found.status == OVER:
        return None
    latest = stores.warehouse.latest_refresh()
    return found if latest and latest["refresh_id"] == found.published else None


def waits(stores: Stores) -> HeldRefresh | None:
    """Return the held or discarded refresh if making it again would bring nothing else."""
    found = held(stores)
    return found if found and is_as_it_was(stores, found.state) else None


def hold(
    stores: Stores, tables: Iterable[str], state: RefreshState, why: Iterable[Message], published: str
) -> None:
    """Keep a refresh beside the published one; whatever was held before goes.

    Args:
        stores: Where its tables and its report lie.
        tables: The names of the tables that it would publish.
        state: What it read.
        why: What is strange about it.
        published: The refresh that stays published.
    """
    let_go(stores, but=state.refresh_id)
    names = tuple(tables)
    beside = Lake(stores.home / FOLDER)
    for name in names:
        with noted(beside.path(name)) as temporary:
            temporary.write_bytes(stores.lake.path(name).read_bytes())
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = tuple(why)
    facts = tuple((each.code, each.arguments) for each in said)
    write_held(
        stores.home, HeldRefresh(HELD, tuple(map(PLAIN.write, said)), since, state, published, names, facts)
    )


def let_go(stores: Stores, *, but: str = "") -> None:
    """Take away what is held: its record says so first, and goes last.

    Args:
        stores: Where it is.
        but: A refresh whose report stays.
    """
    found = read_held(stores.home)
    if found and found.status == HELD:
        write_held(stores.home, replace(found, status=OVER))
    _clear(stores, found, but)
    record_of(stores.home).unlink(missing_ok=True)


def tidy_up(stores: Stores) -> None:
    """Take away what somebody who was killed left of a refresh that is held no longer."""
    found = read_held(stores.home)
    if found and found.status == DISCARDED:
        _clear(stores, found, "")
    elif found and (found.status == OVER or _is_published(stores, found.refresh_id)):
        let_go(stores, but=found.refresh_id if found.status == HELD else "")


def release(stores: Stores, refresh_id: str) -> None:
    """Publish the refresh that is held.

    Cut short anywhere, it is held still, or the same command or the next run brings it to its end. One that is
    published already stays so.

    Args:
        stores: Where it is.
        refresh_id: Its name.

    Raises:
        UsageError: No refresh of that name is held.
        InsidersError: It was held beside another one than is published, or something cannot be read or written.
    """
    from insiders_assets.refresh.publish import publish  # nothing else here needs what publishing does

    if _is_published(stores, refresh_id):
        tidy_up(stores)
        return
    latest = stores.warehouse.latest_refresh()
    found = _named(stores, refresh_id)
    if latest is None or latest["refresh_id"] not in (found.published, refresh_id):
        raise InsidersError(
            "another refresh has been published since it was held",
            where=refresh_id,
            hint="make it anew: insiders run",
        )
    publish(stores, Lake(stores.home / FOLDER), found.tables, found.state)
    let_go(stores, but=refresh_id)


def discard(stores: Stores, refresh_id: str) -> None:
    """Take the refresh that is held away; the same exports do not bring it back, unless somebody forces it.

    A model that it fitted goes back to the one of the published refresh. One that is discarded already stays so.

    Args:
        stores: Where it is.
        refresh_id: Its name.

    Raises:
        UsageError: No refresh of that name is held.
        InsidersError: It has been published, or something cannot be written.
    """
    before = read_held(stores.home)
    if before and (before.status, before.refresh_id) == (DISCARDED, refresh_id):
        tidy_up(stores)
        return
    found = _named(stores, refresh_id)
    latest = stores.warehouse.latest_refresh()
    if latest and latest["refresh_id"] == refresh_id:
        raise InsidersError(
            "is published already",
            where=refresh_id,
            hint=f"bring its release to an end: insiders release {refresh_id}",
        )
    published = last_refresh(stores)
    if published and published.model_version != found.state.model_version:
        with suppress(InsidersError):  # a model that is gone is fitted anew, as ever
            stores.models.promote(published.model_version)
    write_held(stores.home, replace(found, status=DISCARDED))
    _clear(stores, found, "")


def _is_published(stores: Stores, refresh_id: str) -> bool:
    """Return whether a refresh is published to the last step."""
    latest = stores.warehouse.latest_refresh()
    return (
        latest is not None
        and latest["refresh_id"] == refresh_id == stores.publication.latest()
        and is_whole(stores)
    )


def _named(stores: Stores, refresh_id: str) -> HeldRefresh:
    found = read_held(stores.home)
    if found is None or found.status != HELD:
        raise UsageError("no refresh is held", where=refresh_id, hint="see what is published: insiders run")
    if found.refresh_id != refresh_id:
        raise UsageError("is not held", where=refresh_id, hint=f"{found.refresh_id} is: use that name")
    return found


def _clear(stores: Stores, found: HeldRefresh | None, but: str) -> None:
    """Delete the tables of a held refresh, and its report if it was never published."""
    folder = stores.home / FOLDER
    for name in sizes(folder):
        if name.endswith(".parquet") and "/" not in name:
            (folder / name).unlink(missing_ok=True)
    if found is None or found.refresh_id in (but, found.published):
        return
    if stores.publication.latest() != found.refresh_id:
        try:
            stores.publication.remove(found.refresh_id)
        except InsidersError as error:
            logging.getLogger("insiders.home").warning("a report that was held stays for now: %s", error)
