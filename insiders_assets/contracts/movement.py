"""Tables of movement: what changed from one refresh to the next, why, and what is about to."""

from dataclasses import replace

from insiders_assets.contracts.customers import CUSTOMER_ID, NOT_SEEN, TIERS
from insiders_assets.contracts.messages import facts
from insiders_assets.contracts.table import Column, Table

CAUSES = (
    "bought",
    "aged_out",
    "returned",
    "corrected",
    "grace_ended",
    "border",
    "model",
    "policy",
    "suppression",
    "first_seen",
    "out_of_window",
    "behaviour",
)
"""What can move a customer; ``behaviour`` is what refreshes said before they split purchases from what aged out, and
what policies on clusters still say where nothing but time passed."""


def _amount(name: str, meaning: str) -> Column:
    return Column(name, "float64", meaning, "currency", nullable=True)


AMOUNTS: tuple[Column, ...] = (
    _amount(
        "value_before", "What the customer was worth at the refresh before; empty before amounts were kept."
    ),
    _amount("bought", "Value of purchases dated since the refresh before."),
    _amount("aged_out", "Value of purchases that the window has left behind; it is taken off."),
    _amount("returned", "Change of value by returns; 0 where value is gross."),
    _amount(
        "corrected", "Change of value by rows replaced, replayed, late or forgotten, of days seen before."
    ),
    _amount(
        "value_after",
        "What the customer is worth now: before + bought - aged_out + returned + corrected.",
    ),
)
"""What moved a value from one refresh to the next."""

MEMBERSHIP_CHANGES = Table(
    "membership_changes",
    "One customer who entered, left or changed tier at a refresh.",
    (
        Column("refresh_id", "str", "The refresh at which it happened."),
        Column("as_of", "date", "That refresh's as-of date."),
        replace(CUSTOMER_ID, unique=False),
        Column("change", "str", "What happened.", isin=("entered", "left", "moved")),
        Column("cause", "str", "Why.", isin=CAUSES),
        Column("tier_before", "str", "The tier before; empty if not seen before.", nullable=True, isin=TIERS),
        Column("tier_after", "str", "The tier after; empty if no longer seen.", nullable=True, isin=TIERS),
        Column("cluster_before", "int32", "The cluster before.", nullable=True, ge=1),
        Column("cluster_after", "int32", "The cluster after.", nullable=True, ge=1),
        Column("was_member", "bool", "Whether the customer was a member before."),
        Column("is_member", "bool", "Whether the customer is a member now."),
        *AMOUNTS,
    ),
    key=("refresh_id", "customer_id"),
)

LEAVES_NEXT = Table(
    "leaves_next",
    "One member who leaves at the next refresh, or stays by grace alone, unless they buy.",
    (
        CUSTOMER_ID,
        Column("next_as_of", "date", "The day that the next refresh is expected to look back from."),
        Column(
            "why", "str", "What ends it: grace, or purchases that age out.", isin=("grace_ended", "aged_out")
        ),
        Column("leaves", "bool", "Whether the member leaves then; else grace holds them for now."),
        Column("value", "float64", "What the member is worth now.", "currency"),
        Column(
            "ages_out",
            "float64",
            "Value of their purchases that the window leaves behind by then.",
            "currency",
        ),
        Column("value_then", "float64", "What they are worth then if they buy nothing.", "currency"),
        Column("must_reach", "float64", "What they must be worth then to stay.", "currency"),
        Column("needs", "float64", "What they must buy until then.", "currency", gt=0),
        Column(
            "needs_orders", "int64", "Orders like their own that would do.", "orders", nullable=True, ge=1
        ),
        Column("sentence", "str", "The same as a sentence."),
        *facts("sentence"),
    ),
)

TIER_MIGRATION = Table(
    "tier_migration",
    "How many identified customers went from one tier to another at a refresh.",
    (
        Column("refresh_id", "str", "The refresh."),
        Column("as_of", "date", "Its as-of date."),
        Column("tier_before", "str", "The tier before, or not_seen.", isin=(*TIERS, NOT_SEEN)),
        Column("tier_after", "str", "The tier after, or not_seen.", isin=(*TIERS, NOT_SEEN)),
        Column("customers", "int64", "Identified customers who went this way, or stayed.", "customers", ge=0),
    ),
    key=("refresh_id", "tier_before", "tier_after"),
)
