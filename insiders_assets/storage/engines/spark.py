"""Spark: the same code on as many machines as there are, the same tables in the lake.

Spark reads the lake's parquet files and writes its results beside them, as parts that nobody reads yet. The lake then
takes the parts in as it takes everything: validated, in one form, swapped in at once. So what is in the lake does not
tell which engine made it. The lake's folder must be the same for this process and for Spark's workers.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.contracts.customers import ASSIGNMENTS, CUSTOMER_FEATURES, CUSTOMER_ID
from insiders_assets.contracts.transactions import RAW_TRANSACTIONS
from insiders_assets.errors import InsidersError
from insiders_assets.places import Place, S3Path, sizes
from insiders_assets.storage.engines.counting import counting, gathered
from insiders_assets.storage.engines.problems import clear_errors
from insiders_assets.storage.engines.progress_listener import watching
from insiders_assets.storage.engines.scoring import assigning
from insiders_assets.storage.engines.session import open_session, require_spark, shown

if TYPE_CHECKING:
    from datetime import date

    from insiders_assets.contracts.table import Table
    from insiders_assets.storage.engines.engine import Tables
    from insiders_assets.storage.lake import Written

TYPES = {
    "str": "STRING",
    "int64": "BIGINT",
    "int32": "INT",
    "float64": "DOUBLE",
    "bool": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP_NTZ",
}
"""Spark's types of the contracts' logical ones."""

PATTERN = re.compile(r"([\\\[\]{}*?])")
"""Signs in the name of a file that Spark would take for a pattern when it reads."""


class SparkEngine:
    """Runs on the session that the settings name; see :class:`insiders_assets.storage.engines.engine.Engine`.

    Args:
        tables: Where the lake and the models are.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._where = f"Spark at {shown(tables.settings.spark_master.get_secret_value())}"

    @cached_property
    def session(self) -> Any:
        """The session, started on first use."""
        return open_session(self._tables.settings)

    def require(self) -> None:
        """Look for the library, for Java and for the master."""
        require_spark(self._tables.settings)

    def scan(self, name: str) -> Any:
        """Return an asset's latest table as a Spark frame."""
        files = self._tables.files(name)
        table = RAW_TRANSACTIONS if name == RAW_TRANSACTIONS.name else None
        with clear_errors(self._where):
            reader = self.session.read
            if table is not None:
                reader = reader.schema(ddl(table))
                if not files:
                    return self.session.createDataFrame([], ddl(table))
            return reader.parquet(*(PATTERN.sub(r"\\\1", reached(file)) for file in files))

    def write(self, table: Table, frame: Any) -> Written:
        """Replace a table of the lake."""
        if isinstance(frame, pl.DataFrame | pl.LazyFrame):
            return self._tables.lake.write(table, frame)
        with self._parts(table.name, frame) as parts:
            return self._tables.lake.write(table, parts)

    def customer_features(
        self, purchases: Any, returns: Any, *, as_of: date, window_days: int
    ) -> pl.DataFrame:
        """Counted by polars on the workers, customer by customer, in memory here."""
        with self.running("counting rows"):
            rows = gathered(purchases, returns, as_of=as_of, window_days=window_days)
        count = counting(as_of=as_of, window_days=window_days)
        counted = rows.mapInArrow(count, ddl(CUSTOMER_FEATURES))
        return self.collect(counted).sort(CUSTOMER_ID.name)

    def collect(self, frame: Any) -> pl.DataFrame:
        """Return the table in memory, by way of the lake: the driver's Java need not hold it."""
        with self._parts("collected", frame) as parts:
            return parts.collect()

    def assign(self, features: pl.DataFrame) -> pl.DataFrame:
        """Return what the champion says of every customer, by ``mapInArrow`` over the features in the lake."""
        model = self._tables.models.champion()
        wanted = [CUSTOMER_ID.name, *model.recipe.inputs]
        folder = (self._tables.models.root / model.version).absolute()
        frame = self.scan("customer_features").select(*wanted)
        assigned = self.collect(frame.mapInArrow(assigning(str(folder)), ddl(ASSIGNMENTS)))
        if assigned.height != features.height:
            raise InsidersError(
                f"{assigned.height:,} of {features.height:,} customers were assigned",
                where=self._where,
                hint="let nothing else write in this home, then run again",
            )
        return features.select(CUSTOMER_ID.name).join(
            assigned, on=CUSTOMER_ID.name, how="left", maintain_order="left"
        )

    @contextmanager
    def running(self, what: str) -> Iterator[None]:
        """Tell how many of Spark's tasks are done, and what fails in one line."""
        with clear_errors(f"{self._where}, {what}"), watching(self.session, what):
            yield

    @contextmanager
    def _parts(self, name: str, frame: Any) -> Iterator[pl.LazyFrame]:
        """Let Spark write a frame into a folder of its own, give what it wrote, and take the folder away again."""
        from pyspark.sql import Observation
        from pyspark.sql.functions import count, lit

        lake = self._tables.lake_folder.absolute()
        for left in {file.partition("/")[0] for file in sizes(lake) if file.startswith(f".{name}.")}:
            _remove(lake / left)  # of a run that was killed: there is one writer at a time
        folder = lake / f".{name}.{os.getpid()}.spark"
        try:
            with self.running(name):
                counted = Observation("written")
                frame = frame.observe(counted, count(lit(1)).alias("rows"))
                frame.write.mode("overwrite").option("compression", "zstd").parquet(reached(folder))
                rows = int(counted.get["rows"])
            written = sorted(file for file in sizes(folder) if file.endswith(".parquet"))
            parts = pl.scan_parquet(
                [str(folder / file) for file in written], glob=False, hive_partitioning=False
            )
            seen = int(parts.select(pl.len()).collect().item()) if written else 0
            if seen != rows:
                raise InsidersError(
                    f"Spark wrote {rows:,} rows and {seen:,} of them are here",
                    where=str(folder),
                    hint="put the home where this machine and all of Spark's workers see the same files",
                )
            yield parts
        finally:
            _remove(folder)


def ddl(table: Table) -> str:
    """Return a contract's columns as Spark declares them."""
    return ", ".join(f"`{column.name}` {TYPES[column.dtype]}" for column in table.columns)


def reached(path: Place | str) -> str:
    """Return a place in the form in which Spark opens it: S3 by the one client that every Spark can have."""
    text = str(path)
    return f"s3a://{text.removeprefix('s3://')}" if text.startswith("s3://") else str(Path(text).absolute())


def _remove(folder: Place) -> None:
    if isinstance(folder, S3Path):
        for name in sizes(folder):
            (folder / name).unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)
