"""Tables of what is claimed and how well it is founded: hypotheses, evidence, and what a campaign brought."""

from insiders_assets.contracts.messages import facts
from insiders_assets.contracts.table import Column, Table, count

VERDICTS = ("holds", "does_not_hold", "undecided", "needs_data")

HYPOTHESES = Table(
    "hypotheses",
    "One hypothesis about Insiders, with its verdict.",
    (
        Column("number", "int32", "The hypothesis' number.", unique=True, ge=1),
        Column("subject", "str", "What it is about: transactions, customers or products."),
        Column("statement", "str", "The hypothesis."),
        Column("verdict", "str", "What the data say.", isin=VERDICTS),
        Column("finding", "str", "The numbers behind the verdict, or the data that it needs."),
        Column("effect", "float64", "The effect's size, as the finding names it.", nullable=True),
        Column("low", "float64", "Lower end of the effect's 95 % interval.", nullable=True),
        Column("high", "float64", "Upper end of the effect's 95 % interval.", nullable=True),
        Column(
            "p_value", "float64", "The test's p-value, corrected for many tests.", nullable=True, ge=0, le=1
        ),
        Column("test", "str", "How it was tested.", nullable=True),
        *facts("statement", "finding", "test"),
    ),
)

EVIDENCE = Table(
    "evidence",
    "One measured figure about how good the choice is.",
    (
        Column("measure", "str", "What is measured, such as share_of_revenue or silhouette."),
        Column("subject", "str", "What is measured on: the list, a plain sort, leaves, …"),
        Column(
            "cutoff",
            "date",
            "The day only what came before was known; empty if not out of time.",
            nullable=True,
        ),
        Column(
            "size",
            "float64",
            "Share of customers listed; empty if it does not apply.",
            "fraction",
            nullable=True,
        ),
        Column("value", "float64", "The figure.", nullable=True),
        Column("low", "float64", "Lower end of its 95 % interval.", nullable=True),
        Column("high", "float64", "Upper end of its 95 % interval.", nullable=True),
        Column("note", "str", "What to keep in mind when reading it.", nullable=True),
        *facts("note"),
    ),
)

UPLIFT = Table(
    "uplift",
    "One measure of what a campaign brought; experiment_readouts is to replace it.",
    (
        Column("measure", "str", "What is measured.", unique=True),
        count("invited", "Customers drawn to be invited before the campaign began."),
        count("held_out", "Customers drawn to be held out before it began."),
        Column("mean_invited", "float64", "Mean of the invited.", nullable=True),
        Column("mean_held_out", "float64", "Mean of those held out.", nullable=True),
        Column("uplift", "float64", "The difference.", nullable=True),
        Column("low", "float64", "Lower end of its interval: 95 % over all days together.", nullable=True),
        Column("high", "float64", "Upper end of its interval.", nullable=True),
        Column("p_value", "float64", "p-value of no difference, valid on whichever day one looks.", nullable=True,
               ge=0, le=1),
        Column("note", "str", "What to keep in mind."),
        *facts("note"),
    ),
)  # fmt: skip
