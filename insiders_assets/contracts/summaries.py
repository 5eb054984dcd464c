"""Tables that the dashboard and BI tiles read, so that no view grows with the number of customers."""

from dataclasses import replace

from insiders_assets.contracts.customers import (
    CLUSTER,
    COUNTRY,
    CUSTOMER_ID,
    EMBEDDING,
    FEATURES,
    INSIDERS,
    IS_IDENTIFIED,
    TIER,
)
from insiders_assets.contracts.table import Column, Table, count

IS_MEMBER = next(column for column in INSIDERS.columns if column.name == "is_member")
_FEATURE = {column.name: column for column in FEATURES}

SUMMED = (
    "revenue",
    "recency",
    "distinct_stock_code",
    "basket_size",
    "returned",
    "total_purchases",
    "total_products",
)
"""Features whose sums are kept; divided by the customers they give means over any choice of rows."""


CUSTOMER_SUMMARY = Table(
    "customer_summary",
    "Customers alike in tier, cluster, country, month of last purchase and membership, counted and added up.",
    (
        TIER,
        CLUSTER,
        COUNTRY,
        Column("last_purchase_month", "date", "First day of the month of their last purchase."),
        IS_IDENTIFIED,
        IS_MEMBER,
        count("customers", "Customers."),
        *(
            Column(
                f"sum_{name}",
                "float64",
                f"Sum over customers of: {_FEATURE[name].meaning}",
                _FEATURE[name].unit,
            )
            for name in SUMMED
        ),
    ),
)

BUDGET_CURVE = Table(
    "budget_curve",
    "What the identified customers with the highest past revenue bring, as more of them are taken.",
    (
        replace(count("customers", "Identified customers taken, highest revenue first."), unique=True),
        Column("share_of_customers", "float64", "Share of identified customers taken.", "fraction", ge=0, le=1),
        Column("revenue", "float64", "Revenue that they bring.", "currency", ge=0),
        Column("share_of_revenue", "float64", "Share of identified revenue that they bring.", "fraction", ge=0, le=1),
        Column("least_revenue", "float64", "Revenue of the last one taken; empty where none is.", "currency",
               nullable=True, ge=0),
    ),
)  # fmt: skip

RANKED_BY = ("past_revenue", "programme")

BUDGET_HISTORY = Table(
    "budget_history",
    "One size of the list at one refresh: what the page of the budget compares with.",
    (
        Column("refresh_id", "str", "The refresh."),
        Column("as_of", "date", "Its as-of date."),
        Column(
            "ranked_by",
            "str",
            "Who is taken: those with the highest past revenue, or the members.",
            isin=RANKED_BY,
        ),
        count("customers", "Identified customers taken."),
        *(column for column in BUDGET_CURVE.columns if column.name not in ("customers", "least_revenue")),
    ),
    key=("refresh_id", "ranked_by", "customers"),
)

MAP_SAMPLE = Table(
    "map_sample",
    "One of a few thousand customers drawn on the cluster map.",
    (CUSTOMER_ID, CLUSTER, TIER, *EMBEDDING, _FEATURE["revenue"], _FEATURE["recency"]),
)

PURCHASES_BY_MONTH = Table(
    "purchases_by_month",
    "One identified customer's purchases and returns in one calendar month.",
    (
        replace(CUSTOMER_ID, unique=False),
        Column("month", "date", "First day of the month."),
        Column("total_purchases", "int64", "Different invoices.", "invoices", ge=0),
        Column("total_products", "int64", "Units bought.", "units", ge=0),
        _FEATURE["revenue"],
        _FEATURE["returned"],
    ),
    key=("customer_id", "month"),
)

CUSTOMER_PRODUCTS = Table(
    "customer_products",
    "One of the products that an identified customer spent most on within the window.",
    (
        replace(CUSTOMER_ID, unique=False),
        Column("place", "int32", "Its place by what the customer spent on it.", ge=1),
        Column("stock_code", "str", "The product."),
        Column("description", "str", "Its most frequent description; empty if it has none.", nullable=True),
        _FEATURE["revenue"],
        Column("total_purchases", "int64", "Different invoices that it is on.", "invoices", ge=1),
        Column("total_products", "int64", "Units bought.", "units", ge=1),
        Column("last_purchase", "date", "The day it was bought last."),
    ),
    key=("customer_id", "place"),
)

SUMMARIES = (CUSTOMER_SUMMARY, BUDGET_CURVE, BUDGET_HISTORY, MAP_SAMPLE)
"""What the warehouse adds to a publish by itself."""
