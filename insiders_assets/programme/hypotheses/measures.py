"""What hypotheses measure: each function turns a sample into a figure, its interval and a sentence about it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.language.message import Message, message, money, number, percent
from insiders_assets.programme.hypotheses.estimates import (
    FEW_RESAMPLES,
    mean_of,
    p_value_of,
    share_span,
    span,
)
from insiders_assets.programme.hypotheses.sample import BIG_PACK, Sample
from insiders_assets.programme.statistics import Estimate, Sum

BOOTSTRAP = message("test.bootstrap")


@dataclass(frozen=True)
class Finding:
    """What a measure found.

    Attributes:
        sentence: The numbers, said without a full stop.
        effect: The figure that the claim is about, with its interval.
        border: What the claim says the figure exceeds (or stays below).
        above: Whether the claim is that the figure exceeds, or else stays below, the border.
        p_value: One-sided p-value of the claim's contrary, before correction.
        test: How it was tested.
    """

    sentence: Message
    effect: Estimate
    border: float
    above: bool
    p_value: float
    test: Message = BOOTSTRAP


Measure = Callable[[Sample], Finding]


def of_lines(measure: Measure) -> Measure:
    """Ask the lines of the customers who are drawn if there are too many to ask those of all, and say so."""

    def measured(sample: Sample) -> Finding:
        found = measure(sample.asked)
        if sample.part is None:
            return found
        drawn = {"customers": sample.part.customers.height}
        return replace(found, test=message(f"{found.test.code}.drawn", **found.test.args, **drawn))

    return measured


def means_ratio(feature: str, border: float, *, above: bool = True, against_all: bool = False) -> Measure:
    """Insiders' mean of a feature over that of the others, or of everybody."""
    against = "all" if against_all else "others"

    def measure(sample: Sample) -> Finding:
        values, inside = sample.feature(feature), sample.insider
        outside = np.ones_like(inside) if against_all else ~inside

        def ratio(total: Sum) -> NDArray[np.float64]:
            return (total(values * inside) / total(inside)) / (total(values * outside) / total(outside))

        effect, drawn = sample.bootstrap.estimate(ratio)
        mean_in, mean_out = mean_of(values, inside), mean_of(values, outside)
        return Finding(
            message(
                f"found.means.{feature}.{against}",
                insiders=number(mean_in, 2),
                others=number(mean_out, 2),
                ratio=span(effect),
            ),
            effect,
            border,
            above,
            p_value_of(drawn, border, above=above),
        )

    return measure


def basket_mean_and_ratio(sample: Sample) -> Finding:
    """Judge whether the mean basket is at least 300 units and twice that of the others; the weaker claim counts."""
    values, inside = sample.feature("basket_size"), sample.insider
    mean, means = sample.bootstrap.estimate(lambda total: total(values * inside) / total(inside))
    ratio, ratios = sample.bootstrap.estimate(
        lambda total: (total(values * inside) / total(inside)) / (total(values * ~inside) / total(~inside))
    )
    # Both must hold, so the larger p-value is the p-value of both (intersection-union test).
    weaker_is_mean = p_value_of(means, 300.0, above=True) > p_value_of(ratios, 2.0, above=True)
    effect, border, drawn = (mean, 300.0, means) if weaker_is_mean else (ratio, 2.0, ratios)
    return Finding(
        message(
            "found.basket.mean" if weaker_is_mean else "found.basket.ratio",
            mean=span(mean),
            ratio=span(ratio),
        ),
        effect,
        border,
        True,
        p_value_of(drawn, border, above=True),
    )


def revenue_share(sample: Sample) -> Finding:
    """Insiders' share of identified revenue."""
    values, inside = sample.feature("revenue"), sample.insider
    effect, drawn = sample.bootstrap.estimate(lambda total: total(values * inside) / total(values))
    return Finding(
        message("found.revenue", share=share_span(effect)),
        effect,
        0.5,
        True,
        p_value_of(drawn, 0.5, above=True),
    )


def big_packs(sample: Sample) -> Finding:
    """Insiders' share of the units whose description names a package of a dozen or more."""
    units, inside = sample.bought["pack_units"], sample.insider
    effect, drawn = sample.bootstrap.estimate(lambda total: total(units * inside) / total(units))
    return Finding(
        message("found.big_packs", share=share_span(effect), units=round(units.sum()), pieces=BIG_PACK),
        effect,
        0.30,
        True,
        p_value_of(drawn, 0.30, above=True),
    )


def median_price_ratio(sample: Sample) -> Finding:
    """Return the median unit price of lines that Insiders bought, over that of all lines."""
    inside = sample.insider.astype(np.int64)
    everyone = np.ones_like(inside)
    own, all_lines = sample.prices.median(inside), sample.prices.median(everyone)
    drawn = []
    if sample.bootstrap.blocks == sample.bootstrap.size and all_lines > 0:
        for weights in sample.bootstrap.weights[:FEW_RESAMPLES]:
            overall = sample.prices.median(weights)
            if overall > 0:
                drawn.append(sample.prices.median(weights * inside) / overall)
    resampled = np.array([value for value in drawn if math.isfinite(value)])
    value = own / all_lines if all_lines > 0 else math.nan
    ends = np.quantile(resampled, [0.025, 0.975]) if len(resampled) > 1 else (value, value)
    effect = Estimate(value, float(ends[0]), float(ends[1]))
    return Finding(
        message("found.median_price", insiders=money(own), all=money(all_lines), ratio=span(effect)),
        effect,
        1.10,
        True,
        p_value_of(resampled, 1.10, above=True),
        message("test.few_resamples", resamples=len(resampled)),
    )


def price_position(sample: Sample) -> Finding:
    """Return where the median price that Insiders pay is in the distribution of all prices."""
    inside = sample.insider.astype(np.int64)
    everyone = np.ones_like(inside)
    prices = sample.prices
    own, lower, upper = (prices.quantile(inside, level) for level in (0.5, 0.25, 0.75))
    position = prices.position(own, everyone) if math.isfinite(own) else math.nan
    drawn = []
    if sample.bootstrap.blocks == sample.bootstrap.size:
        for weights in sample.bootstrap.weights[:FEW_RESAMPLES]:
            median = prices.median(weights * inside)
            if math.isfinite(median):
                drawn.append(abs(prices.position(median, weights) - 0.5))
    gap = abs(position - 0.5)
    ends = np.quantile(drawn, [0.025, 0.975]) if len(drawn) > 1 else (gap, gap)
    effect = Estimate(gap, float(ends[0]), float(ends[1]))
    return Finding(
        message(
            "found.price_position",
            half=money(own),
            quarter=money(lower),
            three_quarters=money(upper),
            position=percent(position),
            distance=span(effect),
        ),
        effect,
        0.25,
        False,
        p_value_of(np.array(drawn), 0.25, above=False),
        message("test.few_resamples", resamples=len(drawn)),
    )


def catalogue_age(sample: Sample) -> Finding:
    """Return the mean age of products when Insiders bought them; the first sale of a product stands for its entry."""
    days, lines, inside = sample.bought["age_days"], sample.bought["aged_lines"], sample.insider
    effect, drawn = sample.bootstrap.estimate(lambda total: total(days * inside) / total(lines * inside))
    others = (days * ~inside).sum() / lines[~inside].sum() if lines[~inside].sum() else math.nan
    return Finding(
        message("found.catalogue_age", age=span(effect), others=number(others), lines=round(lines.sum())),
        effect,
        15.0,
        False,
        p_value_of(drawn, 15.0, above=False),
    )


def third_quartile_share(sample: Sample) -> Finding:
    """Return the share of Insiders' revenue that comes from the third quartile of Insiders by revenue."""
    values, inside = sample.feature("revenue"), sample.insider
    own = np.sort(values[inside])
    if not len(own):
        return Finding(
            message("found.no_insider"), Estimate(math.nan, math.nan, math.nan), 0.5, True, math.nan
        )
    low, high = np.quantile(own, [0.5, 0.75])
    third = inside & (values > low) & (values <= high)
    fourth = inside & (values > high)
    effect, drawn = sample.bootstrap.estimate(lambda total: total(values * third) / total(values * inside))
    top, _ = sample.bootstrap.estimate(lambda total: total(values * fourth) / total(values * inside))
    return Finding(
        message("found.third_quartile", third=share_span(effect), fourth=share_span(top)),
        effect,
        0.5,
        True,
        p_value_of(drawn, 0.5, above=True),
    )


def credit_card_share(sample: Sample) -> Finding:
    """Return the share of Insiders' invoices that were paid by credit card; needs ``payment_method``."""
    credit = pl.col("payment_method").cast(pl.String).str.to_lowercase().str.contains("credit")
    sums = sample.per_customer(
        paid=pl.col("invoice_no").filter(credit.fill_null(False)).n_unique(),
        known=pl.col("invoice_no").filter(pl.col("payment_method").is_not_null()).n_unique(),
    )
    inside = sample.insider
    effect, drawn = sample.bootstrap.estimate(
        lambda total: total(sums["paid"] * inside) / total(sums["known"] * inside)
    )
    return Finding(
        message("found.credit_card", share=share_span(effect)), effect, 0.8, True, p_value_of(drawn, 0.8, above=True)
    )  # fmt: skip


def customers_share(column: str, border: float, read: Callable[[pl.Expr], pl.Expr]) -> Measure:
    """Return the share of Insiders with a property that an extra column tells."""

    def measure(sample: Sample) -> Finding:
        known, holds = sample.latest(column, read)
        inside = sample.insider
        effect, drawn = sample.bootstrap.estimate(lambda total: total(holds & inside) / total(known & inside))
        return Finding(
            message(f"found.share.{column}", share=share_span(effect), known=int((known & inside).sum())),
            effect,
            border,
            True,
            p_value_of(drawn, border, above=True),
        )

    return measure


def weight_ratio(sample: Sample) -> Finding:
    """Return the mean weight of a unit that Insiders buy over that of the others; needs ``weight``."""
    weight = pl.col("weight").cast(pl.Float64, strict=False)
    sums = sample.per_customer(
        weight=(weight * pl.col("quantity")).sum(),
        units=pl.col("quantity").filter(weight.is_not_null()).sum(),
    )
    inside = sample.insider
    effect, drawn = sample.bootstrap.estimate(
        lambda total: (
            (total(sums["weight"] * inside) / total(sums["units"] * inside))
            / (total(sums["weight"] * ~inside) / total(sums["units"] * ~inside))
        )
    )
    return Finding(
        message("found.weight", ratio=span(effect)), effect, 1.0, True, p_value_of(drawn, 1.0, above=True)
    )  # fmt: skip
