"""Validity: the last day on which a member is one, if they buy no more."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from insiders_assets.days import day_number
from insiders_assets.money import micros
from insiders_assets.programme.borders import Borders
from insiders_assets.programme.customer_policies import stays_at
from insiders_assets.programme.inputs import ProgrammeInputs
from insiders_assets.programme.review import ends_on
from insiders_assets.programme.value_path import lines_of_value


def valid_until(inputs: ProgrammeInputs, customers: pl.DataFrame, borders: Borders) -> pl.DataFrame:
    """Return ``customer_id, valid_until`` of every member: the last day on which they are one if they buy no more.

    Under policies other than ``value`` it is the last day that calendar and grace promise, whatever else happens;
    empty where neither promises anything: under ``budget``, and where grace counts refreshes.

    Args:
        inputs: This refresh.
        customers: Customers with ``is_member``, ``value``, ``since``, ``below_since``.
        borders: The borders in force.
    """
    rules = inputs.rules
    members = customers.filter("is_member").select(
        "customer_id", "since", "below_since", worth=micros("value")
    )
    if rules.policy == "budget" or rules.grace_refreshes is not None:
        return members.select("customer_id", valid_until=pl.lit(None, pl.Date))
    tomorrow = inputs.as_of + timedelta(days=1)
    if rules.policy == "value":
        members = members.join(_ageing(inputs, members, borders), on="customer_id", how="left")
        falls = pl.coalesce("below_since", "falls", "gone")
    else:
        members = members.with_columns(gone=pl.lit(None, pl.Date))
        falls = pl.coalesce("below_since", pl.lit(tomorrow))
    members = members.with_columns(falls=falls)
    dates = members.select("falls", "since").unique()
    ends = {
        (fell, joined): None if fell is None else ends_on(fell, rules, joined)
        for fell, joined in dates.iter_rows()
    }
    ending = dates.with_columns(ends=pl.Series([ends[pair] for pair in dates.iter_rows()], dtype=pl.Date))
    return (
        members.join(ending, on=["falls", "since"], how="left", nulls_equal=True)
        .select(
            "customer_id",
            valid_until=pl.max_horizontal(
                pl.min_horizontal("ends", "gone").dt.offset_by("-1d"), pl.lit(inputs.as_of)
            ),
        )
        .sort("customer_id")
    )


def _ageing(inputs: ProgrammeInputs, members: pl.DataFrame, borders: Borders) -> pl.DataFrame:
    """``customer_id, falls, gone``: when a member who buys no more falls below the border, and out of the window."""
    today, window = day_number(inputs.as_of), inputs.rules.window_days
    day = pl.col("day")
    least = max(stays_at(borders.insider, inputs.rules.hysteresis), 1)
    changes = (
        lines_of_value(inputs)
        .filter(day.is_between(today - window + 1, today))
        .group_by("customer_id", "day")
        .agg(pl.col("amount", "lines").sum())
        .collect(engine="streaming")
        .join(members.select("customer_id", "worth"), on="customer_id")
        .sort("customer_id", "day")
        .with_columns(left=pl.col("worth") - pl.col("amount").cum_sum().over("customer_id"))
    )
    ages_out = (day + window).cast(pl.Date)
    return changes.group_by("customer_id").agg(
        falls=ages_out.filter(pl.col("left") < least).min(), gone=ages_out.filter(pl.col("lines") > 0).max()
    )
