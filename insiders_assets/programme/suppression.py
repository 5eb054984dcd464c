"""Who is never invited, whatever their tier, and what each rule costs.

Anonymous customers cannot be invited and opted-out ones must not be: those two rules are always on. The others
are turned on by a setting. Every rule is counted whether it is on or not, so that its price is known before it
is chosen.
"""

from __future__ import annotations

import math

import polars as pl

from insiders_assets.contracts.programme import SUPPRESSIONS
from insiders_assets.language.message import message
from insiders_assets.language.writer import columns
from insiders_assets.money import micros
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.groups import share, total

RULES = ("anonymous", "opted_out", "wholesale", "mostly_returned", "holdout")
"""Every rule, in the order in which they are applied."""


def suppressed_by(customers: pl.DataFrame, rules: ProgrammeRules) -> pl.DataFrame:
    """Return which rules each customer breaks.

    Args:
        customers: Customers with features and ``is_identified``.
        rules: Limits, and the ids of opted-out customers.

    Returns:
        ``customer_id`` and one true-or-false column per rule but the holdout, which is drawn among the
        eligible.
    """
    bulk = bulk_score(customers)
    return customers.select(
        "customer_id",
        anonymous=~pl.col("is_identified"),
        opted_out=pl.col("customer_id").is_in(sorted(rules.opted_out)),
        wholesale=pl.col("is_identified") & (bulk > rules.wholesale_score),
        mostly_returned=pl.col("is_identified")
        & (pl.col("returned") > 0)
        & (pl.col("returned") >= pl.col("total_products") * rules.mostly_returned_share),
    )


def active(rules: ProgrammeRules) -> tuple[str, ...]:
    """Return the rules that are on, in order, without the holdout."""
    return tuple(name for name in RULES if name in ("anonymous", "opted_out") or name in rules.suppress)


def first_reason(flags: pl.DataFrame, names: tuple[str, ...]) -> pl.Series:
    """Return the first of the rules called ``names`` that each customer breaks, or missing."""
    broken = [pl.when(name).then(pl.lit(name)) for name in names]
    return flags.select(pl.coalesce(*broken, pl.lit(None, dtype=pl.String)).alias("suppressed_by"))[
        "suppressed_by"
    ]


def bulk_score(customers: pl.DataFrame) -> pl.Series:
    """Return how far a customer's quantities lie above the usual, by robust z-score; the larger of two.

    The modified z-score of Iglewicz and Hoaglin (*How to detect and handle outliers*, 1993: distance from the
    median over 1.4826 median absolute deviations, outlying beyond 3.5) of the logarithm of units per invoice
    and of units per line, measured on identified customers. A rule for trade accounts, where the original typed
    in two customer ids.
    """
    score = pl.Series("bulk", [0.0] * customers.height, dtype=pl.Float64)
    known = customers["is_identified"]
    for values in (
        customers["basket_size"],
        customers["total_products"] / customers["purchase_lines"],
    ):
        logs = values.cast(pl.Float64).log1p()
        measured = logs.filter(known)
        if measured.is_empty():
            return score
        median = float(measured.median())  # type: ignore[arg-type]
        spread = 1.4826 * float((measured - median).abs().median())  # type: ignore[arg-type]
        if spread > 0 and math.isfinite(spread):
            distance = (logs - median) / spread
            score = pl.select(pl.max_horizontal(score, distance)).to_series()
    return score


def suppression_costs(insiders: pl.DataFrame, flags: pl.DataFrame, rules: ProgrammeRules) -> pl.DataFrame:
    """Return what each rule costs: Insiders that it keeps from being members, and the revenue that they bring.

    Args:
        insiders: The list, with ``tier``, ``suppressed_by`` and ``revenue``, in the order of ``flags``.
        flags: As :func:`suppressed_by` returns it.
        rules: Which rules are on.

    Returns:
        A frame as the contract ``SUPPRESSIONS`` says.
    """
    on = active(rules)
    whole = total(insiders.filter("is_identified"))
    rows = []
    for name in RULES:
        broken = flags[name] if name in flags.columns else insiders["suppressed_by"].eq_missing(pl.lit(name))
        hit = insiders.filter(broken)
        kept_out = hit.filter(pl.col("tier") == "insider")
        alone = kept_out.filter((pl.col("suppressed_by") == name) | pl.col("is_member"))
        revenue = int(kept_out.select(micros().sum()).item() or 0) / 1e6
        rows.append(
            {
                "rule": name,
                **columns("meaning", message(f"suppression.{name}")),
                "is_on": name in on or (name == "holdout" and rules.holdout_share > 0),
                "customers": hit.height,
                "insiders": kept_out.height,
                "insiders_by_this_rule": alone.height,
                "revenue": revenue,
                "share_of_revenue": share(revenue, whole) if name != "anonymous" else 0.0,
            }
        )
    return pl.DataFrame(rows, schema=SUPPRESSIONS.polars_schema)
