"""Named tiers of members: how large each is, and who has which for how long."""

from dataclasses import replace

from insiders_assets.contracts.customers import CUSTOMER_ID
from insiders_assets.contracts.table import Column, Table, count, share

_NAME = Column("member_tier", "str", "The tier's name, as INSIDERS_MEMBER_TIERS says.")

MEMBER_TIERS = Table(
    "member_tiers",
    "One named tier of members, the highest first; empty without INSIDERS_MEMBER_TIERS.",
    (
        replace(_NAME, unique=True),
        Column("place", "int32", "Its place, 1 for the highest.", ge=1),
        share("share", "The share of identified customers' value that it and those above it were drawn to cover."),
        Column("begins_at", "float64", "The least value at which somebody enters it; empty where nobody is worth any.",
               "currency", nullable=True),
        count("members", "Members in it."),
        share("share_of_members", "Their share of all members."),
        Column("revenue", "float64", "Their revenue.", "currency"),
        share("share_of_revenue", "Their share of all members' revenue."),
        Column("value", "float64", "What they are worth together, as the refresh's measure says.", "currency"),
    ),
)  # fmt: skip

TIER_STANDING = Table(
    "tier_standing",
    "One named tier that a member has; who has one has those below it, too, and is shown in the highest.",
    (
        _NAME,
        replace(CUSTOMER_ID, unique=False),
        Column("since", "date", "Day at which the member came to it."),
        Column("below_since", "date", "Day since which grace has kept the member in it; empty without grace.",
               nullable=True),
        Column("valid_until", "date", "Last day on which the member has it if they buy no more.", nullable=True),
    ),
    key=("member_tier", "customer_id"),
)  # fmt: skip
