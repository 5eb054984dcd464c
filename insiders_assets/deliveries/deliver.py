"""Delivering what is published: every delivery that is configured, then the tables that say what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.checksums import is_whole
from insiders_assets.contracts.deliveries import CHANGES, DELIVERIES, DELIVERY_CHANGES
from insiders_assets.deliveries.changes import CUSTOMER, difference
from insiders_assets.deliveries.ledger import FOLDER, UNPUBLISHED, Ledger
from insiders_assets.deliveries.prepared import prepare
from insiders_assets.deliveries.sending import known_now, send
from insiders_assets.deliveries.tables import account, counted, plan_rows, unbalanced, with_rows
from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.refresh.another_home import require_own
from insiders_assets.refresh.recovery import keep_history
from insiders_assets.storage.atomic_write import make_folder, write_noted
from insiders_assets.storage.file_lock import locked

if TYPE_CHECKING:
    from insiders_assets.contracts.table import Table
    from insiders_assets.deliveries.prepared import Prepared
    from insiders_assets.places import Place
    from insiders_assets.storage.stores import Stores


@dataclass(frozen=True)
class Delivered:
    """What became of the deliveries.

    Attributes:
        refresh_id: The refresh that was delivered.
        rows: The rows of ``deliveries`` of it, by delivery.
        sent: What each destination acknowledged just now, by kind of change.
        unbalanced: What does not add up, a line each.
    """

    refresh_id: str
    rows: dict[str, dict[str, Any]]
    sent: dict[str, dict[str, int]]
    unbalanced: tuple[str, ...]


def pending(stores: Stores, name: str | None = None, *, anew: bool = False) -> dict[str, pl.DataFrame]:
    """Return what would be sent, by delivery, and send nothing.

    Args:
        stores: Where things lie.
        name: One delivery; all of them unless given.
        anew: As if nothing had been acknowledged.

    Returns:
        ``customer_id, change, record, before``: what is outstanding and what has changed since, as one difference.
    """
    found = prepare(stores, name)
    ledgers = _ledgers(stores, found, anew=anew)
    known = {name: known_now(ledger) for name, ledger in ledgers.items()}
    return {
        each.name: difference(
            found.audiences[each.name].wanted, known[each.name].clear() if anew else known[each.name]
        )
        for each in found.chosen()
    }


def deliver(stores: Stores, name: str | None = None, *, retry: bool = False, anew: bool = False) -> Delivered:
    """Bring every destination to where its audience is now; one that is down keeps no other from it.

    Args:
        stores: Where things lie.
        name: One delivery; all of them unless given.
        retry: Send what was refused again.
        anew: Send everything, as if nothing had been acknowledged.

    Raises:
        UsageError: Something is wrong in ``deliveries.yaml`` or what it names; nothing was sent.
        InsidersError: Another delivery is under way, nothing is published, or something cannot be read or written.
    """
    with one_delivery(stores):
        require_own(stores, stores.warehouse.latest_refresh())
        found = prepare(stores, name)
        ledgers = _ledgers(stores, found, anew=anew)
        touched = _begun(stores, {found.refresh[0], *(each.state.refresh_id for each in ledgers.values())})
        rows = {}
        for each in found.chosen():
            ledger = ledgers[each.name]
            if anew:
                ledger.anew()
            with closing(found.destinations[each.name]) as destination:
                erased = _forgotten(stores, ledger)
                is_there = send(
                    ledger, each, found.audiences[each.name], destination,
                    refresh=found.refresh, record=lambda done: record(stores, done), retry=retry,
                )  # fmt: skip
                if erased and is_there:
                    destination.erase(each.name, erased, before=ledger.state.sequence)
            if ledger.state.plan:
                record(stores, ledger)
            rows[each.name] = account(each, found.audiences[each.name], ledger, found.refresh)
        publish(stores, touched, rows.values())
        shown = read(stores, DELIVERIES).filter(pl.col("refresh_id") == found.refresh[0])
        counted_rows = {(row["delivery"], row["destination"]): row for row in shown.to_dicts()}
        said = {name: counted_rows[name, row["destination"]] for name, row in rows.items()}
        sent = {name: {change: ledgers[name].sent[change] for change in CHANGES} for name in rows}
        return Delivered(found.refresh[0], said, sent, tuple(filter(None, map(unbalanced, said.values()))))


def publish(stores: Stores, refreshes: Iterable[str], rows: Iterable[dict[str, Any]] = ()) -> None:
    """Write the tables to lake and warehouse.

    Args:
        stores: Where they lie.
        refreshes: The refreshes whose rows may have changed.
        rows: New rows of ``deliveries``.
    """
    touched = sorted(each for each in refreshes if each)
    changes, before = read(stores, DELIVERY_CHANGES), read(stores, DELIVERIES)
    new = pl.DataFrame(list(rows), schema={name: DELIVERIES.polars_schema[name] for name in DELIVERIES.names})
    others = before.join(new, on=DELIVERIES.key, how="anti")
    deliveries = counted(pl.concat([others, new]), changes)
    stores.lake.write(DELIVERIES, deliveries)
    appended = {
        table.name: frame.filter(pl.col("refresh_id").is_in(touched))
        for table, frame in ((DELIVERIES, deliveries), (DELIVERY_CHANGES, changes))
    }
    appended = {name: frame for name, frame in appended.items() if frame.height}
    if appended:
        stores.warehouse.publish({}, appended, from_lake=True)
        keep_history(stores, appended)
    _at_work(stores).unlink(missing_ok=True)


def read(stores: Stores, table: Table) -> pl.DataFrame:
    """Return one of the tables from the lake, or the warehouse where that is damaged; empty before the first one."""
    path = stores.lake.path(table.name)
    if not path.exists():
        return table.empty()
    return stores.lake.read(table.name) if is_whole(path) else stores.warehouse.read(table.name)


@contextmanager
def one_delivery(stores: Stores) -> Iterator[None]:
    """Let one delivery at a time out of a home; refreshes go on beside it.

    Raises:
        InsidersError: Another one is under way.
    """
    if not isinstance(stores.home, Path):
        from insiders_assets.storage.warehouse.lock import one_delivery as one_in_bucket

        with one_in_bucket(stores.warehouse):
            yield
        return
    busy = InsidersError(
        "another delivery is under way",
        where=str(stores.home),
        hint="wait until it is over, then try again",
    )
    with locked(make_folder(stores.home / FOLDER) / ".lock", busy):
        yield


def _ledgers(stores: Stores, found: Prepared, *, anew: bool) -> dict[str, Ledger]:
    """Return the memory of each delivery; of one whose destination has moved, nothing is guessed."""
    ledgers = {each.name: Ledger(stores.home, each.name, each.destination.name) for each in found.chosen()}
    for each in found.chosen():
        state = ledgers[each.name].state
        if not anew and (state.known or state.plan) and state.address != each.destination.address:
            raise UsageError(
                f"destination {each.destination.name} has moved or changed its form since it acknowledged "
                f"{each.name}",
                where=found.configuration.place(each),
                hint="give the new one a name of its own, or send everything there: insiders deliver "
                f"{each.name} --anew",
            )
    return ledgers


def record(stores: Stores, ledger: Ledger) -> None:
    """Write into the lake what became of a plan; the removal of somebody forgotten names nobody."""
    rows, forgotten = plan_rows(ledger), stores.transactions.tombstones.read()
    changes = with_rows(read(stores, DELIVERY_CHANGES), rows)
    if forgotten.marks:
        theirs = [who for who in rows[CUSTOMER].unique() if forgotten.holds(who)]
        changes = changes.filter(~pl.col(CUSTOMER).is_in(theirs))
    stores.lake.write(DELIVERY_CHANGES, changes)


def _forgotten(stores: Stores, ledger: Ledger) -> list[dict[str, Any]]:
    """Return what the destination acknowledged of people who were forgotten while it was down."""
    forgotten = stores.transactions.tombstones.read()
    if not forgotten.marks:
        return []
    rows = known_now(ledger).select(CUSTOMER, "acknowledged").drop_nulls().iter_rows()
    return [json.loads(record) for who, record in rows if forgotten.holds(who)]


def _begun(stores: Stores, refreshes: set[str]) -> set[str]:
    """Note whose rows are about to change, together with those that a delivery before left unpublished."""
    touched = {each for each in refreshes | unpublished(stores) if each}
    write_noted(_at_work(stores), json.dumps(sorted(touched)))
    return touched


def unpublished(stores: Stores) -> set[str]:
    """Return the refreshes whose rows a delivery that was cut short left unpublished: all, if that cannot be read."""
    path = _at_work(stores)
    if not path.is_file():
        return set()
    with suppress(ValueError, TypeError):
        if is_whole(path):
            return {str(each) for each in json.loads(path.read_text(encoding="utf-8"))}
    tables = (read(stores, table) for table in (DELIVERY_CHANGES, DELIVERIES))
    return {each for table in tables for each in table["refresh_id"]}


def _at_work(stores: Stores) -> Place:
    return stores.home / FOLDER / UNPUBLISHED
