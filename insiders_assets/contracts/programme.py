"""Tables of the programme: what marketing and BI tools read."""

from dataclasses import replace

from insiders_assets.contracts.backtest import BACKTEST_CURVE, SELECTION_BACKTEST
from insiders_assets.contracts.claims import EVIDENCE, HYPOTHESES, UPLIFT
from insiders_assets.contracts.customers import (
    CLUSTER,
    COUNTRY,
    CUSTOMER_ID,
    FEATURES,
    MEMBER_SINCE,
    MEMBER_TIER,
    STATE,
    STEPS,
    TIER,
    VALID_UNTIL,
)
from insiders_assets.contracts.experiments import (
    EXPERIMENT_ARMS,
    EXPERIMENT_DAYS,
    EXPERIMENT_READOUTS,
    EXPERIMENTS,
)
from insiders_assets.contracts.member_tiers import MEMBER_TIERS, TIER_STANDING
from insiders_assets.contracts.messages import facts
from insiders_assets.contracts.movement import (
    AMOUNTS,
    LEAVES_NEXT,
    MEMBERSHIP_CHANGES,
    TIER_MIGRATION,
)
from insiders_assets.contracts.next_product import CLUSTER_NEXT_PRODUCTS, NEXT_PRODUCT_VERDICT, NEXT_PRODUCTS
from insiders_assets.contracts.outlook import OUTLOOK, OUTLOOK_EVIDENCE, OUTLOOK_FIGURES, OUTLOOK_HISTORY
from insiders_assets.contracts.over_time import COHORTS, REVENUE_BRIDGE, REVENUE_BY_MONTH
from insiders_assets.contracts.products import PRODUCT_AFFINITY, PRODUCT_HISTORY
from insiders_assets.contracts.scoreboard import SCOREBOARD
from insiders_assets.contracts.segments import SEGMENT_CUSTOMERS, SEGMENTS
from insiders_assets.contracts.table import Column, Table, count, share

_FEATURE = {column.name: column for column in FEATURES}
PROFILED = ("revenue", "recency", "distinct_stock_code", "basket_size", "returned")
"""The features that profiles and tiers are described by: those of the table this replaces."""


def _statistic(prefix: str, word: str) -> tuple[Column, ...]:
    return tuple(
        Column(
            f"{prefix}_{name}",
            "float64",
            f"{word} of: {_FEATURE[name].meaning}",
            _FEATURE[name].unit,
            nullable=True,
        )
        for name in PROFILED
    )


MEMBERS = Table(
    "members",
    "One member of the programme: an identified customer in the insider tier who is not suppressed.",
    (
        CUSTOMER_ID,
        Column(
            "reason", "str", "Why the customer is a member, in their own numbers and at most fifteen words."
        ),
        CLUSTER,
        Column("cluster_name", "str", "What the cluster is called."),
        *(_FEATURE[name] for name in ("revenue", "recency", "total_purchases", "total_products")),
        *(_FEATURE[name] for name in ("distinct_stock_code", "basket_size", "avg_ticket", "returned")),
        COUNTRY,
        Column("value", "float64", "What the member is worth, as the refresh's measure says.", "currency"),
        STATE,
        *STEPS,
        MEMBER_SINCE,
        VALID_UNTIL,
        MEMBER_TIER,
        *facts("reason", "cluster_name", "headline", "next_step"),
    ),
)

_GROUP = (
    count("customers", "Customers, the anonymous included."),
    count("identified_customers", "Identified customers."),
    share("share_of_customers", "Share of identified customers."),
    Column("revenue", "float64", "Revenue of identified customers.", "currency", ge=0),
    share("share_of_revenue", "Share of identified customers' revenue."),
    share("share_of_customers_of_all", "Share of all customers."),
    share("share_of_revenue_of_all", "Share of all customers' revenue."),
    *_statistic("mean", "Mean over identified customers"),
)

TIER_SUMMARY = Table(
    "tier_summary",
    "One tier: how many are in it and what they are like.",
    (replace(TIER, unique=True), count("members", "Members of the programme."), *_GROUP),
)

TIER_HISTORY = Table(
    "tier_history",
    "One tier at one refresh: what the tiles of the dashboard compare with.",
    (
        Column("refresh_id", "str", "The refresh."),
        Column("as_of", "date", "Its as-of date."),
        TIER,
        *(column for column in TIER_SUMMARY.columns[1:] if not column.name.endswith("_of_all")),
    ),
    key=("refresh_id", "tier"),
)

CLUSTER_PROFILES = Table(
    "cluster_profiles",
    "One cluster: its tier, what sets it apart and what to do about it.",
    (
        replace(CLUSTER, unique=True),
        Column("name", "str", "A name made from what sets the cluster apart."),
        TIER,
        *_GROUP,
        share("cumulative_share_of_revenue", "Share of identified revenue of this cluster and those above it."),
        *_statistic("median", "Median over identified customers"),
        Column("sets_apart", "str", "The features furthest from all customers, in standard deviations."),
        Column("action", "str", "What marketing can do."),
        Column("action_reason", "str", "The numbers behind the action."),
        Column("revenue_at_stake", "float64", "Revenue the action could move, as documented.", "currency", ge=0),
        share("mean_confidence", "Mean confidence of the assignments."),
        Column("stability", "float64", "Mean bootstrap Jaccard of the cluster; empty until studied.", "fraction",
               nullable=True, ge=0, le=1),
        *(count(name, f"Identified customers who are {words}.") for name, words in (
            ("insiders", "in the tier insider"), ("viability", "in the tier viability"),
            ("not_insiders", "in the tier not_insider"), ("members", "members"), ("active", "active"),
            ("lapsing", "lapsing"), ("lost", "lost"))),
        Column("rule", "str", "A plain rule that tells the cluster's customers; empty where none does.", nullable=True),
        Column("rule_share_right", "float64", "Share of those the rule tells who are in the cluster.", "fraction",
               nullable=True, ge=0, le=1),
        *facts("name", "sets_apart", "action", "action_reason", "rule"),
    ),
)  # fmt: skip

CLUSTER_HISTORY = Table(
    "cluster_history",
    "One cluster at one refresh: what the page of clusters compares with.",
    (
        Column("refresh_id", "str", "The refresh."),
        Column("as_of", "date", "Its as-of date."),
        CLUSTER,
        TIER,
        count("members", "Members of the programme."),
        *(column for column in _GROUP if not column.name.endswith("_of_all")),
    ),
    key=("refresh_id", "cluster"),
)

BUSINESS_ANSWERS = Table(
    "business_answers",
    "One question the business asked, answered from the data.",
    (
        Column("number", "int32", "The question's number.", unique=True, ge=1),
        Column("question", "str", "The question."),
        Column("answer", "str", "The answer."),
        *facts("question", "answer"),
    ),
)

REFRESHES = Table(
    "refreshes",
    "One refresh: what it read and what came of it.",
    (
        Column("refresh_id", "str", "The refresh, as named in reports/.", unique=True),
        Column("as_of", "date", "The day its features look back from."),
        Column(
            "published_at", "datetime", "When its tables were swapped in (UTC); empty in the lake.", nullable=True
        ),
        Column("inputs", "str", "Hash of all its results follow from; empty in the lake.", nullable=True),
        Column("model_version", "str", "The segmentation model that assigned."),
        Column("selection", "str", "The selection policy with its parameters."),
        *(Column(f"rows_{name}", "int64", f"Rows {name}.", "rows", ge=0)
          for name in ("read", "transactions", "quarantined", "purchases", "returns")),
        count("customers", "Customers, the anonymous included."),
        count("identified_customers", "Identified customers."),
        count("members", "Members."),
        Column("revenue", "float64", "Revenue of all customers.", "currency", ge=0),
        share("insider_share_of_customers", "Insiders' share of identified customers."),
        share("insider_share_of_revenue", "Insiders' share of identified revenue."),
        Column("members_entered", "int64", "Members who were not members before.", "customers", ge=0),
        Column("members_left", "int64", "Members before who are no longer.", "customers", ge=0),
        Column("measure", "str", "What value means: gross, net or contribution.", nullable=True),
        Column("window_days", "int64", "Days that features look back.", "days", nullable=True),
        Column("insider_border", "float64", "The least value of an Insider; empty where nobody is worth anything.",
               "currency", nullable=True),
        Column("viability_border", "float64", "The least value of a customer being analysed, likewise.", "currency",
               nullable=True),
        Column("borders_from", "str", "Where the borders are from: the model, an earlier refresh or this one.",
               nullable=True, isin=("model", "earlier_refresh", "this_refresh")),
        Column("share_of_value_above_border", "float64", "Share of identified value at or above the Insider border.",
               "fraction", nullable=True, ge=0, le=1),
        Column("restoring_border", "float64", "The border that would cover the share asked for today.", "currency",
               nullable=True),
        *(replace(column, meaning=f"Over identified customers: {column.meaning[0].lower()}{column.meaning[1:]}")
          for column in AMOUNTS),
    ),
)  # fmt: skip

SUPPRESSIONS = Table(
    "suppressions",
    "One rule on who is never invited, and what it costs; rules that are off are counted as well.",
    (
        Column("rule", "str", "The rule.", unique=True),
        Column("meaning", "str", "What it says of a customer."),
        Column("is_on", "bool", "Whether it is applied."),
        count("customers", "Customers it applies to, in any tier."),
        count("insiders", "Customers of the Insider tier it applies to."),
        count(
            "insiders_by_this_rule",
            "Those whom no earlier rule keeps out: members less, or members less if on.",
        ),
        Column("revenue", "float64", "Revenue of the Insiders it applies to.", "currency", ge=0),
        share("share_of_revenue", "Their share of identified revenue; 0 for the anonymous."),
        *facts("meaning"),
    ),
)

ELIGIBILITY_RULES = Table(
    "eligibility_rules",
    "One plain rule that describes who is in the Insider tier and who is not; together they cover everybody once.",
    (
        Column("rule", "int32", "The rule's number.", unique=True, ge=1),
        Column("says_insider", "bool", "Whether it says that its customers are Insiders."),
        Column("condition", "str", "The condition, in words."),
        count("customers", "Identified customers it applies to."),
        count("insiders", "Those whom the policy puts in the Insider tier."),
        count("members", "Those who are members."),
        share("share_right", "Share of its customers of whom it says the side that the policy says."),
        share("share_of_revenue", "Share of identified revenue of its customers."),
        *facts("condition"),
    ),
)

RESEARCH = (SELECTION_BACKTEST, BACKTEST_CURVE)
"""Made on demand by research assets; a refresh makes every other table."""

CLAIMS = (HYPOTHESES, EVIDENCE, UPLIFT)
"""What is claimed and how well it is founded; declared in a module of their own."""

MOVEMENT = (MEMBERSHIP_CHANGES, LEAVES_NEXT, TIER_MIGRATION)
"""What changed from one refresh to the next; declared in a module of their own."""

OVER_TIME = (REVENUE_BY_MONTH, COHORTS, REVENUE_BRIDGE)
"""What months brought; declared in a module of their own."""

PRODUCTS = (PRODUCT_AFFINITY, PRODUCT_HISTORY)
"""What groups of customers buy, likewise."""

NAMED_TIERS = (MEMBER_TIERS, TIER_STANDING)
"""Named tiers of members, likewise."""

SEGMENTED = (SEGMENTS, SEGMENT_CUSTOMERS)
"""Who is in which segment, likewise."""

SETTLED = (SCOREBOARD,)
"""What became of earlier lists, likewise."""

FORETOLD = (OUTLOOK, OUTLOOK_FIGURES, OUTLOOK_EVIDENCE, OUTLOOK_HISTORY)
"""What is expected of customers, likewise."""

NAMED_NEXT = (NEXT_PRODUCTS, CLUSTER_NEXT_PRODUCTS, NEXT_PRODUCT_VERDICT)
"""What customers are likely to buy next, likewise."""

EXPERIMENTED = (EXPERIMENTS, EXPERIMENT_ARMS, EXPERIMENT_READOUTS, EXPERIMENT_DAYS)
"""What experiments bring, likewise."""
