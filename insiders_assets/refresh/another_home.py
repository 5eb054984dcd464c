"""Whether two homes publish to one warehouse: each would take the other's list for its own past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.errors import InsidersError
from insiders_assets.refresh.held import read_held
from insiders_assets.refresh.recovery import kept_history
from insiders_assets.refresh.state import is_whole, last_refresh

if TYPE_CHECKING:
    from insiders_assets.storage.stores import Stores


def another_home(stores: Stores) -> InsidersError | None:
    """What is said of a warehouse whose latest refresh this home has no record of; None if all is as it should be.

    A refresh or a release of this home that was cut short may have been published and not yet remembered.
    """
    state, waiting = last_refresh(stores), read_held(stores.home)
    if state is None or not is_whole(stores) or (latest := stores.warehouse.latest_refresh()) is None:
        return None
    name = latest["refresh_id"]
    if name == state.refresh_id or (waiting is not None and name == waiting.refresh_id):
        return None
    known = kept_history(stores).get("refreshes")
    if known is None or name in known["refresh_id"]:
        return None
    return InsidersError(
        f"shows the refresh {name}, which {stores.home} has no record of: another home publishes there, too",
        where=stores.warehouse.place,
        hint="give each home a database or schema of its own, or, if this home was put back from a backup, go on with: "
        "insiders run --force",
    )
