"""What the programme is computed from, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import polars as pl

from insiders_assets.contracts.member_tiers import MEMBER_TIERS, TIER_STANDING
from insiders_assets.programme.borders import Borders, FrozenBorders
from insiders_assets.programme.config import ProgrammeRules
from insiders_assets.programme.orders import orders_of


@dataclass(frozen=True)
class ProgrammeInputs:
    """One refresh, before the programme.

    Attributes:
        features: ``customer_features``.
        assignments: ``customer_id, cluster, embedding_x, embedding_y, confidence, embedding_z`` of the same customers.
        purchases: ``clean_purchases``, lazy; columns beyond the contract make more hypotheses testable.
        returns: ``returns``, lazy.
        rules: Who is chosen and who is never invited.
        previous: ``insiders`` as the refresh before published it, or None before the first.
        as_of: The day the features look back from.
        refresh_id: The refresh's name.
        model_version: The segmentation model that assigned.
        previous_model_version: The one that assigned at the refresh before, or None.
        silhouette: The model's mean silhouette in ``embedding``, ``features`` and ``leaves``.
        rows: Rows ``read``, ``transactions``, ``quarantined``, ``purchases`` and ``returns``.
        previous_as_of: The as-of date of the refresh before, or None: grace counts no day twice.
        previous_selection: ``selection`` of the refresh before (:attr:`ProgrammeRules.selection`); None if
            unknown.
        stability: Mean bootstrap Jaccard by cluster, as far as it was studied.
        names_before: Every cluster's name at the refresh before; a name that still holds is kept.
        retried: If this refresh is made again: ``membership_changes``, ``tier_migration``, ``revenue_bridge`` and
            its row of ``refreshes`` as it published them, while ``previous`` is the list that it published itself. Else
            None.
        axes: What the model's embedding tells, by name; empty of a model whose axes have none.
        borders: The borders that the model froze, or None of a model from before there were any.
        borders_before: Those in force at the refresh before, or None if it did not say.
        previous_measure: What value meant at the refresh before.
        previous_window_days: Days that the refresh before looked back on, or None if it did not say: as many as now.
        previous_revenue: Revenue of all customers as the refresh before published it; None if that is what
            ``previous`` adds up to.
        member_tiers_before: ``member_tiers`` as the refresh before published it; empty if it had none.
        tier_standing_before: ``tier_standing`` of the same.
        backtest: Rows of ``evidence`` that the last ``selection_backtest`` measured, or None.
    """

    features: pl.DataFrame
    assignments: pl.DataFrame
    purchases: pl.LazyFrame
    returns: pl.LazyFrame
    rules: ProgrammeRules
    previous: pl.DataFrame | None
    as_of: date
    refresh_id: str
    model_version: str
    previous_model_version: str | None
    silhouette: Mapping[str, float]
    rows: Mapping[str, int]
    previous_as_of: date | None = None
    previous_selection: str | None = None
    stability: Mapping[int, float] = field(default_factory=dict)
    names_before: Mapping[int, str] = field(default_factory=dict)
    retried: Mapping[str, pl.DataFrame] | None = None
    axes: Sequence[str] = ()
    borders: FrozenBorders | None = None
    borders_before: Borders | None = None
    previous_measure: str = "gross"
    previous_window_days: int | None = None
    previous_revenue: float | None = None
    member_tiers_before: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=MEMBER_TIERS.polars_schema)
    )
    tier_standing_before: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=TIER_STANDING.polars_schema)
    )
    backtest: pl.DataFrame | None = None

    @cached_property
    def orders(self) -> pl.DataFrame:
        """``purchases`` by invoice, as :func:`insiders_assets.programme.orders.orders_of` returns them."""
        return orders_of(self.purchases)


@dataclass(frozen=True)
class Programme:
    """One refresh of the programme.

    Attributes:
        insiders: Every customer with tier and membership, as in the contract ``INSIDERS``.
        tables: The programme's other tables by name, each as its contract says.
        warnings: What a person should look at, one sentence each.
    """

    insiders: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    warnings: list[str]
