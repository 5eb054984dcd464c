"""One delivery: what is outstanding first, then what has changed since; each batch settled before the next is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.deliveries.changes import acknowledged, difference, planned
from insiders_assets.deliveries.destinations import DownError

if TYPE_CHECKING:
    from insiders_assets.deliveries.audience import Audience
    from insiders_assets.deliveries.destinations import Destination
    from insiders_assets.deliveries.ledger import Ledger
    from insiders_assets.deliveries.model import DeliveryRules

Record = Callable[["Ledger"], None]
"""Writes down for the tables what became of a plan; called before the plan is done away with."""


def send(
    ledger: Ledger,
    delivery: DeliveryRules,
    audience: Audience,
    destination: Destination,
    *,
    refresh: tuple[str, str],
    record: Record,
    retry: bool = False,
) -> bool:
    """Bring a destination to where an audience is now.

    Cut short anywhere, it goes on there when it is called again: a batch that may have been sent is sent again under
    its key, and nothing newer before it is acknowledged.

    Args:
        ledger: The memory of the delivery.
        delivery: Its rules.
        audience: Who belongs at the destination.
        destination: The destination.
        refresh: The refresh's name and as-of date.
        record: See :data:`Record`.
        retry: Send what was refused again.

    Returns:
        Whether the destination acknowledged all of it; if not, the ledger says since when it does not answer and why.
    """
    if not settled(ledger, destination, record):
        return False
    changes = difference(audience.wanted, ledger.known(), retry=retry)
    plan = planned(changes, after=ledger.state.sequence, batch=delivery.destination.batch)
    refresh_id, as_of = refresh
    ledger.begin(plan, address=delivery.destination.address, refresh_id=refresh_id, as_of=as_of)
    return settled(ledger, destination, record)


def settled(ledger: Ledger, destination: Destination, record: Record) -> bool:
    """Send what is outstanding.

    Args:
        ledger: The memory of the delivery.
        destination: The destination.
        record: See :data:`Record`.

    Returns:
        Whether all of it was acknowledged.
    """
    for batch in ledger.outstanding():
        try:
            refused = destination.send(batch)
        except DownError as error:
            ledger.wait(error.problem)
            return False
        theirs = {change.customer_id for change in batch.changes}
        ledger.settle(batch, {who: why for who, why in refused.items() if who in theirs})
    if ledger.state.plan:
        record(ledger)
        ledger.finish()
    return True


def known_now(ledger: Ledger) -> pl.DataFrame:
    """Return what the destination knows, settled batches of a plan under way among it."""
    arrived = [int(each) for each in ledger.state.settled]
    return acknowledged(
        ledger.known(), ledger.plan().filter(pl.col("sequence").is_in(arrived)), ledger.refused()
    )
