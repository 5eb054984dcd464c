"""Rhythm: whether a customer is active, lapsing or lost, by their own gaps between purchases.

Somebody who buys every week is late after a month; somebody who buys every spring is not. Silence is therefore
measured in the customer's own usual gap. If purchases come at a customer's own mean gap *g* without memory (the Poisson
purchasing of Schmittlein, Morrison and Colombo, *Counting your customers*, Management Science 1987), a silence of *t*
days has the chance exp(-t/g): 14 % at two gaps, 2 % at four. A fixed number of days without a purchase, the hiatus rule
that managers use (Wübben and von Wangenheim, *Instant customer base analysis*, Journal of Marketing 2008), is the
special case in which all gaps are the same.

A mean of few gaps says little, so it is drawn towards the population's: the usual gap is the mean of the customer's own
gaps and :data:`PRIOR_GAPS` of the population's median gap, which is the posterior mean of a Poisson rate's inverse
scale under a gamma prior of that weight. With a single purchase day it is the population's alone.
"""

from __future__ import annotations

import polars as pl

from insiders_assets.contracts.customers import STATES

ACTIVE, LAPSING, LOST = STATES

LAPSING_AFTER = 2.0
"""Usual gaps of silence after which a customer is lapsing."""

LOST_AFTER = 4.0
"""Usual gaps of silence after which a customer is lost."""

PRIOR_GAPS = 2.0
"""Gaps of the population that stand beside a customer's own."""

UNKNOWN_GAP = 90.0
"""The population's gap in days while nobody has bought on two days."""


def with_states(customers: pl.DataFrame) -> pl.DataFrame:
    """Add ``usual_gap_days`` and ``state``; empty for anonymous customers, who are one invoice each.

    Args:
        customers: Customers with ``recency``, ``tenure``, ``avg_recency_days`` and ``is_identified``.
    """
    population = population_gap(customers)
    span = (pl.col("tenure") - pl.col("recency")).cast(pl.Float64)
    gaps = (span / pl.col("avg_recency_days")).round(0).fill_null(0.0).fill_nan(0.0)
    usual = (span.fill_null(0.0) + PRIOR_GAPS * population) / (gaps + PRIOR_GAPS)
    known = pl.col("is_identified")
    return customers.with_columns(usual_gap_days=pl.when(known).then(usual.round(1))).with_columns(
        state=pl.when(~known)
        .then(pl.lit(None, pl.String))
        .when(pl.col("recency") > LOST_AFTER * pl.col("usual_gap_days"))
        .then(pl.lit(LOST))
        .when(pl.col("recency") > LAPSING_AFTER * pl.col("usual_gap_days"))
        .then(pl.lit(LAPSING))
        .otherwise(pl.lit(ACTIVE))
    )


def population_gap(customers: pl.DataFrame) -> float:
    """Return the median of identified customers' mean gaps, in days; at least one."""
    gaps = customers.filter("is_identified")["avg_recency_days"].drop_nulls().drop_nans()
    return max(float(gaps.median()), 1.0) if len(gaps) else UNKNOWN_GAP  # type: ignore[arg-type]
