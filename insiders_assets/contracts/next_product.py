"""The next product: what each customer is likely to buy next, and whether that beats what is plain without it."""

from insiders_assets.contracts.messages import facts
from insiders_assets.contracts.table import Column, Table, count, share

WAYS = ("next_product", "buy_again", "popularity")
MEASURES = ("hit_rate", "ndcg")

_PLACE = Column("place", "int64", "Its place, from 1 on.", ge=1)
_PRODUCT = (
    Column("stock_code", "str", "The product."),
    Column("description", "str", "Its most frequent description; empty if it has none."),
)

NEXT_PRODUCTS = Table(
    "next_products",
    "One of at most three products that an identified customer is likely to buy next; no row while they are withheld.",
    (
        Column("customer_id", "str", "The customer.", personal=True),
        _PLACE,
        *_PRODUCT,
        Column("days_bought", "int64", "Days within the window on which they bought it.", "days", ge=0),
        Column("every_days", "int64", "Mean days from one to the next; empty for one bought once or never.", "days",
               nullable=True, ge=1),
        Column("support", "float64", "Share of customers who bought it and another product of theirs; empty for one "
               "that they bought.", "fraction", nullable=True, ge=0, le=1),
        Column("lift", "float64", "How many times as many of that one's buyers bought it as of all; likewise.",
               nullable=True, ge=0),
        Column("reason", "str", "Why it is named."),
        *facts("reason"),
    ),
    key=("customer_id", "place"),
)  # fmt: skip

CLUSTER_NEXT_PRODUCTS = Table(
    "cluster_next_products",
    "One of the three products that most customers of a cluster are likely to buy next; no row while withheld.",
    (
        Column("cluster", "int32", "The cluster.", ge=1),
        _PLACE,
        *_PRODUCT,
        count("customers", "Its customers of whom the product is one of three."),
        share("share_of_customers", "Their share of its identified customers."),
    ),
    key=("cluster", "stock_code"),
)

NEXT_PRODUCT_VERDICT = Table(
    "next_product_verdict",
    "Whether next products are shown, by the last trial.",
    (
        Column("is_shown", "bool", "Whether they are; or else the tables of next products are empty."),
        Column("reason", "str", "Why."),
        *facts("reason"),
    ),
)

NEXT_PRODUCT_STUDY = Table(
    "next_product_study",
    "One way to name three products, measured on what customers bought in the 90 days after a cut-off.",
    (
        Column("cutoff", "date", "The last day that was known."),
        Column("measure", "str", "Hit rate at 3, or NDCG at 3.", isin=MEASURES),
        Column("way", "str", "How they were named.", isin=WAYS),
        count("customers", "Known customers who bought anything in those days."),
        Column("value", "float64", "Its mean over them.", ge=0, le=1),
        Column(
            "difference",
            "float64",
            "By how much the next products are better; empty for themselves.",
            nullable=True,
        ),
        Column("low", "float64", "Lower end of its 95 % interval.", nullable=True),
        Column("high", "float64", "Upper end.", nullable=True),
    ),
    key=("cutoff", "measure", "way"),
)
