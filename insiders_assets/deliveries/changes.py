"""What a destination is to be sent: the difference between who belongs there and what it acknowledged."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.deliveries import CHANGES

if TYPE_CHECKING:
    from collections.abc import Iterator

CUSTOMER = "customer_id"
KNOWN = {CUSTOMER: pl.String, "acknowledged": pl.String, "refused": pl.String, "problem": pl.String}
"""What a destination knows of each: the record it acknowledged, and the one it refused, with why."""
PLANNED = {
    "sequence": pl.Int64,
    CUSTOMER: pl.String,
    "change": pl.String,
    "record": pl.String,
    "before": pl.String,
}
"""What is to be sent: batches in their order, each a customer's record, and the one that was acknowledged before."""

ADD, UPDATE, REMOVE = CHANGES


@dataclass(frozen=True)
class Change:
    """One customer's change.

    Attributes:
        customer_id: The customer.
        change: ``add``, ``update`` or ``remove``.
        record: What the destination is to know; None to remove.
        before: What it acknowledged; None to add.
    """

    customer_id: str
    change: str
    record: dict[str, Any] | None
    before: dict[str, Any] | None


@dataclass(frozen=True)
class Batch:
    """Changes that are sent and acknowledged together.

    Attributes:
        delivery: The delivery.
        destination: The destination.
        sequence: Its number among the delivery's batches; a later one is newer.
        key: By which a destination knows it again, however often it is sent.
        changes: What changes, removals first.
    """

    delivery: str
    destination: str
    sequence: int
    key: str
    changes: tuple[Change, ...]


def difference(wanted: pl.DataFrame, known: pl.DataFrame, *, retry: bool = False) -> pl.DataFrame:
    """Return what changes: ``customer_id, change, record, before``, removals first, then updates, additions, by id.

    What a destination refused is not sent again before it changes, unless asked for; a removal always is.

    Args:
        wanted: ``customer_id, record`` of who belongs there.
        known: As :data:`KNOWN`.
        retry: Send what was refused again.
    """
    both = wanted.join(known, on=CUSTOMER, how="full", coalesce=True)
    wants, has = pl.col("record").is_not_null(), pl.col("acknowledged").is_not_null()
    again = pl.lit(retry) | pl.col("refused").is_null() | (pl.col("refused") != pl.col("record"))
    change = (
        pl.when(~wants & has)
        .then(pl.lit(REMOVE))
        .when(wants & ~has & again)
        .then(pl.lit(ADD))
        .when(wants & has & (pl.col("record") != pl.col("acknowledged")) & again)
        .then(pl.lit(UPDATE))
    )
    order = pl.col("change").replace_strict({REMOVE: 0, UPDATE: 1, ADD: 2}, return_dtype=pl.Int8)
    return (
        both.select(CUSTOMER, change.alias("change"), "record", pl.col("acknowledged").alias("before"))
        .filter(pl.col("change").is_not_null())
        .sort(order, CUSTOMER)
    )


def planned(changes: pl.DataFrame, *, after: int, batch: int) -> pl.DataFrame:
    """Return changes in batches, as :data:`PLANNED`.

    Args:
        changes: As :func:`difference` returns them.
        after: The number of the last batch that there was.
        batch: Changes in a batch at most.
    """
    numbers = pl.int_range(changes.height, eager=True) // batch + after + 1
    return changes.select(pl.Series("sequence", numbers, pl.Int64), *list(PLANNED)[1:])


def batches(delivery: str, destination: str, identity: str, plan: pl.DataFrame) -> Iterator[Batch]:
    """Yield the batches of a plan, in order.

    Args:
        delivery: The delivery.
        destination: The destination.
        identity: What tells the memory that the plan is of from one that was begun before it: the numbers of both begin
            with one, and a destination passes over a key that it has seen.
        plan: As :data:`PLANNED`.
    """
    for (sequence,), rows in sorted(plan.partition_by("sequence", as_dict=True, maintain_order=True).items()):
        facts = [
            identity,
            delivery,
            destination,
            sequence,
            rows.select(CUSTOMER, "change", "record", "before").rows(),
        ]
        key = hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:32]
        changes = (
            Change(who, change, record and json.loads(record), before and json.loads(before))
            for _, who, change, record, before in rows.select(*PLANNED).iter_rows()
        )
        yield Batch(delivery, destination, int(sequence), key, tuple(changes))


def acknowledged(known: pl.DataFrame, plan: pl.DataFrame, refused: pl.DataFrame) -> pl.DataFrame:
    """Return what a destination knows once every batch of a plan is settled, as :data:`KNOWN`.

    Args:
        known: What it knew before.
        plan: The changes.
        refused: ``customer_id, problem`` of those of them that it did not take.
    """
    rows = plan.join(refused, on=CUSTOMER, how="left").select(
        CUSTOMER,
        acknowledged=pl.when(pl.col("problem").is_null()).then("record").otherwise("before"),
        refused=pl.when(pl.col("problem").is_not_null()).then("record"),
        problem="problem",
    )
    others = known.join(plan, on=CUSTOMER, how="anti")
    kept = pl.concat([others, rows]).filter(
        pl.col("acknowledged").is_not_null() | pl.col("refused").is_not_null()
    )
    return kept.sort(CUSTOMER)
