"""Every place the platform keeps things in, opened from the settings, each on first use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from insiders_assets.places import S3Path, place
from insiders_assets.settings import require_database
from insiders_assets.storage.atomic_write import make_folder
from insiders_assets.storage.private import keep_private

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.contracts.dropped import Dropped
    from insiders_assets.features.cleaning import CleaningRules
    from insiders_assets.places import Place
    from insiders_assets.segmentation import ModelRegistry
    from insiders_assets.settings import Settings
    from insiders_assets.storage.carried_rows import CarriedRows
    from insiders_assets.storage.engines.engine import Engine
    from insiders_assets.storage.kept_refreshes import KeptRefreshes
    from insiders_assets.storage.lake import Lake
    from insiders_assets.storage.landing import LandingZone
    from insiders_assets.storage.report_store import Publication
    from insiders_assets.storage.report_store_s3 import S3Publication
    from insiders_assets.storage.transactions import TransactionStore
    from insiders_assets.storage.warehouse import Warehouse


@dataclass(frozen=True)
class Stores:
    """The landing zone, the lake, the models, the warehouse and the publications of one home.

    Imports wait until a store is used, so that loading the definitions opens and imports nothing.
    """

    settings: Settings

    def __post_init__(self) -> None:
        keep_private()

    @property
    def home(self) -> Place:
        """The home folder, on this machine or on S3."""
        return place(self.settings.home)

    @property
    def lake_folder(self) -> Place:
        """The lake's folder."""
        return self.home / "lake"

    @cached_property
    def landing(self) -> LandingZone:
        """Where exports arrive."""
        from insiders_assets.storage.landing import open_landing

        return open_landing(self.settings.landing_zone, self.settings.mapping, self.home)

    @cached_property
    def transactions(self) -> TransactionStore:
        """Parsed exports."""
        from insiders_assets.storage.transactions import TransactionStore

        return TransactionStore(self.home)

    @cached_property
    def lake(self) -> Lake:
        """The assets' tables."""
        from insiders_assets.storage.lake import Lake

        return Lake(self.lake_folder)

    @cached_property
    def carried(self) -> CarriedRows:
        """What customers' lines were when tables of the lake were made."""
        from insiders_assets.storage.carried_rows import CarriedRows

        return CarriedRows(self.lake)

    def scan(self, name: str) -> pl.LazyFrame:
        """Return an asset's latest table, wherever it is kept."""
        return self.transactions.scan() if name == "raw_transactions" else self.lake.scan(name)

    def files(self, name: str) -> list[str]:
        """Return the parquet files that hold an asset's latest table, wherever they lie."""
        return self.transactions.files() if name == "raw_transactions" else self.lake.files(name)

    def cleaning_rules(self) -> CleaningRules:
        """Return which transactions count, by the settings, the mappings and what the exports hold."""
        from insiders_assets.aliases import aliases_of
        from insiders_assets.features.cleaning import CleaningRules

        found, aliases = self.transactions.manifest(), aliases_of(self.settings)
        return CleaningRules.from_settings(self.settings, found.cleaning, found.cheap(), aliases)

    def dropped(self) -> list[Dropped]:
        """Return what rules of mappings and cleaning rules take away of what was read."""
        from insiders_assets.features.dropped import excluded

        found = self.transactions.manifest()
        exports = [export for _, export in found.exports()]
        left_out = excluded(
            found.excluded(), sum(each.money for each in exports), sum(each.rows_read for each in exports)
        )
        return [*left_out, *self.dropped_by_cleaning()]

    def dropped_by_cleaning(self) -> list[Dropped]:
        """Return what cleaning rules take away.

        Several steps of a run ask, and all transactions are read once for it.
        """
        from insiders_assets.features.dropped import dropped

        rules = self.cleaning_rules()
        key = self.transactions.content_digest(), rules
        if self._dropped.get("key") != key:
            self._dropped.update(key=key, found=dropped(self.transactions.scan(), rules))
        return list(self._dropped["found"])

    @cached_property
    def _dropped(self) -> dict[str, Any]:
        """What was found last, and of what."""
        return {}

    @cached_property
    def engine(self) -> Engine:
        """What cleans, counts and assigns."""
        from insiders_assets.storage.engines import open_engine

        return open_engine(self)

    @cached_property
    def models(self) -> ModelRegistry:
        """Segmentation models and which of them is the champion."""
        from insiders_assets.segmentation import ModelRegistry

        return ModelRegistry(self.lake_folder / "segmentation_model")

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """What was chosen in the run at work, by its id; see :mod:`insiders_assets.refresh.chosen`."""
        return {}

    def champion_version(self) -> str | None:
        """Return the champion's version, or None before the first fit."""
        return self.models.champion_version()

    @cached_property
    def warehouse(self) -> Warehouse:
        """The SQL database that others read."""
        from insiders_assets.storage.warehouse import Warehouse
        from insiders_assets.storage.warehouse.urls import of_file

        url = self.settings.database_url
        require_database(self.settings)
        if url is None:
            return Warehouse(of_file(make_folder(Path(self.settings.home)) / "insiders.db"))
        return Warehouse.open(url)

    @cached_property
    def refreshes(self) -> KeptRefreshes:
        """What published refreshes are made of."""
        from insiders_assets.storage.kept_refreshes import KeptRefreshes

        return KeptRefreshes(self.home)

    @cached_property
    def publication(self) -> Publication | S3Publication:
        """Published reports."""
        from insiders_assets.storage.report_store import Publication
        from insiders_assets.storage.report_store_s3 import S3Publication

        home = self.home
        return S3Publication(home) if isinstance(home, S3Path) else Publication(home)
