"""Standing: what happened to a membership on the days between two refreshes, and how long grace holds it.

A shop that exports once a month and one that exports daily must tell people the same on the same day. So the days
that no refresh looked at are gone through after the event, wherever a customer's own value alone decides: when they
rose above the border, when they fell below it, when grace was over. Under other policies only the days of refreshes
are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from insiders_assets.days import day_number, day_of
from insiders_assets.programme.borders import Borders, least_micros
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.customer_policies import stays_at
from insiders_assets.programme.inputs import ProgrammeInputs
from insiders_assets.programme.policies import INSIDER, NOT_INSIDER, VIABILITY, was
from insiders_assets.programme.review import ends_on
from insiders_assets.programme.value_path import values_between

PATH = {
    "customer_id": pl.String, "day": pl.Int32, "inside": pl.Boolean, "watched": pl.Boolean, "absent": pl.Boolean
}  # fmt: skip


def steps_between(
    inputs: ProgrammeInputs, customers: pl.DataFrame, borders: Borders, *, same_selection: bool
) -> pl.DataFrame:
    """Return where customers stood on each day between two refreshes on which their value changed.

    Args:
        inputs: This refresh.
        customers: Customers with ``value``, ``purchase_lines`` and ``tier_before``.
        borders: Those in force on these days.
        same_selection: Whether the refresh before chose by the same policy and parameters.

    Returns:
        ``customer_id, day, inside, watched, absent`` (days from 1970-01-01; above the Insider border, above the second
        one, without a purchase in the window), sorted; no rows where a customer's own value does not decide alone, or
        no day is between.
    """
    rules, before = inputs.rules, inputs.previous_as_of
    decides = rules.policy == "value" and rules.grace_refreshes is None and same_selection
    if not decides or inputs.retried is not None or before is None or (inputs.as_of - before).days < 2:
        return pl.DataFrame(schema=PATH)
    path = values_between(inputs, customers, day_number(before))
    start = customers.join(path.select("customer_id").unique(), on="customer_id", how="semi").select(
        "customer_id",
        day=pl.lit(-1, pl.Int32),
        inside=was(INSIDER),
        watched=was(INSIDER, VIABILITY),
        absent=pl.lit(False),
    )
    rows = path.select(
        "customer_id",
        "day",
        inside=_decided(borders.insider, rules.hysteresis),
        watched=_decided(borders.viability, rules.hysteresis),
        absent=pl.col("lines") <= 0,
    )
    return (
        pl.concat([start, rows])
        .sort("customer_id", "day")
        .with_columns(pl.col("inside", "watched").forward_fill().over("customer_id"))
        .filter(pl.col("day") >= 0)
    )


def tier_before_today(steps: pl.DataFrame) -> pl.DataFrame:
    """Return ``customer_id, tier_yesterday``: where the last of the steps left each customer."""
    return steps.group_by("customer_id", maintain_order=True).agg(
        tier_yesterday=pl.when(pl.col("inside").last())
        .then(pl.lit(INSIDER))
        .when(pl.col("watched").last())
        .then(pl.lit(VIABILITY))
        .otherwise(pl.lit(NOT_INSIDER))
    )


def with_standing(
    customers: pl.DataFrame, steps: pl.DataFrame, rules: ProgrammeRules, as_of: date
) -> pl.DataFrame:
    """Add ``grace_left``, ``below_since`` and ``since``: whether, from when and since when a membership lasts.

    ``grace_left`` says of whoever is below the border today whether they are still held; ``since`` is the day on
    which a membership that lasts began.

    Args:
        customers: Customers with ``policy_tier``, ``was_member``, ``grace_before``, ``member_since_before``,
            ``below_since_before``, ``tier_before_known``.
        steps: As :func:`steps_between` returns them.
        rules: How long grace is, and when status is reviewed.
        as_of: Today.
    """
    inside = pl.col("policy_tier") == INSIDER
    member = pl.col("was_member").fill_null(False)
    if rules.grace_refreshes is not None or rules.policy == "budget":
        held = member & (pl.col("grace_before").fill_null(0) < (rules.grace_refreshes or 0))
        return customers.with_columns(
            grace_left=held & (rules.policy != "budget"),
            below_since=pl.lit(None, pl.Date),
            since=pl.when(member)
            .then(pl.coalesce("member_since_before", pl.lit(as_of)))
            .otherwise(pl.lit(as_of)),
        )
    today = day_number(as_of)
    final = customers.select(
        "customer_id",
        day=pl.lit(today, pl.Int32),
        inside=inside,
        watched=pl.lit(True),
        absent=pl.lit(False),
    )
    rows = (
        pl.concat([steps, final])
        .group_by("customer_id")
        .agg(pl.col("day", "inside", "absent").sort_by("day"))
        .join(
            customers.select(
                "customer_id",
                "member_since_before",
                "below_since_before",
                was_member=member,
                was_inside=was(INSIDER, before=pl.col("tier_before_known")),
            ),
            on="customer_id",
        )
        .filter(
            ~(pl.col("was_member") & pl.col("was_inside") & pl.col("inside").list.all())
            & (pl.col("was_member") | (pl.col("inside").list.any() & (pl.col("inside").list.len() > 1)))
        )
        .sort("customer_id")
    )
    found = [(row["customer_id"], *_lived(row, rules, as_of)) for row in rows.to_dicts()]
    lived = pl.DataFrame(
        found,
        schema={"customer_id": pl.String, "lasts": pl.Boolean, "began": pl.Date, "below_since": pl.Date},
        orient="row",
    )
    return (
        customers.join(lived, on="customer_id", how="left", maintain_order="left")
        .with_columns(
            grace_left=pl.col("lasts").fill_null(False) & ~inside,
            since=pl.coalesce("began", pl.when(member).then("member_since_before"), pl.lit(as_of)),
        )
        .drop("lasts", "began")
    )


@dataclass
class _Membership:
    """A membership on its way through the days."""

    lasts: bool
    since: date
    below_since: date | None

    def ended_by(self, day: date, rules: ProgrammeRules) -> bool:
        """Return whether grace was over by a day."""
        return self.below_since is not None and ends_on(self.below_since, rules, self.since) <= day


def _lived(
    row: dict[str, object], rules: ProgrammeRules, as_of: date
) -> tuple[bool, date | None, date | None]:
    """Go through the days of one customer; return whether they are a member today, since when, and below since when."""
    inside_before = bool(row["was_inside"])
    now = _Membership(bool(row["was_member"]), row["member_since_before"] or as_of, None)  # type: ignore[arg-type]
    if now.lasts and not inside_before:
        # A list from before this was remembered: what grace has been used up until now is not counted.
        now.below_since = row["below_since_before"] or as_of  # type: ignore[assignment]
    for number, inside, absent in zip(row["day"], row["inside"], row["absent"], strict=True):  # type: ignore[call-overload]
        day = day_of(number)
        if now.lasts and now.ended_by(day - timedelta(days=1) if inside else day, rules):
            now.lasts = False
        if inside:
            if not now.lasts:
                # Somebody whom a rule kept out, and no border, begins when the rule no longer does.
                now = _Membership(True, as_of if inside_before else day, None)
            now.below_since = None
        elif now.lasts:
            now.below_since = now.below_since or day
            now.lasts = not absent and not now.ended_by(day, rules)
        inside_before = inside
    return now.lasts, now.since if now.lasts else None, now.below_since if now.lasts else None


def _decided(border: float, hysteresis: float) -> pl.Expr:
    """Return whether a worth is above a border; empty in between, where it is as it was."""
    worth = pl.col("worth")
    return (
        pl.when((worth > 0) & (worth >= least_micros(border)))
        .then(pl.lit(True))
        .when((worth <= 0) | (worth < stays_at(border, hysteresis)))
        .then(pl.lit(False))
    )
