"""Cells of fewer than some people: what would tell somebody apart is left out of what leaves the house.

A cell is everybody in an audience who shares what is sent of them in words, truth values, cluster numbers and days.
Amounts and counts are nearly everybody's own and make no cells: who is not to have them leaves them out of ``fields``.
"""

from __future__ import annotations

import polars as pl

from insiders_assets.contracts.customers import INSIDERS

_KINDS = {column.name: column.dtype for column in INSIDERS.columns}


def blanked(people: pl.DataFrame, fields: tuple[str, ...], smallest: int) -> pl.DataFrame:
    """Return people with empty cells where fewer than ``smallest`` share them.

    A value that too few share is left empty; whoever is still one of too few by all of them together loses all of them.

    Args:
        people: Who is to be delivered.
        fields: What is sent of them.
        smallest: People in a cell at least; 0 or 1 for any number.
    """
    cells = [name for name in fields if _KINDS.get(name) in ("str", "bool", "int32", "date")]
    if smallest < 2 or not cells or people.is_empty():
        return people
    found = people.with_columns(
        pl.when(pl.len().over(name) >= smallest).then(name).alias(name) for name in cells
    )
    together = pl.len().over(cells) >= smallest
    return found.with_columns(pl.when(together).then(name).alias(name) for name in cells)
