"""What a built-in form is: how the exports of one shop system are read, known by their header."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from insiders_assets.ingest.mapping.header_aliases import normalise
from insiders_assets.ingest.mapping.schema import Mapping

Names = tuple[str, ...]
"""Names of one column, the best first: which of them an export has depends on its version and language."""
_CURRENCY = re.compile(r"\s*\([A-Z]{3}\)$")
"""A currency behind a name, which differs from country to country."""


@dataclass(frozen=True)
class Form:
    """How the exports of one shop system are read.

    Attributes:
        name: The shop system.
        version: Raised whenever the same export would be read otherwise.
        source: Where the shop system documents the export.
        needs: Columns by which the export is known; each by any of its names.
        columns: The export's column for each of ours, by any of its names.
        rules: Lists of a mapping's rules, whose columns may be missing; ``column`` holds all names of it.
        fill_down: Columns that stand on the first line of an order, by any of their names.
        constants: Values of columns that the export lacks.
        ignores: Columns of refunds that other columns hold already.
        by_piece: Whether a price of one piece goes before a total of the line, where an export has both.
    """

    name: str
    version: int
    source: str
    needs: tuple[Names, ...]
    columns: dict[str, Names]
    rules: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    returns: dict[str, Any] | None = None
    fill_down: tuple[Names, ...] = ()
    constants: dict[str, str] = field(default_factory=dict)
    ignores: tuple[Names, ...] = ()
    by_piece: bool = False

    def mapping(self, header: tuple[str, ...]) -> Mapping | None:
        """Return the mapping for an export with this header; None if it is of another shop system."""
        known = {_spelled(name): name for name in reversed(header) if name}

        def found(names: Names) -> str | None:
            return next((known[_spelled(name)] for name in names if _spelled(name) in known), None)

        if any(found(names) is None for names in self.needs):
            return None
        columns = {ours: theirs for ours, names in self.columns.items() if (theirs := found(names))}
        if not {"customer_id", "invoice_no"} <= columns.keys():
            return None
        if self.by_piece and "unit_price" in columns:
            columns.pop("line_total", None)
        said: dict[str, Any] = {
            key: [rule | {"column": column} for rule in rules if (column := found(rule["column"]))]
            for key, rules in self.rules.items()
        }
        if self.returns and (column := found(self.returns["column"])):
            said["returns"] = self.returns | {"column": column}
        said["answers"] = {
            f"refund: {column}": "ignore" for names in self.ignores if (column := found(names))
        }
        said["fill_down"] = list(dict.fromkeys(filter(None, map(found, self.fill_down))))
        return Mapping.model_validate({"columns": columns, "constants": self.constants} | said)


def _spelled(name: str) -> str:
    return normalise(_CURRENCY.sub("", name.strip()))
