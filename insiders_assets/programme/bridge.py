"""The bridge from one value to the next: what a customer bought, what aged out, what came back, what was corrected.

Between two refreshes a value changes by purchases dated since, by purchases that the window leaves behind, by returns
where value is net of them, and by what happened to rows of days that were seen before: files replaced, rows replayed,
late or forgotten. The first three are sums over dates of today's transactions; the last is the rest to what the refresh
before published, so that the parts add up exactly, in whole millionths, whatever happened:
value after = value before + bought - aged out + returned + corrected.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from insiders_assets.days import day_number
from insiders_assets.money import micros
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.inputs import ProgrammeInputs

PARTS = ("bought", "aged_out", "returned", "corrected")
"""The parts of a change, in the order in which they are shown."""

CHANGES = {part: -pl.col(part) if part == "aged_out" else pl.col(part) for part in PARTS}
"""What each part adds to the value."""

USUAL_STEP = 30
"""Days to the next refresh while only one has been."""


@dataclass(frozen=True)
class Window:
    """The days that features look back on.

    Attributes:
        last: The last of them, counted from 1970-01-01.
        days: How many there are.
    """

    last: int
    days: int

    @classmethod
    def to(cls, day: date, days: int) -> Window:
        """Return the window that ends at ``day``."""
        return cls(day_number(day), days)

    @property
    def has(self) -> pl.Expr:
        """Whether a transaction is in it."""
        return pl.col("invoice_day").is_between(self.last - self.days + 1, self.last)

    @property
    def left_behind(self) -> pl.Expr:
        """Whether a transaction is before it."""
        return pl.col("invoice_day") <= self.last - self.days

    @property
    def still_to_come(self) -> pl.Expr:
        """Whether a transaction is after it."""
        return pl.col("invoice_day") > self.last


def next_as_of(inputs: ProgrammeInputs) -> date:
    """Return the day that the next refresh is expected to look back from: as far ahead as the one before is back."""
    before = inputs.previous_as_of
    step = (inputs.as_of - before).days if before else 0
    return inputs.as_of + timedelta(days=step if step > 0 else USUAL_STEP)


def amount_of(rules: ProgrammeRules) -> pl.Expr:
    """Return what a transaction adds to its customer's value, in whole millionths."""
    return micros("line_contribution" if rules.value == "contribution" else "line_value")


def value_moves(inputs: ProgrammeInputs, insiders: pl.DataFrame) -> pl.DataFrame:
    """Return what moved the value of each identified customer of either refresh, in whole millionths.

    Args:
        inputs: This refresh; ``previous`` is the list that the one before published.
        insiders: The list of today, with ``value``.

    Returns:
        ``customer_id, value_before, bought, aged_out, returned, corrected, value_after, ages_out_next``, sorted by id.
        ``value_after`` is ``value_before + bought - aged_out + returned + corrected``, exactly. What a
        refresh before ``value`` was published was worth is taken from its revenue, or, if that is not what value means
        today, from today's transactions: nothing is then said to be corrected.
    """
    sums = _sums(inputs)
    now = insiders.filter("is_identified").select("customer_id", value_after=micros("value"))
    found = (
        now.join(_before(inputs), on="customer_id", how="full", coalesce=True)
        .join(sums, on="customer_id", how="left")
        .with_columns(pl.col("value_after", "bought", "aged_out", "returned", "ages_out_next").fill_null(0))
    )
    moved = pl.col("bought") - pl.col("aged_out") + pl.col("returned")
    stood_at = pl.when(pl.col("was_seen").fill_null(False)).then(pl.col("value_after") - moved).otherwise(0)
    return (
        found.with_columns(value_before=pl.coalesce("value_before", stood_at))
        .with_columns(corrected=pl.col("value_after") - pl.col("value_before") - moved)
        .select("customer_id", "value_before", *PARTS, "value_after", "ages_out_next")
        .sort("customer_id")
    )


def _before(inputs: ProgrammeInputs) -> pl.DataFrame:
    """``customer_id, was_seen, value_before`` of the refresh before; the value is empty where it is not known."""
    if inputs.previous is None:
        return pl.DataFrame(
            schema={"customer_id": pl.String, "was_seen": pl.Boolean, "value_before": pl.Int64}
        )
    known = inputs.previous.filter("is_identified")
    meant = inputs.previous_measure
    value = pl.lit(None, pl.Int64)
    if meant == inputs.rules.value and "value" in known.columns:
        value = micros("value")
    if inputs.rules.value == "gross" and "revenue" in known.columns:
        value = pl.coalesce(value, micros("revenue"))
    return known.select("customer_id", was_seen=pl.lit(True), value_before=value)


def _sums(inputs: ProgrammeInputs) -> pl.DataFrame:
    """Today's transactions of each customer added up by where they lie in the windows of both refreshes."""
    rules = inputs.rules
    now = Window.to(inputs.as_of, rules.window_days)
    then = Window.to(inputs.previous_as_of or inputs.as_of, inputs.previous_window_days or rules.window_days)
    soon = Window.to(next_as_of(inputs), rules.window_days)
    gross = rules.value == "gross"
    amount = pl.col("micros") if gross else amount_of(rules)

    def over(days: pl.Expr) -> pl.Expr:
        return pl.when(days).then(amount).otherwise(0).sum()

    if inputs.previous is None:
        bought, aged_out = over(now.has), pl.lit(0, pl.Int64)
    else:
        bought = over(now.has & then.still_to_come) - over(then.has & now.still_to_come)
        aged_out = over(then.has & now.left_behind) - over(now.has & then.left_behind)
    parts = [
        (inputs.orders.lazy() if gross else inputs.purchases).filter("is_identified").group_by("customer_id").agg(
            bought=bought, aged_out=aged_out, returned=pl.lit(0, pl.Int64),
            ages_out_next=over(now.has & soon.left_behind),
        )
    ]  # fmt: skip
    if not gross:
        change = over(now.has) - (over(then.has) if inputs.previous is not None else 0)
        parts.append(
            inputs.returns.filter("is_identified").group_by("customer_id").agg(
                bought=pl.lit(0, pl.Int64), aged_out=pl.lit(0, pl.Int64), returned=change,
                ages_out_next=over(now.has & soon.left_behind),
            )
        )  # fmt: skip
    summed = pl.concat(parts).group_by("customer_id").agg(pl.all().sum())
    return summed.collect(engine="streaming")
