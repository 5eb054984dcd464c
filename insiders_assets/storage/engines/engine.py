"""What the assets ask of an engine: frames out of the lake, tables into it, and customers assigned by the model."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from insiders_assets.contracts.table import Table
    from insiders_assets.places import Place
    from insiders_assets.segmentation import ModelRegistry
    from insiders_assets.settings import Settings
    from insiders_assets.storage.lake import Lake, Written


class Tables(Protocol):
    """What an engine works on: the lake and the models; see :class:`insiders_assets.storage.stores.Stores`."""

    @property
    def settings(self) -> Settings:
        """The settings of the home."""

    @property
    def lake(self) -> Lake:
        """The assets' tables."""

    @property
    def lake_folder(self) -> Place:
        """The folder of the lake."""

    @property
    def models(self) -> ModelRegistry:
        """Segmentation models and which of them is the champion."""

    def scan(self, name: str) -> pl.LazyFrame:
        """Return an asset's latest table, wherever it is kept."""

    def files(self, name: str) -> list[str]:
        """Return the parquet files that hold an asset's latest table."""


class Engine(Protocol):
    """Runs the narwhals code of ``features`` on the lake's tables; whatever runs it, the tables are the same."""

    def require(self) -> None:
        """Say what the engine lacks before any work is done; starts nothing.

        Raises:
            InsidersError: A library is missing, or a machine does not answer.
        """
        ...

    def scan(self, name: str) -> Any:
        """Return an asset's latest table as a lazy frame of this engine.

        Raises:
            InsidersError: It has not been made yet, or the engine cannot be reached.
        """
        ...

    def write(self, table: Table, frame: Any) -> Written:
        """Replace a table of the lake by a frame of this engine, or of polars, if it keeps the contract.

        Raises:
            ContractError: The frame breaks the contract; the table on disk is as it was.
            InsidersError: The engine fails, or the lake cannot be written.
        """
        ...

    def customer_features(
        self, purchases: Any, returns: Any, *, as_of: date, window_days: int
    ) -> pl.DataFrame:
        """Return the table of :func:`insiders_assets.features.customers.customer_features`, in memory.

        Args:
            purchases: ``clean_purchases``, a frame of this engine.
            returns: ``returns``, a frame of this engine.
            as_of: The day that the features look back from.
            window_days: How many days they look back.

        Raises:
            InsidersError: The engine fails.
        """
        ...

    def assign(self, features: pl.DataFrame) -> pl.DataFrame:
        """Return what the champion says of every customer; see :meth:`SegmentationModel.assign`.

        Args:
            features: ``customer_features``, as it is in the lake.

        Raises:
            ModelError: There is no champion, or it cannot read these features.
            InsidersError: The engine fails.
        """
        ...

    def running(self, what: str) -> AbstractContextManager[None]:
        """Around whatever lets the engine work: its progress is shown, its failures are one line each.

        Args:
            what: What is being done, for the progress.
        """
        ...
