"""Who belongs at a destination, and why others of the audience do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.deliveries.forms import CONTACT, FORMS
from insiders_assets.deliveries.small_cells import blanked
from insiders_assets.experiments.following import HELD_OUT
from insiders_assets.segments import in_audience

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insiders_assets.deliveries.model import DeliveryRules
    from insiders_assets.segments import Segment

CUSTOMER = "customer_id"
WANTED = {CUSTOMER: pl.String, "record": pl.String}
"""Who is to be at the destination, each with what it is to know: the record as JSON."""


@dataclass(frozen=True)
class Audience:
    """An audience, everybody in it accounted for.

    Attributes:
        members: Everybody in it, whether they may be written to or not.
        wanted: As :data:`WANTED`, sorted by customer.
        held_out: Who is held out to measure the programme or a campaign.
        suppressed: Who is not to be written to, with the reason of each.
        unknown: Who has no identifier that the destination's form needs.
    """

    members: frozenset[str]
    wanted: pl.DataFrame
    held_out: frozenset[str]
    suppressed: Mapping[str, str]
    unknown: frozenset[str]


@dataclass(frozen=True)
class Limits:
    """Who must not be delivered, whatever the tables say.

    Attributes:
        consenting: Who consents to the purpose; None where nobody is asked.
        is_forgotten: Whether a customer is forgotten: until the refresh without them, the tables name them still.
        smallest: People that an audience, and a cell in it, has at least.
    """

    consenting: frozenset[str] | None = None
    is_forgotten: Callable[[str], bool] | None = None
    smallest: int = 0

    def why_not(self, who: str) -> str | None:
        """Return why somebody must not be delivered; None if they may."""
        if self.is_forgotten is not None and self.is_forgotten(who):
            return "forgotten"
        return "no_consent" if self.consenting is not None and who not in self.consenting else None


def audience(
    delivery: DeliveryRules,
    everybody: pl.DataFrame,
    segments: Mapping[str, Segment],
    *,
    contacts: pl.DataFrame | None = None,
    limits: Limits = Limits(),
) -> Audience:
    """Return the audience of a delivery.

    Somebody who is suppressed counts as the member that they would be otherwise, so that what holds them back is seen.

    Args:
        delivery: The delivery.
        everybody: Identified customers, the suppressed among them, as
            :func:`insiders_assets.segments.identified` returns them; with ``arms`` if experiments are running.
        segments: The segments by name.
        contacts: ``customer_id`` and what contacts.csv says of each, or None.
        limits: Who must not be delivered.
    """
    would_be = pl.col("is_member") | (pl.col("suppressed_by").is_not_null() & (pl.col("tier") == "insider"))
    rows = everybody.with_columns(is_member=would_be)
    inside = rows.filter(in_audience(delivery.audience, segments))
    why = dict(inside.select(CUSTOMER, "suppressed_by").drop_nulls().iter_rows())
    why |= {who: no for who in inside[CUSTOMER] if who not in why and (no := limits.why_not(who))}
    if delivery.arm:
        others = inside if "arms" not in inside.columns else inside.filter(~_in_arm(delivery.arm))
        why = dict.fromkeys(others[CUSTOMER], HELD_OUT) | why
    free = inside.filter(~pl.col(CUSTOMER).is_in(sorted(why)))
    free = blanked(free, delivery.fields, limits.smallest)
    records, unknown = _records(delivery, with_contacts(free, contacts))
    if len(records) < limits.smallest:
        why |= dict.fromkeys(records, "too_few")
        records = {}
    return Audience(
        members=frozenset(inside[CUSTOMER]),
        wanted=pl.DataFrame(sorted(records.items()), schema=WANTED, orient="row"),
        held_out=frozenset(who for who, reason in why.items() if reason == HELD_OUT),
        suppressed={who: reason for who, reason in why.items() if reason != HELD_OUT},
        unknown=frozenset(unknown),
    )


def _in_arm(arm: str) -> pl.Expr:
    """Return whether somebody is in an arm of a running experiment."""
    return pl.col("arms").list.contains(arm).fill_null(value=False)


def with_contacts(rows: pl.DataFrame, contacts: pl.DataFrame | None) -> pl.DataFrame:
    """Return customers with their addresses; a shop that knows customers by e-mail needs no file of them."""
    known = contacts if contacts is not None else pl.DataFrame(schema={CUSTOMER: pl.String})
    joined = rows.join(known, on=CUSTOMER, how="left")
    lacking = [pl.lit(None, pl.String).alias(name) for name in CONTACT if name not in joined.columns]
    own = pl.when(pl.col(CUSTOMER).str.contains("@", literal=True)).then(CUSTOMER)
    return joined.with_columns(*lacking).with_columns(email=pl.coalesce("email", own))


def _records(delivery: DeliveryRules, people: pl.DataFrame) -> tuple[dict[str, str], list[str]]:
    """Return what the destination is to know of each, and whom it could not know."""
    form, found, unknown = FORMS[delivery.destination.form], {}, []
    needed = dict.fromkeys((CUSTOMER, *CONTACT, *delivery.fields))
    for person in people.select(*needed).iter_rows(named=True):
        record = form.record(person, delivery.fields)
        if record is None:
            unknown.append(person[CUSTOMER])
        else:
            found[person[CUSTOMER]] = written(record)
    return found, unknown


def written(record: Mapping[str, Any]) -> str:
    """Return a record as JSON: the same record is the same text."""
    return json.dumps(record, ensure_ascii=False, default=_day, allow_nan=False)


def _day(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
