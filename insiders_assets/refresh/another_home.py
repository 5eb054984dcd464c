"""Whether two homes publish to one warehouse: each would take the other's list for its own past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insiders_assets.errors import InsidersError
from insiders_assets.refresh.held_record import read_held
from insiders_assets.refresh.recovery import kept_of
from insiders_assets.refresh.state import about_to_show, begin, last_refresh, shown_meanwhile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.storage.stores import Stores


def another_home(stores: Stores, latest: Mapping[str, Any] | None) -> InsidersError | None:
    """Return what is said of a warehouse whose latest refresh this home has no record of.

    None if all is as it should be.

    A refresh or a release of this home that was cut short may have been published and not yet remembered. A home that
    has published nothing takes what is there for its own past: it may be the one that was lost.

    Args:
        stores: Where things lie.
        latest: The row of ``refreshes`` that the warehouse shows, or None for none.
    """
    if latest is None or (state := last_refresh(stores)) is None:
        return None
    name, waiting = latest["refresh_id"], read_held(stores.home)
    if name in {state.refresh_id, waiting and waiting.refresh_id, *shown_meanwhile(stores)}:
        return None
    known = kept_of(stores, "refreshes")
    if known is None or name in known["refresh_id"]:
        return None
    return InsidersError(
        f"shows the refresh {name}, which {stores.home} has no record of: another home publishes there, too",
        where=stores.warehouse.place,
        hint="give each home a database or schema of its own, or, if this home was put back from a backup, go on with: "
        "insiders run --force",
    )


def require_own(stores: Stores, latest: Mapping[str, Any] | None) -> None:
    """Make sure that no other home publishes where this one does; see :func:`another_home`.

    Raises:
        InsidersError: One does.
    """
    if clash := another_home(stores, latest):
        raise clash


def take_over(stores: Stores) -> None:
    """Take what the warehouse shows for this home's own past, because somebody says that it is."""
    latest = stores.warehouse.latest_refresh()
    if latest and another_home(stores, latest):
        begin(stores)
        about_to_show(stores, latest["refresh_id"])
