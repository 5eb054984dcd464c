"""JSON Schemas of rows, from the contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from insiders_assets.api.sources import Source
    from insiders_assets.contracts.table import Column

TYPES: dict[str, dict[str, Any]] = {
    "str": {"type": "string"},
    "int64": {"type": "integer", "format": "int64"},
    "int32": {"type": "integer", "format": "int32"},
    "float64": {"type": "number", "format": "double"},
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "insiders-moment"},
}
"""A moment is in UTC without saying so, which RFC 3339, and with it ``date-time``, wants."""


def row(source: Source) -> dict[str, Any]:
    """Return the schema of a row: any of its columns, for ``fields`` chooses.

    Rows of earlier refreshes may lack what later ones tell, so that in tables that keep history only the key is sure.
    """
    return {
        "type": "object",
        "description": source.contract.meaning,
        "additionalProperties": False,
        "properties": {
            column.name: value(column, nullable=source.keeps_history and column.name not in source.key)
            for column in source.contract.columns
        },
    }


def value(column: Column, *, nullable: bool = False) -> dict[str, Any]:
    """Return the schema of a column's values.

    Args:
        column: The column.
        nullable: Whether a value may be missing although the contract wants it.
    """
    found: dict[str, Any] = TYPES[column.dtype] | {"description": column.described}
    if column.isin:
        found["enum"] = list(column.isin)
    if column.dtype in ("int64", "int32", "float64"):
        bounds = {"minimum": column.ge, "exclusiveMinimum": column.gt, "maximum": column.le}
        found |= {name: bound for name, bound in bounds.items() if bound is not None}
    # What is no number is written as null.
    if column.nullable or nullable or column.dtype == "float64":
        found["type"] = [found["type"], "null"]
        if column.isin:
            found["enum"] = [*column.isin, None]
    return found


def argument(column: Column) -> dict[str, Any]:
    """Return the schema of a value that a column is compared with."""
    found: dict[str, Any] = dict(TYPES[column.dtype])
    if column.isin:
        found["enum"] = list(column.isin)
    if column.dtype == "str":
        found["maxLength"] = 2_000
    return found
