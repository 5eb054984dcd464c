"""How Dagster keeps assets in the lake: frames out through their contracts, frames or lazy frames in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagster import InputContext, MetadataValue, OutputContext, UPathIOManager

if TYPE_CHECKING:
    from upath import UPath

    from insiders_assets.contracts.table import Table
    from insiders_assets.storage.stores import Stores


class LakeIOManager(UPathIOManager):
    """Writes polars frames to ``<home>/lake/<asset>.parquet``, validated and all at once.

    Args:
        stores: Where the lake is.
        tables: The contract of every asset kept here, by asset name.
    """

    extension = ".parquet"

    def __init__(self, stores: Stores, tables: dict[str, Table]) -> None:
        from upath import UPath

        super().__init__(base_path=UPath(str(stores.lake_folder)))
        self._stores = stores
        self._tables = tables

    def make_directory(self, path: UPath) -> None:
        """Left to the lake, which knows where it lies: nothing here needs a file system of S3."""

    def dump_to_path(self, context: OutputContext, obj: Any, path: UPath) -> None:  # noqa: ARG002
        """Validate and write; the lake swaps the file in."""
        table = self._tables[context.asset_key.to_user_string()]
        rows = self._stores.engine.write(table, obj)
        # The columns are metadata of the asset itself: with each run, they would be half of what a run adds to history.
        context.add_output_metadata({"dagster/row_count": MetadataValue.int(rows)})

    def load_from_path(self, context: InputContext, path: UPath) -> Any:  # noqa: ARG002
        """A lazy frame where the asset asks for one, of polars or of the engine, else a frame."""
        name = context.asset_key.to_user_string()
        asked = context.dagster_type.display_name
        if asked == "EngineFrame":
            return self._stores.engine.scan(name)
        return self._stores.lake.scan(name) if asked == "LazyFrame" else self._stores.lake.read(name)


class TransactionIOManager(LakeIOManager):
    """Reads ``raw_transactions`` from its store, which writes it while reading exports."""

    def dump_to_path(self, context: OutputContext, obj: Any, path: UPath) -> None:
        """Never called with a value: the asset reports what the store wrote."""
        raise NotImplementedError("raw_transactions are written by their store")

    def load_from_path(self, context: InputContext, path: UPath) -> Any:  # noqa: ARG002
        """The current transactions as a lazy frame of the engine."""
        return self._stores.engine.scan(context.asset_key.to_user_string())
