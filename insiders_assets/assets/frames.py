"""The frames that assets take and give, as Dagster types that load without polars.

Importing polars would be a fifth of the time that the code location takes to load. A type checker sees the real
classes; Dagster sees names that look polars up when a value is checked.
"""

from typing import TYPE_CHECKING, Any

from dagster import DagsterType, make_python_type_usable_as_dagster_type

if TYPE_CHECKING:
    from polars import DataFrame, LazyFrame
else:

    class DataFrame:
        """Stands for ``polars.DataFrame``."""

    class LazyFrame:
        """Stands for ``polars.LazyFrame``."""

    def _usable(stand_in: type) -> None:
        def check(_context: Any, value: Any) -> bool:
            import polars as pl

            return isinstance(value, getattr(pl, stand_in.__name__))

        make_python_type_usable_as_dagster_type(
            stand_in,
            DagsterType(check, name=stand_in.__name__, typing_type=stand_in, description=stand_in.__doc__),
        )

    _usable(DataFrame)
    _usable(LazyFrame)

__all__ = ["DataFrame", "LazyFrame"]
