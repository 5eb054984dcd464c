"""Whether the engine can start, the model assigns, the report is fresh and the daemon is at work."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from insiders_assets.cli.doctor.finding import Finding, fine, look
from insiders_assets.refresh.another_home import another_home

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insiders_assets.storage.stores import Stores


def engine(stores: "Stores") -> "Iterator[Finding]":
    """Check that what cleans and counts has what it needs, and that a machine it needs answers."""
    stores.engine.require()
    yield fine("engine", f"{stores.settings.engine} can be used")


def model(stores: "Stores") -> "Iterator[Finding]":
    """Yield whether the champion can be read, as a refresh would read it."""
    if stores.champion_version() is None:
        yield look("model", "there is none yet", "it is fitted by the first run: insiders run")
        return
    from insiders_assets.segmentation.recipes import recipe_from

    champion = stores.models.champion()
    said = f"{champion.version} with {champion.card['k']} clusters can be used"
    if better := champion.worth_a_refit(recipe_from(stores.settings)):
        yield look("model", f"{said}; {better}", "when it suits: insiders refit")
    else:
        yield fine("model", said)


def held_refresh(stores: "Stores") -> "Iterator[Finding]":
    """Check whether a refresh waits for a person."""
    from insiders_assets.refresh.held import held
    from insiders_assets.refresh.held_record import HELD

    found = held(stores)
    if found and found.status == HELD:
        yield look(
            "held",
            f"refresh {found.refresh_id} is held: {'; '.join(found.why)}",
            f"insiders release {found.refresh_id}, or insiders discard {found.refresh_id}",
        )


def deliveries(stores: "Stores") -> "Iterator[Finding]":
    """Check whether deliveries can be made, and what waits for a destination; nothing where none is configured."""
    from insiders_assets.deliveries.ledger import Ledger
    from insiders_assets.deliveries.prepared import configured

    found = configured(stores)
    for each in found.deliveries if found else ():
        state = Ledger(stores.home, each.name, each.destination.name).state
        if state.waiting_since:
            said = f"{each.destination.name} has not answered since {state.waiting_since} ({state.problem})"
            yield look("deliveries", said, f"once it does: insiders deliver {each.name}")
        else:
            yield fine("deliveries", f"{each.name} to {each.destination.name}: nothing waits")


def announcements(stores: "Stores") -> "Iterator[Finding]":
    """Check whether every address that asked for it was notified of the latest refresh; nothing where there is none."""
    from insiders_assets.deliveries.announcing import unannounced

    if not stores.settings.published_webhooks:
        return
    if waiting := unannounced(stores):
        for line in waiting:
            yield look(
                "announcements",
                line,
                "see that it answers; the daemon tells it again for some hours, and of the next refresh",
            )
    else:
        yield fine("announcements", "everybody was notified of the latest refresh")


def report(stores: "Stores") -> "Iterator[Finding]":
    """Yield whether the latest report and the tables are of one refresh, and fresh."""
    name, latest = stores.publication.latest(), stores.warehouse.latest_refresh()
    if name is None or latest is None:
        yield look("report", "there is none yet", "it is made by the first run: insiders run")
        return
    if another_home(stores, latest):
        return  # which is said of the warehouse: forcing a run would not correct it
    if name != latest["refresh_id"]:
        said = f"the report is {name}, the tables are {latest['refresh_id']}"
        yield look("report", said, "a run was cut short; run again: insiders run --force")
        return
    age = datetime.now(UTC).replace(tzinfo=None) - latest["published_at"]
    age = max(age, timedelta())  # one from the future is a clock's, which is reported there
    said = f"{name} is {age.total_seconds() / 86400:.1f} days old"
    if age > timedelta(hours=stores.settings.stale_after_hours):
        yield look("report", said, "see why: no new exports, or failing refreshes (insiders ui)")
    else:
        yield fine("report", said)


def services(stores: "Stores") -> "Iterator[Finding]":
    """Yield whether the daemons that Dagster needs have shown signs of life."""
    from dagster import DagsterInstance

    # Awaited: the health of daemons from Python; what is public asks a webserver over GraphQL.
    from dagster._daemon.controller import all_daemons_healthy
    from sqlalchemy.exc import DBAPIError

    from insiders_assets.cli.history import unusable
    from insiders_assets.cli.ui import dagster_folder
    from insiders_assets.cli.write_lock import stale
    from insiders_assets.run_ends import daemon_is_at_work, ended_unsaid
    from insiders_assets.runs import at_work

    folder = dagster_folder(stores.settings)
    if not (folder / "dagster.yaml").exists():
        said = f"no service has run here ({folder} holds no dagster.yaml)"
        yield look("services", said, "start them (docs/production.md), or only run by hand: insiders run")
        return
    try:
        with DagsterInstance.from_config(str(folder)) as instance:
            healthy = all_daemons_healthy(instance) and daemon_is_at_work(instance)
            left, over = stale(instance), ended_unsaid(instance, at_work(instance), stores)
    except DBAPIError as error:
        raise unusable(error, folder) from None
    for pool, run_id in left:
        said = f"run {run_id[:8]} is over and still holds a place in the pool {pool}"
        yield look("services", said, "the daemon frees it within a minute or two, and so does: insiders run")
    for run in over:
        said = f"run {run.run_id[:8]} of {run.job_name} seems to go on, and no process of it is there"
        yield look("services", said, "the daemon records it as failed, and so does: insiders run")
    if healthy:
        yield fine("services", "the daemon is at work")
    else:
        said = "the daemon is not at work: a new export is not noticed"
        yield look("services", said, "start it: systemctl start insiders-daemon, or insiders ui")
