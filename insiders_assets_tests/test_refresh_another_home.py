"""A warehouse that shows what this home has no record of: another home publishes there, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from insiders_assets.cli import run
from insiders_assets.errors import InsidersError
from insiders_assets.refresh.another_home import another_home
from insiders_assets.refresh.recovery import keep_history
from insiders_assets.refresh.state import RefreshState, begin, remember
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.tables import a_refresh


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    """A home that has refreshed once, and so has its warehouse."""
    (tmp_path / "landing").mkdir()
    found = Stores(load_settings(landing=str(tmp_path / "landing"), home=str(tmp_path / "home")))
    tables, appended = a_refresh("ours", rows=3)
    found.warehouse.publish(tables, appended, from_lake=True)
    keep_history(found, appended)
    remember(found, RefreshState("ours", *[""] * 6))
    return found


def test_two_homes_on_one_warehouse_are_refused(stores: Stores) -> None:
    assert another_home(stores) is None
    tables, appended = a_refresh("theirs", rows=3, seed=1)
    stores.warehouse.publish(tables, appended, from_lake=True)
    with pytest.raises(InsidersError, match=r"shows the refresh theirs, which .* has no record of"):
        run.refresh(stores.settings, job="refresh", force=False, as_json=True)
    keep_history(stores, appended)
    assert another_home(stores) is None


def test_a_refresh_that_was_cut_short_before_it_was_remembered_is_nobody_elses(stores: Stores) -> None:
    begin(stores)
    stores.warehouse.publish(*a_refresh("ours, again", rows=3, seed=1), from_lake=True)
    assert another_home(stores) is None
