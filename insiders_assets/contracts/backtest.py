"""Tables of the backtest: lists chosen with what was known then, measured on the days after."""

from insiders_assets.contracts.messages import facts
from insiders_assets.contracts.table import Column, Table, share

SELECTION_BACKTEST = Table(
    "selection_backtest",
    "One figure of one way to choose, at one cut-off: chosen with what was known then, measured on the days after.",
    (
        Column("cutoff", "date", "The last day that was known."),
        Column("horizon_days", "int64", "Days after the cut-off that are measured.", "days", ge=1),
        Column("accounts", "str", "Whether the five largest accounts of the time are in.",
               isin=("all", "without_5_largest")),
        Column("subject", "str", "The way to choose: list, past_revenue, budget, rfm_score, …"),
        Column("size", "float64", "Share of customers chosen; empty for the list's own size.", "fraction",
               nullable=True, gt=0, le=1),
        Column("chosen", "int64", "Customers chosen.", "customers", ge=0),
        Column("measure", "str", "What is measured, such as future_share_of_revenue."),
        Column("value", "float64", "The figure.", nullable=True),
        Column("low", "float64", "Lower end of its 95 % bootstrap interval over customers.", nullable=True),
        Column("high", "float64", "Upper end of its 95 % bootstrap interval over customers.", nullable=True),
        Column("note", "str", "What to keep in mind, such as a model that did not converge.", nullable=True),
        *facts("note"),
    ),
)  # fmt: skip

BACKTEST_CURVE = Table(
    "backtest_curve",
    "A point of a curve: the share of later revenue that the first customers of a ranking brought.",
    (
        Column("cutoff", "date", "The last day that was known."),
        Column("subject", "str", "The ranking."),
        share("share_of_customers", "Share of customers taken from the top."),
        share("share_of_revenue", "Share of later revenue that they brought."),
    ),
)
