"""Forgotten customers leave every destination that has them, and what is remembered of deliveries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.deliveries.audience import WANTED, with_contacts
from insiders_assets.deliveries.changes import CUSTOMER, REMOVE, difference, planned
from insiders_assets.deliveries.deliver import one_delivery, publish, record
from insiders_assets.deliveries.destinations import DownError, open_destination
from insiders_assets.deliveries.forms import FORMS
from insiders_assets.deliveries.ledger import FOLDER, Ledger, ledgers
from insiders_assets.deliveries.prepared import configured, contacts_of
from insiders_assets.deliveries.sending import known_now, settled
from insiders_assets.errors import InsidersError

if TYPE_CHECKING:
    from insiders_assets.deliveries.destinations import Destination
    from insiders_assets.deliveries.model import DeliveryRules
    from insiders_assets.storage.stores import Stores

Rows = list[dict[str, Any]]


@contextmanager
def no_delivery(stores: Stores) -> Iterator[None]:
    """Let nothing be delivered while somebody is forgotten; a home that has never delivered has nothing to lock.

    Raises:
        InsidersError: A delivery is under way.
    """
    if not (stores.home / FOLDER).exists():
        yield
        return
    with one_delivery(stores):
        yield


def all_delivered(stores: Stores, ids: Collection[str]) -> dict[str, Rows]:
    """Return what is remembered of some customers' deliveries, by the place of each memory."""
    found = {}
    for ledger in ledgers(stores.home):
        theirs = pl.col(CUSTOMER).is_in(sorted(ids))
        rows = ledger.known().filter(theirs).to_dicts() + ledger.plan().filter(theirs).to_dicts()
        found[f"{FOLDER}/{ledger.delivery}/{ledger.destination}"] = rows
    return {place: rows for place, rows in found.items() if rows}


def forget_delivered(stores: Stores, ids: Iterable[str]) -> list[str]:
    """Remove forgotten customers from every destination that may have them.

    Their tombstones are there already, so that no later delivery adds them. What a destination has not acknowledged yet
    is kept until it has, for without it nobody could be removed there; the next delivery goes on with it.

    Args:
        stores: Where things lie.
        ids: The customers, as tables hold them.

    Returns:
        What is left to do, a line for each destination that has them still.
    """
    theirs, left, touched = sorted(set(ids)), [], set()
    found = list(ledgers(stores.home))
    rules, contacts = _configured(stores) if found else ({}, None)
    for ledger in found:
        _withdraw(stores, ledger, theirs)
        touched.add(ledger.state.refresh_id)
        delivery = rules.get((ledger.delivery, ledger.destination))
        if delivery is None or ledger.state.address != delivery.destination.address:
            if _theirs(ledger, theirs):
                left.append(
                    f"{ledger.destination} ({ledger.delivery}) is not configured any more: remove them there by hand"
                )
                _drop(ledger, theirs)
            continue
        if why := _remove(stores, ledger, delivery, theirs, contacts):
            left.append(
                f"{ledger.destination} ({ledger.delivery}) {why}: the next insiders deliver removes them there"
            )
    if found:
        publish(stores, touched)
    return left


def _configured(stores: Stores) -> tuple[dict[tuple[str, str], DeliveryRules], pl.DataFrame | None]:
    """Return the deliveries by name and destination, and the addresses.

    A wrong file keeps nobody from being forgotten.
    """
    try:
        found = configured(stores)
        contacts = contacts_of(stores.settings, found) if found else None
    except InsidersError:
        return {}, None
    return {
        (each.name, each.destination.name): each for each in (found.deliveries if found else ())
    }, contacts


def _withdraw(stores: Stores, ledger: Ledger, theirs: list[str]) -> None:
    """Take them out of what is on its way. What may have arrived counts as acknowledged, so that it is removed."""
    plan = ledger.plan()
    if not plan.height:
        return
    record(stores, ledger)
    arrived = [int(each) for each in ledger.state.settled]
    ahead = plan.filter(~pl.col("sequence").is_in(arrived))
    doubtful = ahead.filter(pl.col(CUSTOMER).is_in(theirs) & (pl.col("change") != REMOVE))
    known = known_now(ledger)
    perhaps = doubtful.select(
        CUSTOMER,
        acknowledged=pl.coalesce("before", "record"),
        refused=pl.lit(None, pl.String),
        problem=pl.lit(None, pl.String),
    )
    known = pl.concat([known.join(perhaps, on=CUSTOMER, how="anti"), perhaps]).sort(CUSTOMER)
    ledger.rewrite(known, ahead.join(doubtful, on=CUSTOMER, how="anti"))


def _theirs(ledger: Ledger, theirs: list[str]) -> list[str]:
    """Return those of them who may be at the destination."""
    found = pl.concat([ledger.known().select(CUSTOMER), ledger.plan().select(CUSTOMER)])
    return sorted(set(found[CUSTOMER]) & set(theirs))


def _remove(
    stores: Stores, ledger: Ledger, delivery: DeliveryRules, theirs: list[str], contacts: pl.DataFrame | None
) -> str:
    """Have a destination remove them; why it has not, or nothing."""
    try:
        with closing(open_destination(delivery.destination, stores.settings)) as destination:
            was_there = bool(_theirs(ledger, theirs))
            if was_there and not _has_acknowledged(stores, ledger, delivery, destination, theirs):
                return f"does not answer ({ledger.state.problem})"
            removed_by = ledger.state.sequence + (not was_there)
            destination.erase(delivery.name, _records(delivery, theirs, contacts), before=removed_by)
    except InsidersError as error:
        return f"cannot be used ({error.what})"
    except DownError as error:
        return f"does not answer ({error.problem})"
    _drop(ledger, theirs)
    return ""


def _has_acknowledged(
    stores: Stores, ledger: Ledger, delivery: DeliveryRules, destination: Destination, theirs: list[str]
) -> bool:
    """Send a destination what is outstanding, and then their removal; whether it acknowledged both."""

    def written(done: Ledger) -> None:
        record(stores, done)

    if not settled(ledger, destination, written):
        return False
    gone, state = ledger.known().filter(pl.col(CUSTOMER).is_in(theirs)), ledger.state
    removals = difference(pl.DataFrame(schema=WANTED), gone)
    plan = planned(removals, after=state.sequence, batch=delivery.destination.batch)
    ledger.begin(plan, address=state.address, refresh_id=state.refresh_id, as_of=state.as_of)
    return settled(ledger, destination, written)


def _records(
    delivery: DeliveryRules, theirs: list[str], contacts: pl.DataFrame | None
) -> list[dict[str, Any]]:
    """Return how the destination knows them, as far as that can be said without what was sent."""
    people = with_contacts(pl.DataFrame({CUSTOMER: theirs}, schema={CUSTOMER: pl.String}), contacts)
    found = (FORMS[delivery.destination.form].record(person, ()) for person in people.to_dicts())
    return [each for each in found if each]


def _drop(ledger: Ledger, theirs: list[str]) -> None:
    """Remember nothing of them."""
    others = ~pl.col(CUSTOMER).is_in(theirs)
    ledger.rewrite(ledger.known().filter(others), ledger.plan().filter(others))
