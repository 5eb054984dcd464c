"""Tables with one row per customer: features, embedding, clusters and the list."""

from insiders_assets.contracts.messages import facts
from insiders_assets.contracts.table import Column, Table

ANONYMOUS = "anonymous-"
"""What the id of an invoice without a customer begins with; no export's may."""

CUSTOMER_ID = Column(
    "customer_id",
    "str",
    "The customer; anonymous-<invoice_no> for an invoice without one.",
    unique=True,
    personal=True,
)
COUNTRY = Column("country", "str", "The country of the customer's latest purchase.", nullable=True)
IS_IDENTIFIED = Column("is_identified", "bool", "Whether the shop knows this customer.")

FEATURES: tuple[Column, ...] = (
    Column("revenue", "float64", "Sum of quantity times unit price over purchases.", "currency", ge=0),
    Column("recency", "int64", "Days from the last purchase to the as-of date.", "days", ge=0),
    Column("total_products", "int64", "Units bought.", "units", ge=0),
    Column("distinct_stock_code", "int64", "Different products bought.", "products", ge=1),
    Column("purchase_lines", "int64", "Purchase lines.", "lines", ge=1),
    Column("total_purchases", "int64", "Different invoices.", "invoices", ge=1),
    Column("basket_size", "float64", "Mean units per invoice.", "units", ge=0),
    Column("unique_basket_size", "float64", "Mean different products per invoice.", "products", ge=1),
    Column("avg_ticket", "float64", "Revenue per invoice.", "currency", ge=0),
    Column("avg_line_value", "float64", "Revenue per purchase line.", "currency", ge=0),
    Column("frequency", "float64", "Invoices per day from first to last purchase, both days counted.", "per day", gt=0),
    Column("avg_recency_days", "float64", "Mean days between purchase days; empty with a single one.", "days",
           nullable=True, ge=0),
    Column("returned", "int64", "Units returned.", "units", ge=0),
    Column("tenure", "int64", "Days from the first purchase to the as-of date.", "days", ge=0),
)  # fmt: skip

WORTH: tuple[Column, ...] = (
    Column("net_revenue", "float64", "Revenue less what was returned, at the prices of the returns.", "currency"),
    Column("contribution", "float64", "Net revenue less the costs of goods; empty unless value is contribution.",
           "currency", nullable=True),
)  # fmt: skip
"""What else a customer's worth can be measured by; no feature that customers are compared by."""

CUSTOMER_FEATURES = Table(
    "customer_features",
    "One customer with at least one purchase in the window.",
    (
        CUSTOMER_ID,
        *FEATURES,
        IS_IDENTIFIED,
        COUNTRY,
        *WORTH,
    ),
)

EMBEDDING: tuple[Column, ...] = (
    Column("embedding_x", "float64", "First coordinate in the leaf embedding."),
    Column("embedding_y", "float64", "Second coordinate in the leaf embedding."),
)
EMBEDDING_Z = Column(
    "embedding_z",
    "float64",
    "Third coordinate in the leaf embedding; empty where the model has fewer than three axes.",
    nullable=True,
)

LEAF_EMBEDDING = Table(
    "leaf_embedding", "One customer's place in the leaf embedding.", (CUSTOMER_ID, *EMBEDDING, EMBEDDING_Z)
)

CLUSTER = Column(
    "cluster", "int32", "The cluster's number; 1 had the highest mean revenue when first fitted.", ge=1
)
CONFIDENCE = Column(
    "confidence",
    "float64",
    "How firmly the customer is in the cluster: the share of fits on customers drawn anew, or of the customers most "
    "like them, that agree.",
    "fraction",
    ge=0,
    le=1,
)

CLUSTERS = Table("clusters", "One customer's cluster.", (CUSTOMER_ID, CLUSTER, CONFIDENCE))

ASSIGNMENTS = Table(
    "assignments",
    "What a segmentation model says of one customer.",
    (CUSTOMER_ID, CLUSTER, *EMBEDDING, CONFIDENCE, EMBEDDING_Z),
)

TIERS = ("insider", "viability", "not_insider")
NOT_SEEN = "not_seen"
"""Stands in the place of a tier for whoever was not there."""
TIER = Column("tier", "str", "The customer's tier in the programme.", isin=TIERS)

MEASURES = {"gross": "revenue", "net": "net_revenue", "contribution": "contribution", "blend": "revenue"}
"""What value can mean by the setting ``value``, and the column that holds its money."""

STATES = ("active", "lapsing", "lost")
STATE = Column(
    "state",
    "str",
    "Whether the customer keeps to their own rhythm; empty for anonymous customers.",
    nullable=True,
    isin=STATES,
)

OFFERS = (
    "welcome_back",
    "reminder",
    "returns_care",
    "next_order",
    "bundle",
    "better_version",
    "wider_range",
    "reward",
    "none",
)

STEPS: tuple[Column, ...] = (
    Column("headline", "str", "Where the customer stands, in a few words."),
    Column("next_step", "str", "What to do next for the customer, in their own numbers."),
    Column("gap_amount", "float64", "Value that is missing to be an Insider; empty for Insiders or without a border.",
           "currency", nullable=True, gt=0),
    Column("gap_orders", "int64", "Orders like their own that would bring it.", "orders", nullable=True, ge=1),
    Column("offer_type", "str", "The kind of offer that fits the customer's own numbers.", isin=OFFERS),
)  # fmt: skip

EXPERIMENT_GROUPS = ("invited", "holdout")

MEMBER_SINCE = Column("member_since", "date", "Day at which the membership of today began.", nullable=True)
VALID_UNTIL = Column(
    "valid_until",
    "date",
    "Last day on which a member is one if they buy no more, grace and review dates included; empty where nothing "
    "promises one.",
    nullable=True,
)

MEMBER_TIER = Column(
    "member_tier", "str", "The member's named tier, where INSIDERS_MEMBER_TIERS names any.", nullable=True
)

_BY_NAME = {column.name: column for column in FEATURES}
_ORIGINAL = ("revenue", "recency", "distinct_stock_code", "basket_size", "returned")

INSIDERS = Table(
    "insiders",
    "One customer with tier and membership; the columns of the table this replaces come first.",
    (
        CUSTOMER_ID,
        *(_BY_NAME[name] for name in _ORIGINAL),
        CLUSTER,
        TIER,
        IS_IDENTIFIED,
        Column(
            "is_member", "bool", "Whether the customer is invited: identified, insider tier, not suppressed."
        ),
        Column("reason", "str", "Why the customer is in, or what keeps them out, in at most fifteen words."),
        CONFIDENCE,
        *EMBEDDING,
        *(column for column in FEATURES if column.name not in _ORIGINAL),
        COUNTRY,
        Column("policy_tier", "str", "The tier by the selection policy alone, before grace.", isin=TIERS),
        Column("suppressed_by", "str", "The first rule that keeps the customer from being a member, whatever the tier.",
               nullable=True),
        Column("grace_refreshes", "int64", "Refreshes in a row that grace has kept the customer in; 0 without grace.",
               "refreshes", ge=0),
        MEMBER_SINCE,
        Column("below_since", "date", "Day since which grace has kept the customer in; empty without grace.",
               nullable=True),
        VALID_UNTIL,
        MEMBER_TIER,
        Column("is_near_miss", "bool", "Whether one step, said in the reason, would make the customer an Insider."),
        Column("rule", "int32", "The plain rule that describes the customer.", nullable=True, ge=1),
        Column("rule_agrees", "bool", "Whether that rule says the customer's tier.", nullable=True),
        Column("experiment_group", "str", "What was drawn for the customer while a holdout is on.", nullable=True,
               isin=EXPERIMENT_GROUPS),
        Column("experiment_since", "date", "As-of date of that draw.", nullable=True),
        EMBEDDING_Z,
        Column("value", "float64", "What the customer is worth, as the refresh's measure says.", "currency"),
        STATE,
        Column("usual_gap_days", "float64", "Days that usually lie between purchases; empty for anonymous customers.",
               "days", nullable=True, gt=0),
        *STEPS,
        *WORTH,
        Column("details", "str", "What describes the customer beside the reason: cluster, rule and their own numbers."),
        *facts("reason", "details", "headline", "next_step"),
    ),
)  # fmt: skip
