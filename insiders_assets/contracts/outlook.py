"""The outlook: what customers are expected to do in the days ahead, and how right such expectations were before."""

from insiders_assets.contracts.messages import facts
from insiders_assets.contracts.table import Column, Table, count

FIGURES = REVENUE_AHEAD, CHANCE, NEXT_PURCHASE = (
    "expected_revenue_90",
    "chance_to_buy_90",
    "expected_next_purchase",
)
"""What is foretold of each customer; a column of ``outlook`` each."""

_FIGURE = Column("figure", "str", "The column of outlook that it is about.", isin=FIGURES)


def _maybe(name: str, meaning: str, unit: str = "", dtype: str = "float64", **limits: float) -> Column:
    return Column(name, dtype, meaning, unit, nullable=True, **limits)  # type: ignore[arg-type]


OUTLOOK = Table(
    "outlook",
    "What one identified customer is expected to do in the 90 days after the as-of date; empty where it is withheld.",
    (
        Column("customer_id", "str", "The customer.", unique=True, personal=True),
        _maybe("expected_revenue_90", "What they are expected to spend in those days.", "currency", ge=0),
        _maybe("expected_revenue_90_low", "Lower end of the range that holds eight in ten.", "currency", ge=0),
        _maybe("expected_revenue_90_high", "Upper end.", "currency", ge=0),
        _maybe("chance_to_buy_90", "Their chance to buy in those days.", "fraction", ge=0, le=1),
        _maybe("chance_to_buy_90_low", "Lower end of the range in which the share of those like them who bought lay.",
               "fraction", ge=0, le=1),
        _maybe("chance_to_buy_90_high", "Upper end.", "fraction", ge=0, le=1),
        _maybe("expected_next_purchase", "The day by which half of customers like them buy next, of those who do in "
               "these 90 days; empty also where that is less likely than not.", dtype="date"),
        _maybe("expected_next_purchase_low", "First day of the range that holds eight in ten of those.", dtype="date"),
        _maybe("expected_next_purchase_high", "Last day of it.", dtype="date"),
    ),
    key=("customer_id",),
)  # fmt: skip

OUTLOOK_FIGURES = Table(
    "outlook_figures",
    "One column of outlook: whether it is shown, why, and what it says of the members together.",
    (
        _FIGURE,
        Column("is_shown", "bool", "Whether it is told; or else it is withheld, and the column is empty."),
        Column(
            "stated_coverage",
            "float64",
            "The share of customers that a range is to hold.",
            "fraction",
            ge=0,
            le=1,
        ),
        Column("reason", "str", "Why it is shown or withheld."),
        *facts("reason"),
        count("customers", "Customers of whom it is told."),
        _maybe("members_expected", "Of all members: revenue, or how many buy; empty for a day.", ge=0),
        _maybe("members_low", "The same if it misses as it did at the past cut-off with least.", ge=0),
        _maybe("members_high", "The same as at the one with most.", ge=0),
    ),
    key=("figure",),
)

OUTLOOK_HISTORY = Table(
    "outlook_history",
    "What one refresh expected of its members, as it was told then: its list is settled beside it.",
    (
        Column("refresh_id", "str", "The refresh."),
        Column("as_of", "date", "Its as-of date."),
        _FIGURE,
        Column("is_shown", "bool", "Whether it was told; or else it was withheld."),
        _maybe("members_expected", "Of all members: revenue, or how many buy; empty for a day.", ge=0),
        _maybe("members_low", "The same if it misses as it did at the past cut-off with least.", ge=0),
        _maybe("members_high", "The same as at the one with most.", ge=0),
    ),
    key=("refresh_id", "figure"),
)

OUTLOOK_EVIDENCE = Table(
    "outlook_evidence",
    "How right one column would have been at a past cut-off, from what was known then.",
    (
        _FIGURE,
        Column("cutoff", "date", "The last day that was known."),
        count("horizon_days", "Days after it that were looked at.", "days"),
        count("customers", "Customers it was judged on; of the next purchase, those who did buy."),
        Column("stated_coverage", "float64", "The share of customers that a range is to hold.", "fraction", ge=0, le=1),
        Column("coverage", "float64", "The share it held; of a chance, the share of customers among whom as many "
               "bought as its range says.", "fraction", ge=0, le=1),
        Column("deviation", "float64", "How far it was off: coverage beside what is stated; of a chance, the share who "
               "bought beside the chance told, on average over groups.", "fraction", ge=0, le=1),
        Column("is_right", "bool", "Whether that is five points at most."),
        Column("error", "float64", "Mean absolute error, in the data's currency or in days; of a chance, the Brier "
               "score.", ge=0),
        Column("expected", "float64", "Mean of what was expected; of days until the next purchase, the median.", ge=0),
        Column("actual", "float64", "The same of what came.", ge=0),
    ),
    key=("figure", "cutoff"),
)  # fmt: skip
