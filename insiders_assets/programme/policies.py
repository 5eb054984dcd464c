"""What a selection policy is: a rule that turns clusters, or customers' values, into tiers; chosen by a setting.

A policy knows nothing of suppression, grace or the list: it says where each customer stands by their cluster or
their features. Hysteresis is a policy's own affair, because only it knows what its border is: who was inside at
the refresh before may drift ``hysteresis`` past the border before falling out, so that a customer, or a
cluster, that sits on it does not come and go. Who is outside enters at the border itself.

A law holds for every policy that chooses customers one by one: at equal other features, more spend, orders or lines
never lowers a tier, a membership or a rank.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from insiders_assets.contracts.customers import TIERS
from insiders_assets.programme.borders import Borders
from insiders_assets.programme.config import ProgrammeRules

INSIDER, VIABILITY, NOT_INSIDER = TIERS

ONE_BY_ONE = ("value", "budget", "threshold")
"""Policies that look at customers one by one, and not at their clusters."""


@dataclass(frozen=True)
class Selection:
    """Where a policy puts everybody.

    Attributes:
        tiers: ``customer_id, policy_tier``, one row per customer.
        cluster_tiers: Each cluster's tier; under a policy on customers, the tier that most of its value is in.
        borders: The least value in the tiers insider and viability where the policy cuts by value, or None.
    """

    tiers: pl.DataFrame
    cluster_tiers: dict[int, str]
    borders: Borders | None = None

    @property
    def cut(self) -> float | None:
        """The least value that makes an Insider, where there is one."""
        border = self.borders.insider if self.borders else float("inf")
        return border if border < float("inf") else None


Policy = Callable[[pl.DataFrame, ProgrammeRules], Selection]
"""Called with customers and rules.

Customers have features, ``value`` (what they are worth), ``cluster``, ``is_identified``, ``is_eligible`` (identified
and not suppressed) and ``tier_before`` (their policy tier at the refresh before, empty if there was none or its
policy was another); sorted by id.
"""


def was(*tiers: str, before: pl.Expr | None = None) -> pl.Expr:
    """Return whether a customer was in one of ``tiers`` at the refresh before."""
    return (pl.col("tier_before") if before is None else before).is_in(tiers).fill_null(False)
