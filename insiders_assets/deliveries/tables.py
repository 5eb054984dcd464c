"""The tables of deliveries: what became of every change, and whether an audience adds up."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.deliveries import DELIVERIES, DELIVERY_CHANGES
from insiders_assets.deliveries.changes import CUSTOMER
from insiders_assets.deliveries.sending import known_now

if TYPE_CHECKING:
    from insiders_assets.deliveries.audience import Audience
    from insiders_assets.deliveries.ledger import Ledger
    from insiders_assets.deliveries.model import DeliveryRules

OF_BATCH = ("delivery", "destination", "sequence")


def plan_rows(ledger: Ledger) -> pl.DataFrame:
    """Return what became of every change of the plan under way, as ``delivery_changes``."""
    state, rows = ledger.state, []
    for batch in ledger.batches(ledger.plan()):
        at = _time(state.settled.get(str(batch.sequence), ""))
        for change in batch.changes:
            problem = state.refused.get(change.customer_id)
            rows.append(
                {
                    "refresh_id": state.refresh_id,
                    "as_of": date.fromisoformat(state.as_of),
                    "delivery": ledger.delivery,
                    "destination": ledger.destination,
                    "sequence": batch.sequence,
                    CUSTOMER: change.customer_id,
                    "change": change.change,
                    "idempotency_key": batch.key,
                    "status": "waiting" if at is None else "acknowledged" if problem is None else "refused",
                    "problem": problem if at else state.problem or None,
                    "settled_at": at,
                }
            )
    return pl.DataFrame(rows, schema=DELIVERY_CHANGES.polars_schema)


def with_rows(before: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return ``delivery_changes`` with what is known of some batches in the place of what was, sorted by its key."""
    others = before.join(rows.select(OF_BATCH).unique(), on=OF_BATCH, how="anti")
    return pl.concat([others, rows]).sort(DELIVERY_CHANGES.key)


def account(
    delivery: DeliveryRules, audience: Audience, ledger: Ledger, refresh: tuple[str, str]
) -> dict[str, Any]:
    """Return the row of ``deliveries``, without what was added, updated and removed: who of the audience is where.

    Who is delivered is taken from what the destination acknowledged; who waits, from there being something under way.
    So the sum fails to come out if anybody was lost between the two.
    """
    state, known = ledger.state, known_now(ledger)
    there = set(known.filter(pl.col("acknowledged").is_not_null())[CUSTOMER])
    wanted = dict(audience.wanted.iter_rows())
    refused = {
        who for who, _, record, _ in known.iter_rows() if record is not None and record == wanted.get(who)
    }
    missing = wanted.keys() - there
    waiting = len(missing - refused) if state.plan or state.problem else 0
    refresh_id, as_of = refresh
    return {
        "refresh_id": refresh_id,
        "as_of": date.fromisoformat(as_of),
        "delivery": delivery.name,
        "destination": delivery.destination.name,
        "audience": delivery.audience,
        "purpose": delivery.purpose,
        "members": len(audience.members),
        "delivered": len(wanted.keys() & there),
        "held_out": len(audience.held_out),
        "suppressed": len(audience.suppressed),
        "failed": waiting + len(missing & refused) + len(audience.unknown),
        "waiting": waiting,
        "to_remove": len(there - wanted.keys()),
        "settled_at": _time(state.settled_at),
        "waiting_since": _time(state.waiting_since),
        "problem": state.problem or None,
    }


def unbalanced(row: dict[str, Any]) -> str:
    """Return what does not add up in a row of ``deliveries``; empty if all does."""
    total = row["delivered"] + row["held_out"] + row["suppressed"] + row["failed"]
    if total == row["members"]:
        return ""
    return (
        f"{row['delivery']} to {row['destination']}: {row['members']:,} members, and {row['delivered']:,} delivered + "
        f"{row['held_out']:,} held out + {row['suppressed']:,} suppressed + {row['failed']:,} failed are {total:,}"
    )


def counted(rows: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Return ``deliveries`` with what was added, updated and removed, counted from ``delivery_changes``."""
    names = {"add": "added", "update": "updated", "remove": "removed"}
    of = ["refresh_id", "delivery", "destination"]
    found = (
        changes.filter(pl.col("status") == "acknowledged")
        .group_by(of)
        .agg((pl.col("change") == change).sum().cast(pl.Int64).alias(name) for change, name in names.items())
    )
    return (
        rows.drop(names.values(), strict=False)
        .join(found, on=of, how="left")
        .with_columns(pl.col(name).fill_null(0) for name in names.values())
        .select(DELIVERIES.names)
        .sort(DELIVERIES.key)
    )


def _time(text: str) -> datetime | None:
    """Return a moment in UTC as tables hold it."""
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else None
