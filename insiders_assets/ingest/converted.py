"""What became of some rows of an export: transactions, rejected rows, and rows that a rule leaves out."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from insiders_assets.contracts.transactions import RAW_TRANSACTIONS, UNIT_COST
from insiders_assets.ingest.mapping.exclusion import NONE_EXCLUDED

TRANSACTION_COLUMNS = [name for name in RAW_TRANSACTIONS.names if name != "source_file"]
COST = UNIT_COST.name
"""What the column of costs is called in transactions, where a mapping brings one."""


@dataclass(frozen=True)
class Converted:
    """What became of some rows.

    Attributes:
        transactions: All columns of the contract but the file, in the order of the export; ``unit_cost`` behind them
            where the mapping names a column of costs.
        rejected: Rows that became none, in the order of the export.
        blank: Rows with nothing in any field, which are no rows.
        excluded: Rows that a rule leaves out, counted by rule.
        added: How many of the transactions are returns made of rows that were sold and given back.
        no_costs: How many rows have a cost that is no number.
    """

    transactions: pl.DataFrame
    rejected: pl.DataFrame
    blank: int = 0
    excluded: pl.DataFrame = field(default_factory=lambda: NONE_EXCLUDED)
    added: int = 0
    no_costs: int = 0


def rejected_only(rejected: pl.DataFrame) -> Converted:
    """Return what becomes of a block that has no row but rejected ones."""
    schema = {name: RAW_TRANSACTIONS.polars_schema[name] for name in TRANSACTION_COLUMNS}
    return Converted(pl.DataFrame(schema=schema), rejected)
