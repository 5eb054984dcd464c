"""Tables over time: what each month brought, and how customers who came in one month bought in those after."""

from insiders_assets.contracts.customers import IS_IDENTIFIED, NOT_SEEN, TIERS
from insiders_assets.contracts.table import Column, Table, count

_CUT = Column("is_cut", "bool", "Whether the data do not cover the month from its first day to its last.")


REVENUE_BY_MONTH = Table(
    "revenue_by_month",
    "What the customers of one tier of today bought in one calendar month.",
    (
        Column("month", "date", "First day of the month."),
        Column("tier", "str", "Their tier at this refresh; not_seen if they bought nothing within its window.",
               isin=(*TIERS, NOT_SEEN)),
        IS_IDENTIFIED,
        count("customers", "Different customers who bought; of the anonymous, invoices."),
        count("orders", "Different invoices.", "invoices"),
        Column("revenue", "float64", "Sum of quantity times unit price over their purchases.", "currency", ge=0),
        _CUT,
    ),
    key=("month", "tier", "is_identified"),
)  # fmt: skip

BRIDGED = ("member", "other", "anonymous")
"""Groups whose revenue is bridged: members of either refresh, other identified customers, the anonymous."""

BRIDGE_MOVES = ("new", "lost", "grew", "shrank", "unchanged", "forgotten")

REVENUE_BRIDGE = Table(
    "revenue_bridge",
    "What led from the revenue of the refresh before to that of this one; its changes add up to the difference.",
    (
        Column("refresh_id", "str", "The refresh."),
        Column("as_of", "date", "Its as-of date."),
        Column("group_name", "str", "Members of this refresh or the one before, other identified customers, or the "
               "anonymous.", isin=BRIDGED),
        Column("movement", "str", "What their revenue did: new and lost customers, those whose revenue grew, shrank or "
               "stayed, and customers who were forgotten since (as others, uncounted).", isin=BRIDGE_MOVES),
        Column("customers", "int64", "Customers who did so.", "customers", ge=0),
        Column("change", "float64", "Their revenue at this refresh less that at the one before.", "currency"),
    ),
    key=("refresh_id", "group_name", "movement"),
)  # fmt: skip

COHORTS = Table(
    "cohorts",
    "Identified customers by the month of their first purchase, in one of the months since.",
    (
        Column("first_month", "date", "First day of the month of their first purchase in the data."),
        Column("months_since", "int32", "Months since then; 0 is the month itself.", "months", ge=0),
        count("cohort_customers", "Customers whose first purchase was in that month."),
        count("customers", "Those of them who bought in the month looked at."),
        Column("share_of_customers", "float64", "Their share of the cohort.", "fraction", ge=0, le=1),
        Column("revenue", "float64", "What they bought for in the month looked at.", "currency", ge=0),
        _CUT,
    ),
    key=("first_month", "months_since"),
)
