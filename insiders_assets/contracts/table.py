"""How a contract is written: plain declarations that load at once, turned into pandera on first use.

A contract is declared without importing pandera or polars (a second of start-up between them), because the
same declaration also gives Dagster's column schema, the warehouse's tables and the data dictionary.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from insiders_assets.errors import ContractError

if TYPE_CHECKING:
    import pandera.polars as pa
    import polars as pl

DType = Literal["str", "int64", "int32", "float64", "bool", "date", "datetime"]


@dataclass(frozen=True)
class Column:
    """One column: its type, its meaning, its unit and the values it may take.

    Attributes:
        name: The column's name, in lower case with underscores.
        dtype: The logical type, the same on every engine.
        meaning: One sentence for the data dictionary.
        unit: ``units``, ``days``, ``currency``, ``fraction``, … or empty.
        nullable: Whether a value may be missing.
        unique: Whether no value may occur twice.
        ge: The smallest allowed value, or None.
        gt: The value that every value must exceed, or None.
        le: The largest allowed value, or None.
        isin: The only allowed values, or empty for any.
        personal: Whether it tells who somebody is.
    """

    name: str
    dtype: DType
    meaning: str
    unit: str = ""
    nullable: bool = False
    unique: bool = False
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    isin: tuple[Any, ...] = ()
    personal: bool = False

    @property
    def described(self) -> str:
        """The meaning with its unit, as a database or a user interface shows it."""
        return f"{self.meaning} [{self.unit}]" if self.unit else self.meaning


def count(name: str, meaning: str, unit: str = "customers") -> Column:
    """Return a column that counts something."""
    return Column(name, "int64", meaning, unit, ge=0)


def share(name: str, meaning: str) -> Column:
    """Return a column that holds a share of something, from 0 to 1."""
    return Column(name, "float64", meaning, "fraction", ge=0, le=1)


@dataclass(frozen=True)
class Table:
    """A table that crosses an asset boundary.

    Attributes:
        name: The table's name, equal to its asset's or its warehouse table's.
        meaning: What one row is.
        columns: Its columns, in order.
        key: The columns that together name a row, or empty.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = field(default=())

    @property
    def names(self) -> list[str]:
        """The column names, in order."""
        return [column.name for column in self.columns]

    @property
    def personal(self) -> bool:
        """Whether a row tells who somebody is."""
        return any(column.personal for column in self.columns)

    def only(self, names: Collection[str]) -> Table:
        """Return the table with some of its columns, in their order, and without its key."""
        return replace(self, columns=tuple(column for column in self.columns if column.name in names), key=())

    @cached_property
    def polars_schema(self) -> dict[str, pl.DataType | type[pl.DataType]]:
        """The columns' polars types, by name."""
        import polars as pl

        types: dict[str, Any] = {
            "str": pl.String, "int64": pl.Int64, "int32": pl.Int32, "float64": pl.Float64,
            "bool": pl.Boolean, "date": pl.Date, "datetime": pl.Datetime("us"),
        }  # fmt: skip
        return {column.name: types[column.dtype] for column in self.columns}

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The contract as a strict, ordered pandera schema for polars."""
        return self._built(unique=True)

    @cached_property
    def _schema_in_order(self) -> pa.DataFrameSchema:
        """The schema for a frame whose rows are known to be told apart."""
        return self._built(unique=False)

    def _built(self, *, unique: bool) -> pa.DataFrameSchema:
        with _pandera_alone():
            import pandera.backends.polars.builtin_checks  # noqa: F401 - or the first validation loads what it can
            import pandera.polars as pa

        def checks(column: Column) -> list[pa.Check]:
            found = []
            if column.ge is not None:
                found.append(pa.Check.ge(column.ge))
            if column.gt is not None:
                found.append(pa.Check.gt(column.gt))
            if column.le is not None:
                found.append(pa.Check.le(column.le))
            if column.isin:
                found.append(pa.Check.isin(column.isin))
            return found

        return pa.DataFrameSchema(
            {
                column.name: pa.Column(
                    self.polars_schema[column.name],
                    checks(column),
                    nullable=column.nullable,
                    unique=column.unique and unique,
                )
                for column in self.columns
            },
            strict=True,
            ordered=True,
            unique=(list(self.key) or None) if unique else None,
            name=self.name,
        )

    def failures(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return every way in which ``frame`` breaks the contract: ``column, check, failures, example``; empty if none.

        Args:
            frame: An eager frame. A lazy one would only have its types checked.
        """
        import polars as pl

        with _pandera_alone():
            import pandera.errors

        found = {"column": pl.String, "check": pl.String, "failures": pl.UInt32, "example": pl.String}
        try:
            (self._schema_in_order if self._is_strictly_ascending(frame) else self.schema).validate(
                frame, lazy=True
            )
        except pandera.errors.SchemaErrors as errors:
            return (
                errors.failure_cases.with_columns(pl.col("column", "check", "failure_case").cast(pl.String))
                .group_by("column", "check", maintain_order=True)
                .agg(pl.len().alias("failures"), pl.col("failure_case").first().alias("example"))
            )
        return pl.DataFrame(schema=found)

    def _is_strictly_ascending(self, frame: pl.DataFrame) -> bool:
        """Return whether rows that must differ stand in ascending order.

        Tables are sorted by their key, so that a look at neighbours is enough: hashing the rows to look for equal ones
        takes several times what all other checks take together.
        """
        import polars as pl

        claims: list[tuple[str, ...]] = [(column.name,) for column in self.columns if column.unique]
        claims += [self.key] if self.key else []
        if not claims or not {name for claim in claims for name in claim} <= set(frame.columns):
            return False

        def ascending(names: tuple[str, ...]) -> pl.Expr:
            further = pl.lit(value=False)
            for column in map(pl.col, reversed(names)):
                further = (column > column.shift()) | ((column == column.shift()) & further)
            return further.slice(1).all(ignore_nulls=False)

        return all(frame.select(ascending(claim)).item() is True for claim in claims)

    def validate(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return ``frame`` unchanged if it keeps the contract.

        Raises:
            ContractError: It does not; see :meth:`require`.
        """
        self.require(self.failures(frame))
        return frame

    def require(self, failures: pl.DataFrame) -> None:
        """Raise if there are ``failures``, as :meth:`failures` returns them.

        Raises:
            ContractError: There are; the message names the first broken column and how many more there are.
        """
        if failures.is_empty():
            return
        column, check, count, example = failures.row(0)
        more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
        error = ContractError(
            f"breaks its contract: {check} fails for {count} value(s), such as {example!r}{more}",
            where=f"table {self.name}, column {column or '(frame)'}",
            hint="nothing was written; fix the rows it names or the contract",
        )
        error.failures = failures.to_dicts()
        raise error

    def empty(self) -> pl.DataFrame:
        """Return a frame with the contract's columns and no row."""
        import polars as pl

        return pl.DataFrame(schema=self.polars_schema)


@contextmanager
def _pandera_alone() -> Iterator[None]:
    """Keep pandera from loading libraries that it can do without, and from telling Spark that this machine is all.

    Where pyspark is installed, pandera imports its pandas and sets ``SPARK_LOCAL_IP`` to loopback: the workers of a
    cluster would then look for the driver on themselves. Where hypothesis is, it imports half a second of it.
    """
    hidden = [name for name in ("pyspark", "hypothesis") if name not in sys.modules]
    address = os.environ.get("SPARK_LOCAL_IP")
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
        if address is None:
            os.environ.pop("SPARK_LOCAL_IP", None)
