"""Products: what the customers of a tier or a cluster buy, and what they buy more than others do."""

from insiders_assets.contracts.table import Column, Table, share

GROUPED_BY = ("tier", "cluster")

LEAST_BUYERS = 10
"""Customers of a group who must have bought a product for it to be listed."""


PRODUCT_AFFINITY = Table(
    "product_affinity",
    "One product of a tier or cluster: among its best-selling, or among those it buys much more than others do.",
    (
        Column("grouped_by", "str", "What the group is: a tier or a cluster.", isin=GROUPED_BY),
        Column("group_name", "str", "The tier, or the cluster's number."),
        Column("stock_code", "str", "The product."),
        Column("description", "str", "Its most frequent description; empty if it has none."),
        Column("customers", "int64", "Identified customers of the group who bought it.", "customers", ge=1),
        share("share_of_customers", "Their share of the group's identified customers."),
        share("share_elsewhere", "Share of the other identified customers who bought it."),
        Column("lift", "float64", "How many times as likely the group's customers are to buy it as others.", ge=0),
        Column("lift_low", "float64", "Lower end of its 95 % interval.", ge=0),
        Column("lift_high", "float64", "Upper end of its 95 % interval.", ge=0),
        Column("revenue", "float64", "What the group's identified customers bought of it.", "currency", ge=0),
        share("share_who_repeat", "Share of the buyers who bought it on more than one invoice."),
        Column("place_by_revenue", "int32", "Its place by revenue within the group; empty behind the first ones.",
               nullable=True, ge=1),
        Column("place_by_lift", "int32", "Its place by the lower end of its lift; empty behind the first ones, and "
               "where that is not above 1.", nullable=True, ge=1),
    ),
    key=("grouped_by", "group_name", "stock_code"),
)  # fmt: skip

PRODUCT_HISTORY = Table(
    "product_history",
    "One product of a tier or cluster at one refresh: what the page of products compares with.",
    (
        Column("refresh_id", "str", "The refresh."),
        Column("as_of", "date", "Its as-of date."),
        *(
            column
            for column in PRODUCT_AFFINITY.columns
            if column.name not in ("description", "lift_low", "lift_high")
        ),
    ),
    key=("refresh_id", *PRODUCT_AFFINITY.key),
)
