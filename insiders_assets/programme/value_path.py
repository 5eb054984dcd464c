"""The path of a value: what customers were worth on each day between two refreshes, from today's transactions."""

from __future__ import annotations

import polars as pl

from insiders_assets.days import day_number
from insiders_assets.money import micros
from insiders_assets.programme.bridge import amount_of
from insiders_assets.programme.inputs import ProgrammeInputs


def values_between(inputs: ProgrammeInputs, customers: pl.DataFrame, before: int) -> pl.DataFrame:
    """``customer_id, day, worth, lines`` of each day between two refreshes on which a customer's value changed."""
    today, window = day_number(inputs.as_of), inputs.rules.window_days
    lines, day = lines_of_value(inputs), pl.col("day")
    came = lines.filter(day.is_between(before + 1, today))
    went = lines.filter((day + window).is_between(before + 1, today)).with_columns(
        day=day + window, amount=-pl.col("amount"), lines=-pl.col("lines")
    )
    changes = (
        pl.concat([came, went])
        .group_by("customer_id", "day")
        .agg(pl.col("amount", "lines").sum())
        .collect(engine="streaming")
        .sort("customer_id", "day")
    )
    known = customers.select(
        "customer_id", worth=micros("value"), has=pl.col("purchase_lines").cast(pl.Int64)
    )

    def at_the_time(now: str, change: str) -> pl.Expr:
        later = pl.col(change).sum().over("customer_id") - pl.col(change).cum_sum().over("customer_id")
        return pl.col(now) - later

    return (
        changes.join(known, on="customer_id", maintain_order="left")
        .with_columns(worth=at_the_time("worth", "amount"), lines=at_the_time("has", "lines"))
        .filter(day < today)
        .select("customer_id", "day", "worth", "lines")
    )


def lines_of_value(inputs: ProgrammeInputs) -> pl.LazyFrame:
    """``customer_id, day, amount, lines`` of all transactions that value is made of."""
    if inputs.rules.value == "gross":
        day = pl.col("invoice_day").cast(pl.Int32)
        known = inputs.orders.lazy().filter("is_identified")
        return known.select("customer_id", "lines", day=day, amount="micros")
    kinds = [(inputs.purchases, 1), (inputs.returns, 0)]
    return pl.concat(
        frame.filter("is_identified").select(
            "customer_id",
            day=pl.col("invoice_day").cast(pl.Int32),
            amount=amount_of(inputs.rules),
            lines=pl.lit(counts, pl.Int64),
        )
        for frame, counts in kinds
    )
