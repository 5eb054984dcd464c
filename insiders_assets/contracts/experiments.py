"""Experiments: what was registered, who is in which arm, and what each arm has brought so far."""

from dataclasses import replace

from insiders_assets.contracts.customers import CUSTOMER_ID
from insiders_assets.contracts.messages import facts
from insiders_assets.contracts.table import Column, Table, count, share

OUTCOMES = ("revenue", "orders", "margin", "return_visits")
"""What an experiment can be about: what customers buy for, their invoices, what is left once goods are paid, and the
days on which they came back and bought."""

FINDINGS = ("more", "less", "open", "early", "doubtful")
"""What is said of an arm: it brings more or less than the control, neither is shown yet, there is too little to say
anything, or the arms are not what was drawn."""

_NAME = Column("experiment", "str", "The experiment's name in experiments.yaml.")
_ARM = Column("arm", "str", "The arm that is compared with the control.")
_MEASURE = Column("measure", "str", "What is compared.", isin=OUTCOMES)


def _amount(name: str, meaning: str, *, nullable: bool = True) -> Column:
    return Column(name, "float64", meaning, "of the measure", nullable=nullable)


EXPERIMENTS = Table(
    "experiments",
    "One experiment as it was registered by the first refresh of its start, with its arms drawn.",
    (
        _NAME,
        Column("segment", "str", "Who takes part: the segment they were drawn from, or members."),
        Column("outcome", "str", "What it is about.", isin=OUTCOMES),
        Column("guardrails", "str", "Outcomes that it must not harm, with commas; empty for none."),
        Column("arms", "str", "Each arm with its share: control=0.2, treated=0.8."),
        Column("control", "str", "The arm to which nothing is delivered."),
        Column("first_day", "date", "The first day that counts."),
        Column("last_day", "date", "The last day planned; empty if none is.", nullable=True),
        Column("stopped", "date", "The last day of one that was stopped early; else empty.", nullable=True),
        Column("is_running", "bool", "Whether the control is left alone still."),
        Column("registered_on", "date", "The as-of date of the refresh that drew its arms."),
        Column("registered_by", "str", "That refresh."),
        count("customers", "Customers who were drawn."),
        Column("drawn", "str", "How many of them into which arm: control=42, treated=168."),
        Column("cost_per_contact", "float64", "What it costs to treat a customer.", "currency", nullable=True, ge=0),
        Column("definition", "str", "All that may not change from then on, as JSON."),
        Column("definition_hash", "str", "Its SHA-256."),
    ),
    key=("experiment",),
)  # fmt: skip

EXPERIMENT_ARMS = Table(
    "experiment_arms",
    "One customer in an experiment, in the arm drawn when it was registered.",
    (
        _NAME,
        replace(CUSTOMER_ID, unique=False),
        Column("arm", "str", "The arm."),
        Column("stratum", "int32", "The band of value that the arm was drawn within, 1 = lowest.", ge=1),
    ),
    key=("experiment", "customer_id"),
)

EXPERIMENT_READOUTS = Table(
    "experiment_readouts",
    "What one arm has brought beside the control, as a refresh told it; its interval holds on all days together.",
    (
        Column("refresh_id", "str", "The refresh."),
        Column("as_of", "date", "Its as-of date."),
        _NAME,
        _MEASURE,
        _ARM,
        Column("is_guardrail", "bool", "Whether it is a guardrail rather than what the experiment is about."),
        count("days", "Days that count so far.", "days"),
        count("in_arm", "Customers of the arm, in whatever they did since (intention to treat)."),
        count("in_control", "Customers of the control."),
        _amount("mean_arm", "Mean of the arm over those days."),
        _amount("mean_control", "Mean of the control."),
        _amount("effect", "Their difference per customer, adjusted for what was known before."),
        _amount("low", "Lower end of its interval: 95 % over all days and arms together."),
        _amount("high", "Upper end."),
        Column("relative", "float64", "The difference as a fraction of the control's mean.", "fraction", nullable=True),
        Column("p_value", "float64", "p-value of no difference, valid on whichever day one looks.", nullable=True,
               ge=0, le=1),
        _amount("total", "The difference over all customers of the arm."),
        Column("cost", "float64", "What treating them has cost; empty without a cost per contact.", "currency",
               nullable=True),
        share("ratio_p_value", "p-value of the arms being as they were drawn, valid on whichever day one looks."),
        Column("finding", "str", "What is said of it.", isin=FINDINGS),
        Column("verdict", "str", "The same as a sentence."),
        *facts("verdict"),
    ),
    key=("refresh_id", "experiment", "measure", "arm"),
)  # fmt: skip

EXPERIMENT_DAYS = Table(
    "experiment_days",
    "What one arm had brought beside the control by one day, as the newest refresh knows it.",
    (
        _NAME,
        _ARM,
        Column("day", "date", "The day; days before there was enough to tell are left out."),
        _amount("effect", "The difference per customer from the first day to this one.", nullable=False),
        _amount("low", "Lower end of its interval: 95 % over all days and arms together.", nullable=False),
        _amount("high", "Upper end.", nullable=False),
    ),
    key=("experiment", "arm", "day"),
)
