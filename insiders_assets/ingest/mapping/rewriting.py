"""Exports of which some columns hold other values than are written: what the filled and the fallen back ones share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.ingest.model import Block, Export


class RewrittenExport:
    """An export with the header and the form of another.

    Args:
        export: The export as it is written.
    """

    def __init__(self, export: Export) -> None:
        self._export = export

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        return self._export.header

    @property
    def form(self) -> dict[str, Any]:
        """What was found out about its form."""
        return self._export.form


def rewritten(block: Block, frame: pl.DataFrame, positions: Sequence[int]) -> Block:
    """Return a block with other values, in its first row, too.

    Args:
        block: The rows as they are written; there is one at least.
        frame: Columns of the same rows, by their positions as text.
        positions: The columns that are asked for.
    """
    found = frame.select(str(at) for at in positions)
    first = list(block.first)
    for at in positions:
        if at < len(first):
            first[at] = found[str(at)][0] or ""
    return replace(block, scan=found.lazy(), again=None, some=None, first=first)
