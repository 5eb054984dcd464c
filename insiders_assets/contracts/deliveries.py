"""Deliveries: how an audience and what its destination acknowledged add up, and every change that was sent."""

from dataclasses import replace

from insiders_assets.contracts.customers import CUSTOMER_ID
from insiders_assets.contracts.table import Column, Table, count

CHANGES = ("add", "update", "remove")
STATUSES = ("waiting", "acknowledged", "refused")

_REFRESH = Column("refresh_id", "str", "The published refresh that the audience is taken from.")
_AS_OF = Column("as_of", "date", "That refresh's as-of date.")
_NAMES = (
    Column("delivery", "str", "The delivery's name in deliveries.yaml."),
    Column("destination", "str", "The destination's name in deliveries.yaml."),
)
_PROBLEM = Column(
    "problem",
    "str",
    "Why: unreachable, timeout, http_503, not_writable and the like; what the destination said of a refused one.",
    nullable=True,
)

DELIVERIES = Table(
    "deliveries",
    "One delivery at a refresh: members = delivered + held_out + suppressed + failed.",
    (
        _REFRESH,
        _AS_OF,
        *_NAMES,
        Column("audience", "str", "The segment that is delivered, or members."),
        Column("purpose", "str", "What it is delivered for."),
        count("members", "Customers of the audience, whether they may be written to or not."),
        count("delivered", "Those whom the destination has acknowledged."),
        count("held_out", "Those who are held out to measure the programme."),
        count(
            "suppressed",
            "Those who are suppressed, have not consented to the purpose, or are too few to leave the house.",
        ),
        count("failed", "Those who belong there and are not there: waiting, refused or without an identifier."),
        count("waiting", "Those of the failed who are sent again by themselves."),
        count("to_remove", "Customers who are at the destination still, and are to be removed."),
        count("added", "Additions of this refresh that were acknowledged.", "changes"),
        count("updated", "Updates of it that were acknowledged.", "changes"),
        count("removed", "Removals of it that were acknowledged.", "changes"),
        Column("settled_at", "datetime", "When the destination last acknowledged anything (UTC).", nullable=True),
        Column("waiting_since", "datetime", "Since when the destination does not answer (UTC); empty if it does.",
               nullable=True),
        _PROBLEM,
    ),
    key=("refresh_id", "delivery", "destination"),
)  # fmt: skip

DELIVERY_CHANGES = Table(
    "delivery_changes",
    "One customer added, updated or removed at a destination, and what became of it.",
    (
        _REFRESH,
        _AS_OF,
        *_NAMES,
        Column("sequence", "int64", "The batch: each of a delivery has the next number.", ge=1),
        replace(CUSTOMER_ID, unique=False),
        Column("change", "str", "What is sent.", isin=CHANGES),
        Column("idempotency_key", "str", "The batch's key: the same however often it is sent."),
        Column("status", "str", "What became of it.", isin=STATUSES),
        _PROBLEM,
        Column("settled_at", "datetime", "When the destination answered (UTC); empty while it waits.", nullable=True),
    ),
    key=("refresh_id", "delivery", "destination", "sequence", "customer_id"),
)  # fmt: skip

DELIVERED = (DELIVERIES, DELIVERY_CHANGES)
"""What deliveries write, after a refresh and as often as somebody delivers."""
