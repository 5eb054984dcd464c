"""Segments: how many customers each holds from refresh to refresh, and who is in it."""

from dataclasses import replace

from insiders_assets.contracts.customers import CLUSTER, COUNTRY, CUSTOMER_ID, FEATURES, OFFERS, STATE, TIER
from insiders_assets.contracts.table import Column, Table, count, share

_FEATURE = {column.name: column for column in FEATURES}
_NAME = Column("segment", "str", "The segment's name.")

SEGMENTS = Table(
    "segments",
    "One segment at a refresh: its rules, how many customers keep them and what they are worth.",
    (
        Column("refresh_id", "str", "The refresh."),
        Column("as_of", "date", "Its as-of date."),
        _NAME,
        Column("meaning", "str", "Who is in it."),
        Column("rules", "str", "What each of them keeps, one rule after the other."),
        count("customers", "Customers who are identified, not suppressed and keep the rules."),
        count("members", "Those of them who are members."),
        Column(
            "value", "float64", "What they are worth together, as the refresh's measure says.", "currency"
        ),
        Column("revenue", "float64", "Their revenue.", "currency"),
        share("share_of_value", "Share of the value of everybody who may be in a segment."),
    ),
    key=("refresh_id", "segment"),
)

SEGMENT_CUSTOMERS = Table(
    "segment_customers",
    "One customer in a segment: never anybody who is anonymous or suppressed.",
    (
        _NAME,
        replace(CUSTOMER_ID, unique=False),
        Column("value", "float64", "What the customer is worth, as the refresh's measure says.", "currency"),
        *(_FEATURE[name] for name in ("revenue", "total_purchases", "recency")),
        TIER,
        STATE,
        CLUSTER,
        Column("is_member", "bool", "Whether the customer is a member."),
        Column("offer_type", "str", "The kind of offer that fits the customer's own numbers.", isin=OFFERS),
        COUNTRY,
    ),
    key=("segment", "customer_id"),
)
