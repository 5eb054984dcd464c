"""What cleans transactions and counts features: polars in this process, or Spark on as many machines as it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from insiders_assets.storage.engines.engine import Engine, Tables


def open_engine(tables: Tables) -> Engine:
    """Return the engine that the settings ask for; nothing of it is started before it is used."""
    if tables.settings.engine == "spark":
        from insiders_assets.storage.engines.spark import SparkEngine

        return SparkEngine(tables)
    from insiders_assets.storage.engines.native import PolarsEngine

    return PolarsEngine(tables)
