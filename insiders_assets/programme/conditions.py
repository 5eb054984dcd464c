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
from insiders_assets.language.message import Message, message, money, number
from insiders_assets.language.texts.conditions import COUNTED
from insiders_assets.language.writer import columns
from insiders_assets.money import micros
from insiders_assets.programme.config import ValueName
from insiders_assets.programme.groups import share, total
from insiders_assets.programme.rule_tree import Leaf, fidelity, fit_rules, which
from insiders_assets.programme.statistics import mean_interval


@dataclass(frozen=True)
class Condition:
    """A feature that rules may speak of.

    Attributes:
        feature: Its name.
        more: Whether a customer can get more of it by buying.
        less: Whether a customer can get less of it by buying.
        is_money: Whether it is an amount of money.
    """

    feature: str
    more: bool
    less: bool = False
    is_money: bool = False

    @property
    def whole(self) -> bool:
        """Whether it counts things."""
        return self.feature in COUNTED


CONDITIONS = (
    Condition("value", more=True, is_money=True),
    Condition("recency", more=False, less=True),
    Condition("total_purchases", more=True),
    Condition("avg_ticket", more=True, is_money=True),
    Condition("distinct_stock_code", more=True),
    Condition("purchase_lines", more=True),
    Condition("basket_size", more=True),
    Condition("returned", more=False),
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
        measure: What value means.
    """

    leaves: list[Leaf]
    fidelity: float
    described: int
    measure: ValueName = "gross"

    @cached_property
    def sentences(self) -> list[Message]:
        """What each rule says."""
        return [condition_message(leaf, CONDITIONS, self.measure) for leaf in self.leaves]


def matrix(customers: pl.DataFrame) -> NDArray[np.float64]:
    """Return the features of :data:`CONDITIONS`, one row per customer."""
    return customers.select(pl.col(c.feature).cast(pl.Float64) for c in CONDITIONS).to_numpy()


def fit_conditions(
    customers: pl.DataFrame, cut: float | None = None, measure: ValueName = "gross"
) -> Conditions:
    """Return the rules that tell the policy's tiers of identified customers: its own border, or else what is fitted.

    Args:
        customers: Customers with features, ``value``, ``is_identified`` and ``policy_tier``, sorted by id.
        cut: The least value that makes an Insider, where the policy cuts by value: there is then nothing to fit.
        measure: What value means.
    """
    known = customers.filter("is_identified")
    values, inside = matrix(known), (known["policy_tier"] == "insider").to_numpy()
    if cut is not None:
        leaves = cut_in_two(cut, values, inside)
        right = (which(leaves, values) == 1) == inside
        return Conditions(leaves, float(right.mean()) if len(right) else math.nan, known.height, measure)
    return Conditions(fit_rules(values, inside), fidelity(values, inside), known.height, measure)


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
    """Return the two rules of a policy that cuts by value: at least ``cut``, and less."""
    anything = (math.inf,) * (len(CONDITIONS) - 1)
    below = (math.nextafter(cut, -math.inf), *(-border for border in anything))
    above = Leaf(below, (math.inf, *anything), int((values[:, 0] >= cut).sum()), 0)
    under = Leaf((-math.inf, *below[1:]), (below[0], *anything), len(values) - above.customers, 0)
    return [
        replace(above, inside=int(inside[values[:, 0] >= cut].sum()), insider=True),
        replace(under, inside=int(inside[values[:, 0] < cut].sum()), insider=False),
    ]


def condition_message(
    leaf: Leaf, conditions: tuple[Condition, ...] = CONDITIONS, measure: ValueName = "gross"
) -> Message:
    """Return what a rule says: ``33 to 66 purchase lines and more than 231.8 units per order``."""
    ranges = [
        each
        for condition, above, up_to in zip(conditions, leaf.above, leaf.up_to, strict=True)
        if (each := _range(condition, above, up_to, measure))
    ]
    if len(ranges) == 1:
        return ranges[0]
    return message("rules.all", conditions=ranges) if ranges else message("rules.every_customer")


def eligibility_rules(insiders: pl.DataFrame, conditions: Conditions) -> pl.DataFrame:
    """Return the rules as a table, as the contract ``ELIGIBILITY_RULES`` says.

    Args:
        insiders: The list, with ``rule``.
        conditions: The rules.
    """
    known = insiders.filter("is_identified")
    whole = total(known)
    rows = []
    for place, (leaf, condition) in enumerate(zip(conditions.leaves, conditions.sentences, strict=True), 1):
        under = known.filter(pl.col("rule") == place)
        inside = under.filter(pl.col("policy_tier") == "insider").height
        revenue = int(under.select(micros().sum()).item() or 0) / 1e6
        rows.append(
            {
                "rule": place,
                "says_insider": leaf.says_insider,
                **columns("condition", condition),
                "customers": under.height,
                "insiders": inside,
                "members": int(under["is_member"].sum()),
                "share_right": share(inside if leaf.says_insider else under.height - inside, under.height),
                "share_of_revenue": share(revenue, whole),
            }
        )
    return pl.DataFrame(rows, schema=ELIGIBILITY_RULES.polars_schema)


def member_means(members: pl.DataFrame, measure: ValueName = "gross") -> list[Message]:
    """Return the members' mean of each condition's feature with its 95 % interval."""
    found = []
    for condition in CONDITIONS:
        estimate = mean_interval(members[condition.feature].cast(pl.Float64).to_numpy())
        if math.isfinite(estimate.value):
            mean, low, high = map(number, (estimate.value, estimate.low, estimate.high))
            found.append(message(f"mean.{_named(condition, measure)}", mean=mean, low=low, high=high))
    return found


def _named(condition: Condition, measure: ValueName) -> str:
    """Return what texts call a feature."""
    return f"value.{measure}" if condition.feature == "value" else condition.feature


def _range(condition: Condition, above: float, up_to: float, measure: ValueName) -> Message | None:
    if math.isinf(above) and math.isinf(up_to):
        return None
    rule = f"rule.{_named(condition, measure)}"
    if condition.whole:
        return _whole_range(rule, above, up_to)
    write = money if condition.is_money else number
    if math.isinf(up_to) and 0 < round(above, 2) - above < 1e-9:
        return message(f"{rule}.from", low=write(round(above, 2)))
    if math.isinf(above) and 0 < round(up_to, 2) - up_to < 1e-9:
        return message(f"{rule}.below", high=write(round(up_to, 2)))
    if math.isinf(above):
        return message(f"{rule}.at_most", high=write(up_to))
    if math.isinf(up_to):
        return message(f"{rule}.more_than", low=write(above))
    return message(f"{rule}.between", low=write(above), high=write(up_to))


def _whole_range(rule: str, above: float, up_to: float) -> Message:
    """Return a range of something counted: ``1 order at most``, ``2 to 4 orders``."""
    if math.isinf(above):
        if up_to < 1:
            return message(f"{rule}.none")
        return message(f"{rule}.at_most", count=math.floor(up_to))
    low = math.floor(above) + 1
    if math.isinf(up_to):
        return message(f"{rule}.from", count=low)
    high = math.floor(up_to)
    if low == high:
        return message(f"{rule}.exactly", count=low)
    return message(f"{rule}.between", low=low, high=high)
