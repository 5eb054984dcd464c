"""What the answers are written from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from insiders_assets.programme.conditions import Conditions
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.policies import Selection


@dataclass(frozen=True)
class AnswerFacts:
    """What the answers are written from: tables of this refresh, and nothing else.

    Attributes:
        insiders: The list.
        members: The members, highest revenue first.
        tiers: ``tier_summary`` by tier.
        clusters: ``cluster_profiles``, highest mean revenue first.
        rules: The programme's rules.
        selection: What the policy chose.
        borders_are_frozen: Whether the model has the borders, rather than an earlier refresh.
        conditions: The rules that describe the tiers.
        eligibility: ``eligibility_rules``.
        suppressions: ``suppressions`` by rule.
        hypotheses: ``hypotheses`` by number.
        evidence: ``evidence``.
    """

    insiders: pl.DataFrame
    members: pl.DataFrame
    tiers: dict[str, dict[str, Any]]
    clusters: list[dict[str, Any]]
    rules: ProgrammeRules
    selection: Selection
    borders_are_frozen: bool
    conditions: Conditions
    eligibility: pl.DataFrame
    suppressions: dict[str, dict[str, Any]]
    hypotheses: dict[int, dict[str, Any]]
    evidence: pl.DataFrame

    @property
    def insider_clusters(self) -> list[dict[str, Any]]:
        """Profiles of the clusters in the Insider tier."""
        return [row for row in self.clusters if row["tier"] == "insider"]
