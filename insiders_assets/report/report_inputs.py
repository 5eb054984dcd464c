"""What a report is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from insiders_assets.contracts.dropped import Dropped
from insiders_assets.language import Language


@dataclass(frozen=True)
class ReportInputs:
    """One refresh, as the programme left it.

    Attributes:
        insiders: Every customer, as in the contract ``INSIDERS``.
        tables: The programme's other tables by name, each as its contract says.
        refresh_id: The refresh's name.
        as_of: The day its features look back from.
        model_version: The segmentation model that assigned.
        silhouette: The mean silhouette in ``embedding``, ``features`` and ``leaves``.
        rows: Rows ``read``, ``transactions``, ``quarantined``, ``purchases`` and ``returns``.
        previous_refresh: The row of ``refreshes`` before this one, or None.
        rejected: ``rejected_rows``.
        previous_tiers: ``tier_summary`` of the refresh before, or None: the tiles show the change from it.
        dropped: What each rule takes away of what was read; None if that is not known.
        many_dropped: The share of lines or money above which that is a warning.
        notes: What the user should know of how exports were read.
        language: One of :data:`insiders_assets.language.LANGUAGES`.
        currency: ISO 4217 code of the data's currency, or empty if it is not known.
        history: ``refreshes`` as it was published so far; None if it is not known.
    """

    insiders: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    refresh_id: str
    as_of: date
    model_version: str
    silhouette: Mapping[str, float | None]
    rows: Mapping[str, int]
    previous_refresh: Mapping[str, Any] | None
    rejected: pl.DataFrame
    previous_tiers: pl.DataFrame | None = field(default=None)
    dropped: tuple[Dropped, ...] | None = None
    many_dropped: float = 0.01
    notes: tuple[str, ...] = ()
    language: str = "en"
    currency: str = ""
    history: pl.DataFrame | None = None

    @cached_property
    def words(self) -> Language:
        """The reader's language."""
        return Language(self.language, self.currency)

    @cached_property
    def tiers(self) -> dict[str, dict[str, Any]]:
        """``tier_summary`` by tier, in the order insider, viability, not_insider."""
        return _by_tier(self.tables["tier_summary"])

    @cached_property
    def tiers_before(self) -> dict[str, dict[str, Any]]:
        """``tier_summary`` of the refresh before; empty if there was none."""
        return {} if self.previous_tiers is None else _by_tier(self.previous_tiers)

    @cached_property
    def clusters(self) -> list[dict[str, Any]]:
        """``cluster_profiles``, best first."""
        return self.tables["cluster_profiles"].sort("cluster").to_dicts()

    @cached_property
    def refresh(self) -> dict[str, Any]:
        """This refresh's row of ``refreshes``."""
        return self.tables["refreshes"].to_dicts()[-1]

    @property
    def chooses_clusters(self) -> bool:
        """Whether whole clusters were chosen, rather than customers one by one."""
        return str(self.refresh["selection"] or "").startswith(("coverage:", "clusters:"))

    @cached_property
    def members(self) -> pl.DataFrame:
        """``members``, highest revenue first: the same order whatever the table's."""
        return self.tables["members"].sort(["revenue", "customer_id"], descending=[True, False])


def _by_tier(table: pl.DataFrame) -> dict[str, dict[str, Any]]:
    from insiders_assets.contracts.customers import TIERS

    rows = {row["tier"]: row for row in table.to_dicts()}
    return {tier: rows[tier] for tier in TIERS if tier in rows}
