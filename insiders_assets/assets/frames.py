"""The frames that assets take and give, as Dagster types that load without polars.

Importing polars would be a fifth of the time that the code location takes to load. A type checker sees the real
classes; Dagster sees names that look polars up when a value is checked.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dagster import DagsterType, make_python_type_usable_as_dagster_type

if TYPE_CHECKING:
    from polars import DataFrame, LazyFrame

    EngineFrame = Any
else:

    class DataFrame:
        """Stands for ``polars.DataFrame``."""

    class LazyFrame:
        """Stands for ``polars.LazyFrame``."""

    class EngineFrame:
        """Stands for a lazy frame of whatever engine the settings name."""

    def _is_polars(value: Any, name: str) -> bool:
        import polars as pl

        return isinstance(value, getattr(pl, name))

    def _is_lazy(value: Any, _name: str) -> bool:
        import narwhals as nw

        return isinstance(nw.from_native(value, pass_through=True), nw.LazyFrame)

    def _usable(stand_in: type, is_one: Callable[[Any, str], bool] = _is_polars) -> None:
        def check(_context: Any, value: Any) -> bool:
            return is_one(value, stand_in.__name__)

        make_python_type_usable_as_dagster_type(
            stand_in,
            DagsterType(check, name=stand_in.__name__, typing_type=stand_in, description=stand_in.__doc__),
        )

    _usable(DataFrame)
    _usable(LazyFrame)
    _usable(EngineFrame, _is_lazy)

__all__ = ["DataFrame", "EngineFrame", "LazyFrame"]
