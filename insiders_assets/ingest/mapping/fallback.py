"""Exports with a price that holds on some lines only: on the others, another column says what was paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.mapping.rewriting import RewrittenExport, rewritten

if TYPE_CHECKING:
    from insiders_assets.ingest.model import Block, Export

_NOTHING = r"^[^1-9]*$"
"""What a price looks like that is none: empty, a mark, or nothing but zeros."""


class FallbackExport(RewrittenExport):
    """An export in which a column has the value of another where it has none, or 0.

    Args:
        export: The export as it is written.
        otherwise: By the position of a column, that of the other.
    """

    def __init__(self, export: Export, otherwise: Mapping[int, int]) -> None:
        super().__init__(export)
        self._otherwise = otherwise

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """Yield its rows, from the first on; see :class:`insiders_assets.ingest.model.Export`."""
        wanted = {at: other for at, other in self._otherwise.items() if at in positions}
        for block in self._export.blocks(sorted({*positions, *wanted.values()})):
            if not wanted or not len(block.lines):
                yield block
                continue
            found = block.frame.with_columns(
                pl.when(pl.col(str(at)).fill_null("").str.contains(_NOTHING)).then(pl.col(str(other)))
                .otherwise(pl.col(str(at))).alias(str(at))
                for at, other in wanted.items()
            )  # fmt: skip
            yield rewritten(block, found, positions)
