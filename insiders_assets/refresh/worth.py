"""What customers are worth by contribution, where the settings ask for it: costs found, read and put to use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.places import is_kept, place

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from insiders_assets.features.costs import Costs
    from insiders_assets.places import Place
    from insiders_assets.settings import Settings
    from insiders_assets.storage.stores import Stores


def costs_file(settings: Settings) -> Place | None:
    """Return the file of costs: the one set, or else ``costs.csv`` in the landing zone or the home.

    None if there is none.
    """
    from insiders_assets.features.costs import FILE

    if settings.costs:
        return place(settings.costs)
    beside = (place(folder) / FILE for folder in (settings.landing_zone, settings.home))
    return next((path for path in beside if is_kept(path)), None)


def costs(stores: Stores) -> Costs | None:
    """Return what products cost, if value is contribution; else None.

    Raises:
        InsidersError: Nobody says what goods cost, or a line of the file of costs is none.
    """
    from insiders_assets.features.costs import read_costs

    if stores.settings.value != "contribution":
        return None
    return read_costs(costs_file(stores.settings), required=not stores.transactions.has_costs())


def costed(
    stores: Stores, purchases: pl.LazyFrame, returns: pl.LazyFrame
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Return purchases and returns with ``unit_cost`` if value is contribution and exports say what goods cost.

    Else as given.

    The lake's tables are the same whatever value means, so that lines are cleaned once more for it.

    Args:
        stores: Where transactions lie.
        purchases: ``clean_purchases``, lazy.
        returns: ``returns``, lazy.
    """
    if stores.settings.value != "contribution" or not stores.transactions.has_costs():
        return purchases, returns
    from insiders_assets.contracts.transactions import UNIT_COST, WITH_COSTS
    from insiders_assets.features import cleaning

    raw, rules = stores.transactions.scan(WITH_COSTS), stores.cleaning_rules()
    also = [UNIT_COST.name]
    return cleaning.clean_purchases(raw, rules, also), cleaning.returns(raw, rules, also)


def contributed(
    stores: Stores, features: pl.DataFrame, purchases: pl.LazyFrame, returns: pl.LazyFrame, day: date
) -> pl.DataFrame:
    """``customer_features`` with ``contribution`` if that is what value means; else as they are.

    Args:
        stores: Where transactions lie.
        features: ``customer_features``.
        purchases: ``clean_purchases``, lazy, as :func:`costed` gives them.
        returns: ``returns``, likewise.
        day: The day that the window ends at.

    Raises:
        InsidersError: There are no costs, or not of every product.
    """
    from insiders_assets.features.costs import with_contribution

    known = costs(stores)
    if known is None:
        return features
    window = stores.settings.window_days
    return with_contribution(features, purchases, returns, known, as_of=day, window_days=window)


def valued(
    stores: Stores, purchases: pl.LazyFrame, returns: pl.LazyFrame
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Return purchases and returns with ``line_contribution`` if value is contribution; else as they are."""
    from insiders_assets.features.costs import with_line_contribution

    known = costs(stores)
    if known is None:
        return purchases, returns
    bought, back = costed(stores, purchases, returns)
    return with_line_contribution(bought, known), with_line_contribution(back, known)
