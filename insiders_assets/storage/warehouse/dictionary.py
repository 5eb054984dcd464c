"""The data dictionary of the warehouse: every table and view with its columns, written from their contracts.

``python -m insiders_assets.storage.warehouse.dictionary`` prints it; ``make dictionary`` keeps it in the documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from insiders_assets.storage.warehouse.schema import HISTORY, TABLES, key_of
from insiders_assets.storage.warehouse.views import VIEWS

if TYPE_CHECKING:
    from insiders_assets.contracts.table import Column, Table

TYPES = {
    "str": "text",
    "int64": "whole number",
    "int32": "whole number",
    "float64": "number",
    "bool": "true or false",
    "date": "date",
    "datetime": "date and time",
}

OPENING = """\
# Data dictionary

The tables and views of the warehouse. Written from the contracts by `make dictionary`; do not edit. PostgreSQL has
the same texts as comments. How to read them from a BI tool: [bi.md](bi.md).

Shares are fractions of 1, money is in the data's currency, *empty* says whether a value may be missing (NULL).
"""


def markdown() -> str:
    """Return the dictionary as a page of Markdown."""
    parts = [OPENING, "## Tables\n", *(_section(table) for table in TABLES.values())]
    return "\n".join([*parts, "## Views\n", *(_section(view.contract) for view in VIEWS)])


def _section(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in key_of(table))
    facts = [f"Key: {key}."] if key else []
    if table.name in HISTORY:
        facts.append("Keeps the rows of every refresh.")
    rows = [
        f"### {table.name}\n",
        " ".join([table.meaning, *facts]) + "\n",
        "| column | type | unit | empty | meaning |",
        "|---|---|---|---|---|",
        *(_row(column) for column in table.columns),
    ]
    return "\n".join(rows) + "\n"


def _row(column: Column) -> str:
    values = f" One of: {', '.join(map(str, column.isin))}." if column.isin else ""
    meaning = (column.meaning + values).replace("|", "\\|").replace("<", "&lt;")
    empty = "yes" if column.nullable else "no"
    return f"| `{column.name}` | {TYPES[column.dtype]} | {column.unit} | {empty} | {meaning} |"


if __name__ == "__main__":
    print(markdown(), end="")
