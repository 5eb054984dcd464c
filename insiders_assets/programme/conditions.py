"""Conditions: the rules that describe the tiers, in words, and how well they do.

The rules are a description of the list, not the list itself: what the policy says is binding. Where the two
disagree on a customer, the customer's row says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from insiders_assets.contracts.programme import ELIGIBILITY_RULES
from insiders_assets.programme.amounts import listed, money, number, plural
from insiders_assets.programme.groups import micros, share, total
from insiders_assets.programme.rule_tree import Leaf, fidelity, fit_rules, which
from insiders_assets.programme.statistics import mean_interval


@dataclass(frozen=True)
class Condition:
    """A feature that rules may speak of.

    Attributes:
        feature: Its name.
        label: Its name in a sentence.
        one: Its name where there is one of it; empty if it counts nothing.
        more: Whether a customer can get more of it by buying.
        less: Whether a customer can get less of it by buying.
        is_money: Whether it is an amount of money.
    """

    feature: str
    label: str
    one: str
    more: bool
    less: bool = False
    is_money: bool = False

    @property
    def whole(self) -> bool:
        """Whether it counts things."""
        return bool(self.one)


CONDITIONS = (
    Condition("value", "revenue", "", more=True, is_money=True),
    Condition(
        "recency", "days since the last purchase", "day since the last purchase", more=False, less=True
    ),
    Condition("total_purchases", "orders", "order", more=True),
    Condition("avg_ticket", "revenue per order", "", more=True, is_money=True),
    Condition("distinct_stock_code", "different products", "different product", more=True),
    Condition("purchase_lines", "purchase lines", "purchase line", more=True),
    Condition("basket_size", "units per order", "", more=True),
    Condition("returned", "units returned", "unit returned", more=False),
)
"""What rules are made of, in the order in which they are written."""


@dataclass(frozen=True)
class Conditions:
    """The fitted rules.

    Attributes:
        leaves: The rules; number 1 is the first.
        fidelity: Share of customers not used in fitting of whom the rules say the right side; not-a-number if
            few.
        described: Identified customers that the rules were fitted on.
        worth: What value is called.
    """

    leaves: list[Leaf]
    fidelity: float
    described: int
    worth: str = CONDITIONS[0].label

    @cached_property
    def texts(self) -> list[str]:
        """Each rule in words."""
        conditions = (replace(CONDITIONS[0], label=self.worth), *CONDITIONS[1:])
        return [condition_text(leaf, conditions) for leaf in self.leaves]


def matrix(customers: pl.DataFrame) -> NDArray[np.float64]:
    """The features of :data:`CONDITIONS`, one row per customer."""
    return customers.select(pl.col(c.feature).cast(pl.Float64) for c in CONDITIONS).to_numpy()


def fit_conditions(
    customers: pl.DataFrame, cut: float | None = None, worth: str = CONDITIONS[0].label
) -> Conditions:
    """The rules that tell the policy's tiers of identified customers: its own border, or else what is fitted.

    Args:
        customers: Customers with features, ``value``, ``is_identified`` and ``policy_tier``, sorted by id.
        cut: The least value that makes an Insider, where the policy cuts by value: there is then nothing to fit.
        worth: What value is called.
    """
    known = customers.filter("is_identified")
    values, inside = matrix(known), (known["policy_tier"] == "insider").to_numpy()
    if cut is not None:
        leaves = cut_in_two(cut, values, inside)
        right = (which(leaves, values) == 1) == inside
        return Conditions(leaves, float(right.mean()) if len(right) else math.nan, known.height, worth)
    return Conditions(fit_rules(values, inside), fidelity(values, inside), known.height, worth)


def with_rules(customers: pl.DataFrame, conditions: Conditions) -> pl.DataFrame:
    """Add ``rule`` and ``rule_agrees`` (with the policy's tier); empty for anonymous customers."""
    numbers = which(conditions.leaves, matrix(customers))
    says = np.array([False] + [leaf.says_insider for leaf in conditions.leaves])[numbers]
    known = pl.col("is_identified")
    return customers.with_columns(
        rule=pl.when(known).then(pl.Series(numbers)),
        rule_agrees=pl.when(known).then(pl.Series(says) == (pl.col("policy_tier") == "insider")),
    )


def cut_in_two(cut: float, values: NDArray[np.float64], inside: NDArray[np.bool_]) -> list[Leaf]:
    """The two rules of a policy that cuts by value: at least ``cut``, and less."""
    anything = (math.inf,) * (len(CONDITIONS) - 1)
    below = (math.nextafter(cut, -math.inf), *(-border for border in anything))
    above = Leaf(below, (math.inf, *anything), int((values[:, 0] >= cut).sum()), 0)
    under = Leaf((-math.inf, *below[1:]), (below[0], *anything), len(values) - above.customers, 0)
    return [
        replace(above, inside=int(inside[values[:, 0] >= cut].sum()), insider=True),
        replace(under, inside=int(inside[values[:, 0] < cut].sum()), insider=False),
    ]


def condition_text(leaf: Leaf, conditions: tuple[Condition, ...] = CONDITIONS) -> str:
    """A rule in words: ``33 to 66 purchase lines and more than 231.8 units per order``."""
    parts = []
    for condition, above, up_to in zip(conditions, leaf.above, leaf.up_to, strict=True):
        if text := _range(condition, above, up_to):
            parts.append(text)
    return listed(parts) or "every customer"


def eligibility_rules(insiders: pl.DataFrame, conditions: Conditions) -> pl.DataFrame:
    """The rules as a table, as the contract ``ELIGIBILITY_RULES`` says.

    Args:
        insiders: The list, with ``rule``.
        conditions: The rules.
    """
    known = insiders.filter("is_identified")
    whole = total(known)
    rows = []
    for place, (leaf, text) in enumerate(zip(conditions.leaves, conditions.texts, strict=True), 1):
        under = known.filter(pl.col("rule") == place)
        inside = under.filter(pl.col("policy_tier") == "insider").height
        revenue = int(under.select(micros().sum()).item() or 0) / 1e6
        rows.append(
            {
                "rule": place,
                "says_insider": leaf.says_insider,
                "condition": text,
                "customers": under.height,
                "insiders": inside,
                "members": int(under["is_member"].sum()),
                "share_right": share(inside if leaf.says_insider else under.height - inside, under.height),
                "share_of_revenue": share(revenue, whole),
            }
        )
    return pl.DataFrame(rows, schema=ELIGIBILITY_RULES.polars_schema)


def member_intervals(members: pl.DataFrame, worth: str = CONDITIONS[0].label) -> dict[str, str]:
    """The members' mean of each condition's feature with its 95 % interval, in words, by feature."""
    found = {}
    for condition in CONDITIONS:
        estimate = mean_interval(members[condition.feature].cast(pl.Float64).to_numpy())
        if math.isfinite(estimate.value):
            label = worth if condition.feature == "value" else condition.label
            found[condition.feature] = (
                f"{number(estimate.value)} {label} ({number(estimate.low)} to {number(estimate.high)})"
            )
    return found


def _range(condition: Condition, above: float, up_to: float) -> str:
    if math.isinf(above) and math.isinf(up_to):
        return ""
    if condition.whole:
        return _whole_range(condition, above, up_to)
    write = money if condition.is_money else number
    if math.isinf(up_to) and 0 < round(above, 2) - above < 1e-9:
        return f"{condition.label} of {write(round(above, 2))} or more"
    if math.isinf(above) and 0 < round(up_to, 2) - up_to < 1e-9:
        return f"{condition.label} below {write(round(up_to, 2))}"
    if math.isinf(above):
        return f"{write(up_to)} {condition.label} at most"
    if math.isinf(up_to):
        return f"more than {write(above)} {condition.label}"
    return f"more than {write(above)} and at most {write(up_to)} {condition.label}"


def _whole_range(condition: Condition, above: float, up_to: float) -> str:
    """A range of something counted: ``1 order at most``, ``2 to 4 orders``."""

    def counted(amount: int) -> str:
        return plural(amount, condition.one, condition.label)

    if math.isinf(above):
        return f"no {condition.label}" if up_to < 1 else f"{counted(math.floor(up_to))} at most"
    low = math.floor(above) + 1
    if math.isinf(up_to):
        return f"{counted(low)} or more"
    high = math.floor(up_to)
    return counted(low) if low == high else f"{low:,} to {counted(high)}"
