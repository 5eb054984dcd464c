"""Views of the warehouse: what the tiles of a BI dashboard show, a row or a few each.

A view keeps its name and its columns from version to version; new columns come last.
"""

from dataclasses import replace

from insiders_assets.contracts.customers import CLUSTER, COUNTRY, TIER
from insiders_assets.contracts.programme import CLUSTER_PROFILES, MEMBERSHIP_CHANGES, REFRESHES, TIER_SUMMARY
from insiders_assets.contracts.summaries import CUSTOMER_SUMMARY
from insiders_assets.contracts.table import Column, Table

GAUGED = ("revenue", "basket_size")
"""The features that the gauges of the tier under analysis show."""


def _of(table: Table, *names: str) -> tuple[Column, ...]:
    columns = {column.name: column for column in table.columns}
    return tuple(columns[name] for name in names)


_COUNTED = (
    Column("customers", "int64", "Identified customers.", "customers", ge=1),
    Column("revenue", "float64", "Their revenue.", "currency", ge=0),
)

TILE_INSIDERS = Table(
    "tile_insiders",
    "The Insiders in one row: the six tiles of the header, and how many are members.",
    _of(
        TIER_SUMMARY, "mean_revenue", "share_of_revenue", "share_of_customers", "mean_recency",
        "mean_distinct_stock_code", "mean_basket_size", "members",
    ),
)  # fmt: skip

TILE_GAUGES = Table(
    "tile_gauges",
    "One tier's stretch on the scale of one feature; the needle is the mean of the tier under analysis, viability.",
    (
        Column("feature", "str", "What the gauge shows, in the unit of that feature.", isin=GAUGED),
        TIER,
        Column("mean", "float64", "The tier's mean over identified customers.", ge=0),
        Column("low", "float64", "Where its stretch begins: half-way to the mean of the tier below, or 0.", ge=0),
        Column("high", "float64", "Where it ends: half-way to the mean of the tier above, or a fifth above its own.",
               ge=0),
    ),
    key=("feature", "tier"),
)  # fmt: skip

TILE_TIERS = Table(
    "tile_tiers",
    "One tier, for the heat-coloured table; recency and returned are better low.",
    (
        Column("place", "int32", "The row's place: Insiders, viability, the rest.", unique=True, ge=1, le=3),
        *_of(
            TIER_SUMMARY, "tier", "identified_customers", "share_of_customers", "share_of_revenue", "mean_revenue",
            "mean_recency", "mean_distinct_stock_code", "mean_basket_size", "mean_returned",
        ),
    ),
)  # fmt: skip

TILE_CLUSTERS = Table(
    "tile_clusters",
    "One cluster, for a bar or a card.",
    _of(
        CLUSTER_PROFILES, CLUSTER.name, "name", "tier", "identified_customers", "share_of_customers",
        "share_of_revenue", "mean_revenue", "mean_recency", "action", "revenue_at_stake",
    ),
)  # fmt: skip

TILE_COUNTRIES = Table(
    "tile_countries",
    "Identified customers of one tier in one country.",
    (COUNTRY, TIER, *_COUNTED),
    key=("country", "tier"),
)

TILE_MONTHS = Table(
    "tile_months",
    "Identified customers of one tier by the month of their last purchase.",
    (*_of(CUSTOMER_SUMMARY, "last_purchase_month"), TIER, *_COUNTED),
    key=("last_purchase_month", "tier"),
)

TILE_HISTORY = Table(
    "tile_history",
    "One refresh, for lines over time.",
    _of(
        REFRESHES, "refresh_id", "as_of", "published_at", "identified_customers", "members", "members_entered",
        "members_left", "insider_share_of_customers", "insider_share_of_revenue", "rows_quarantined",
    ),
)  # fmt: skip

TILE_MOVEMENT = Table(
    "tile_movement",
    "Customers who went the same way from tier to tier at one refresh, for the same cause.",
    (
        *_of(MEMBERSHIP_CHANGES, "refresh_id", "as_of", "change", "cause", "tier_before", "tier_after"),
        replace(_COUNTED[0], meaning="Customers who went this way."),
    ),
    key=("refresh_id", "change", "cause", "tier_before", "tier_after"),
)
