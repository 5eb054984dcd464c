"""Contracts as Dagster metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster import TableColumn, TableColumnConstraints, TableSchema

if TYPE_CHECKING:
    from insiders_assets.contracts.table import Table


def column_schema(table: Table) -> TableSchema:
    """Return the contract's columns with type, unit, meaning and limits, as Dagster shows them."""
    columns = []
    for column in table.columns:
        limits = [
            f"{sign} {limit:g}"
            for sign, limit in ((">=", column.ge), (">", column.gt), ("<=", column.le))
            if limit is not None
        ]
        if column.isin:
            limits.append("one of " + ", ".join(map(str, column.isin)))
        columns.append(
            TableColumn(
                name=column.name,
                type=column.dtype,
                tags={"pii": "true"} if column.personal else {},
                description=column.described,
                constraints=TableColumnConstraints(
                    nullable=column.nullable, unique=column.unique, other=limits
                ),
            )
        )
    return TableSchema(columns=columns)
