"""Exports with a price that holds on some lines only: on the others, another column says what was paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from insiders_assets.ingest.model import Block, Export

_NOTHING = r"^[^1-9]*$"
"""What a price looks like that is none: empty, a mark, or nothing but zeros."""


class FallbackExport:
    """An export in which a column has the value of another where it has none, or 0.

    Args:
        export: The export as it is written.
        otherwise: By the position of a column, that of the other.
    """

    def __init__(self, export: Export, otherwise: Mapping[int, int]) -> None:
        self._export, self._otherwise = export, otherwise

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""
        return self._export.header

    @property
    def form(self) -> dict[str, Any]:
        """What was found out about its form."""
        return self._export.form

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
            ).select(str(at) for at in positions)  # fmt: skip
            first = list(block.first)
            for at in positions:
                if at < len(first):
                    first[at] = found[str(at)][0] or ""
            yield replace(block, scan=found.lazy(), again=None, some=None, first=first)
