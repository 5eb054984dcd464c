"""Polars, in this process: what runs unless something else is asked for."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from insiders_assets.contracts.table import Table
    from insiders_assets.storage.engines.engine import Tables
    from insiders_assets.storage.lake import Written


class PolarsEngine:
    """Streams the lake's tables; see :class:`insiders_assets.storage.engines.engine.Engine`.

    Args:
        tables: Where the lake and the models are.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def require(self) -> None:
        """Nothing is lacking."""

    def scan(self, name: str) -> pl.LazyFrame:
        """Return an asset's latest table."""
        return self._tables.scan(name)

    def write(self, table: Table, frame: pl.DataFrame | pl.LazyFrame) -> Written:
        """Replace a table of the lake; a lazy frame is streamed."""
        return self._tables.lake.write(table, frame)

    def customer_features(
        self, purchases: pl.LazyFrame, returns: pl.LazyFrame, *, as_of: date, window_days: int
    ) -> pl.DataFrame:
        """Return a share of the customers at a time, in bounded memory."""
        from insiders_assets.features import batches

        return batches.customer_features(purchases, returns, as_of=as_of, window_days=window_days)

    def assign(self, features: pl.DataFrame) -> pl.DataFrame:
        """Return what the champion says of every customer."""
        return self._tables.models.champion().assign(features)

    def running(self, what: str) -> AbstractContextManager[None]:  # noqa: ARG002 - polars is done before it could be shown
        """Do nothing: polars is done before there would be anything to show."""
        return nullcontext()
