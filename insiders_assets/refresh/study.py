"""What research is made from, and where its pictures are kept."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.errors import InsidersError
from insiders_assets.storage.atomic_write import replacing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from insiders_assets.places import Place
    from insiders_assets.programme.backtest import BacktestInputs
    from insiders_assets.research.study import Study
    from insiders_assets.storage.stores import Stores


def backtest_inputs(stores: Stores, purchases: pl.LazyFrame, returns: pl.LazyFrame) -> BacktestInputs:
    """Return a backtest of the settings' own window, recipe and seed.

    Args:
        stores: Whose settings have window, recipe and seed.
        purchases: ``clean_purchases``, lazy.
        returns: ``returns``, lazy.
    """
    from insiders_assets.programme.backtest import BacktestInputs
    from insiders_assets.segmentation import SegmentationModel
    from insiders_assets.segmentation.recipes import recipe_from

    settings = stores.settings

    def segment(features: pl.DataFrame) -> pl.DataFrame:
        model = SegmentationModel.fit(features, seed=settings.seed, recipe=recipe_from(settings))
        return model.assign(features)

    return BacktestInputs(
        purchases=purchases,
        returns=returns,
        features_at=features_by_day(stores, purchases, returns),
        segment=segment,
        seed=settings.seed,
    )


def features_by_day(
    stores: Stores, purchases: pl.LazyFrame, returns: pl.LazyFrame
) -> Callable[[date], pl.DataFrame]:
    """Return what gives ``customer_features`` as of any day, over the settings' own window.

    Args:
        stores: Whose settings have the window, and where costs are.
        purchases: ``clean_purchases``, lazy.
        returns: ``returns``, lazy.
    """
    from insiders_assets.features.customers import customer_features
    from insiders_assets.refresh.worth import contributed, costed

    window = stores.settings.window_days
    sold, returned = costed(stores, purchases, returns)

    def features_at(day: date) -> pl.DataFrame:
        table = customer_features(purchases, returns, as_of=day, window_days=window).collect(
            engine="streaming"
        )
        return contributed(stores, table, sold, returned, day)

    return features_at


def other_shops(stores: Stores) -> dict[str, pl.DataFrame]:
    """``customer_features`` of other shops, by name: parquet files that somebody put into ``<home>/research/shops/``.

    Raises:
        InsidersError: A file cannot be read.
    """
    folder = stores.home / "research" / "shops"
    if not folder.is_dir():
        return {}
    found = {}
    files: list[Place] = list(folder.iterdir())
    for file in sorted(files, key=lambda each: each.name):
        if not file.name.endswith(".parquet"):
            continue
        try:
            found[file.name.removesuffix(".parquet")] = pl.read_parquet(BytesIO(file.read_bytes()))
        except (OSError, pl.exceptions.PolarsError) as error:
            raise InsidersError(
                f"cannot be read as a parquet table ({type(error).__name__})",
                where=str(file),
                hint="put the customer_features.parquet of that shop's lake there, or take the file away",
            ) from None
    return found


def keep_figures(stores: Stores, name: str, study: Study) -> Place:
    """Write a study's pictures to ``<home>/research/<name>/``.

    Returns:
        The folder.

    Raises:
        InsidersError: The home cannot be written.
    """
    folder = stores.home / "research" / name
    for title, picture in study.figures.items():
        with replacing(folder / f"{title}.png") as temporary:
            temporary.write_bytes(picture)
    return folder
