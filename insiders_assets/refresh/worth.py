"""What customers are worth by contribution, where the settings ask for it: costs found, read and put to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.places import place

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from insiders_assets.features.costs import Costs
    from insiders_assets.places import Place
    from insiders_assets.settings import Settings


def costs_file(settings: Settings) -> Place | None:
    """The file of costs: the one set, or else ``costs.csv`` in the landing zone or the home; None if there is none."""
    from insiders_assets.features.costs import FILE

    if settings.costs:
        return place(settings.costs)
    beside = (place(folder) / FILE for folder in (settings.landing_zone, settings.home))
    return next((path for path in beside if path.is_file()), None)


def costs(settings: Settings) -> Costs | None:
    """What products cost, if value is contribution; else None.

    Raises:
        InsidersError: There are no costs, or a line of them is none.
    """
    from insiders_assets.features.costs import read_costs

    return read_costs(costs_file(settings)) if settings.value == "contribution" else None


def contributed(
    settings: Settings, features: pl.DataFrame, purchases: pl.LazyFrame, returns: pl.LazyFrame, day: date
) -> pl.DataFrame:
    """``customer_features`` with ``contribution`` if that is what value means; else as they are.

    Raises:
        InsidersError: There are no costs, or not of every product.
    """
    from insiders_assets.features.costs import with_contribution

    known = costs(settings)
    if known is None:
        return features
    return with_contribution(features, purchases, returns, known, as_of=day, window_days=settings.window_days)


def valued(settings: Settings, lines: pl.LazyFrame) -> pl.LazyFrame:
    """Purchases or returns with ``line_contribution`` if value is contribution; else as they are."""
    from insiders_assets.features.costs import with_line_contribution

    known = costs(settings)
    return lines if known is None else with_line_contribution(lines, known)
