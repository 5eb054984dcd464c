"""Rules on one feature, such as revenue>=1000: who is in a tier, or in a segment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from insiders_assets.contracts.customers import FEATURES
from insiders_assets.errors import UsageError

BOUGHT_MORE = ("revenue", "total_purchases", "purchase_lines", "total_products", "distinct_stock_code")
"""Features that rise with every purchase: no rule may keep somebody out for having more of them."""


_THRESHOLD = re.compile(r"^\s*([a-z_]+)\s*(>=|<=)\s*(-?[0-9]+(?:\.[0-9]+)?)\s*$")


@dataclass(frozen=True)
class Threshold:
    """One rule on one feature.

    Attributes:
        feature: The feature's name.
        at_least: Whether the feature must be at least, or else at most, ``value``.
        value: The border, which itself passes.
    """

    feature: str
    at_least: bool
    value: float

    @classmethod
    def parse(cls, text: str, setting: str) -> Threshold:
        """Read ``revenue>=1000``.

        Raises:
            UsageError: The text is no such rule, or names no feature.
        """
        found = _THRESHOLD.match(text)
        names = [column.name for column in FEATURES]
        if not found or found[1] not in names:
            raise UsageError(
                f"{text!r} is no rule on a feature",
                where=setting,
                hint=f"write rules such as revenue>=1000,recency<=90 on {', '.join(names)}",
            )
        if found[2] == "<=" and found[1] in BOUGHT_MORE:
            raise UsageError(
                f"{text.strip()!r} would put a customer out for buying more",
                where=setting,
                hint="leave it out; INSIDERS_SUPPRESS=wholesale or INSIDERS_OPTED_OUT keeps large accounts out",
            )
        return cls(found[1], found[2] == ">=", float(found[3]))

    def __str__(self) -> str:
        return f"{self.feature}{'>=' if self.at_least else '<='}{self.value:g}"
