"""A warehouse that shows what this home has no record of: another home publishes there, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from dagster import DagsterInstance, materialize

from insiders_assets.assets.ingest import exports
from insiders_assets.cli import run
from insiders_assets.cli.doctor import examine
from insiders_assets.cli.forget import forget
from insiders_assets.deliveries.deliver import deliver
from insiders_assets.errors import InsidersError
from insiders_assets.refresh.another_home import another_home, take_over
from insiders_assets.refresh.publish import publish
from insiders_assets.refresh.recovery import keep_history
from insiders_assets.refresh.state import RefreshState, about_to_show, begin, last_refresh, remember
from insiders_assets.settings import load_settings
from insiders_assets.storage.stores import Stores
from insiders_assets_tests.tables import a_refresh

REFUSED = r"shows the refresh theirs, which .* has no record of"


def state(name: str) -> RefreshState:
    return RefreshState(name, *[""] * 6)


@pytest.fixture
def stores(tmp_path: Path, database_url: str) -> Stores:
    """A home that has refreshed once, and so has its warehouse."""
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "a.csv").write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "1,A,a,1,2026-01-01,1.0,17850,France\n"
    )
    places = {"landing": str(tmp_path / "landing"), "home": str(tmp_path / "home")}
    found = Stores(load_settings(**places, database_url=database_url))
    tables, appended = a_refresh("ours", rows=3)
    found.warehouse.publish(tables, appended, from_lake=True)
    keep_history(found, appended)
    found.publication.folder("ours").mkdir(parents=True)
    found.publication.make_latest("ours")
    remember(found, state("ours"))
    return found


def shown(stores: Stores) -> str:
    latest = stores.warehouse.latest_refresh()
    assert latest is not None
    return str(latest["refresh_id"])


def told(stores: Stores) -> InsidersError | None:
    return another_home(stores, stores.warehouse.latest_refresh())


def read_by_the_daemon(stores: Stores) -> tuple[bool, str]:
    """Whether the first step of a run succeeds, and what it says if not."""
    with DagsterInstance.ephemeral() as instance:
        result = materialize([exports], instance=instance, resources={"stores": stores}, raise_on_error=False)
        failures = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    return result.success, "".join((found.cause or found).message for found in failures)


def test_two_homes_on_one_warehouse_are_refused_by_commands_and_by_the_daemon(stores: Stores) -> None:
    assert told(stores) is None
    tables, appended = a_refresh("theirs", rows=3, seed=1)
    stores.warehouse.publish(tables, appended, from_lake=True)
    for job in ("refresh", "refit"):
        with pytest.raises(InsidersError, match=REFUSED):
            run.refresh(stores.settings, job=job, force=job == "refit", as_json=True)
    with pytest.raises(InsidersError, match=REFUSED):
        deliver(stores)
    with pytest.raises(InsidersError, match=REFUSED):
        forget(stores.settings, ["17850"], as_json=True)
    findings = [(each.about, each.said) for each in examine(stores.settings) if each.state != "fine"]
    assert [about for about, said in findings if "another home publishes there, too" in said] == ["warehouse"]
    assert "report" not in [about for about, _ in findings]
    success, said = read_by_the_daemon(stores)
    assert (success, "shows the refresh theirs" in said) == (False, True)
    assert (shown(stores), last_refresh(stores)) == ("theirs", state("ours"))


def test_a_refresh_that_another_home_published_meanwhile_is_not_replaced(stores: Stores) -> None:
    begin(stores)
    tables, appended = a_refresh("ours, again", rows=3, seed=1)
    for name, frame in (tables | appended).items():
        frame.write_parquet(stores.lake.path(name))
    stores.warehouse.publish(*a_refresh("theirs", rows=3, seed=2), from_lake=True)
    stores.publication.folder("ours-again").mkdir(parents=True)
    with pytest.raises(InsidersError, match=REFUSED):
        publish(stores, stores.lake, [*tables, *appended], state("ours-again"))
    assert shown(stores) == "theirs"


def test_a_refresh_that_was_cut_short_before_it_was_remembered_is_nobody_elses(stores: Stores) -> None:
    begin(stores)
    about_to_show(stores, "ours-again")
    stores.warehouse.publish(*a_refresh("ours-again", rows=3, seed=1), from_lake=True)
    begin(stores)
    about_to_show(stores, "ours-once-more")
    assert told(stores) is None
    stores.warehouse.publish(*a_refresh("theirs", rows=3, seed=2), from_lake=True)
    assert told(stores) is not None


def test_a_home_that_was_put_back_takes_over_what_the_warehouse_shows(stores: Stores) -> None:
    stores.warehouse.publish(
        *a_refresh("ours, before the backup was put back", rows=3, seed=1), from_lake=True
    )
    assert told(stores) is not None
    take_over(stores)
    assert told(stores) is None
    assert read_by_the_daemon(stores) == (True, "")
    take_over(stores)
    remember(stores, state("ours"))
    assert told(stores) is not None
