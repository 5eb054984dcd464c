"""Exports that write the fields of an order on its first line only: the fields as they hold for every line of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.ingest.mapping.fallback import FallbackExport
from insiders_assets.ingest.mapping.rewriting import RewrittenExport, rewritten

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.columns import Plan
    from insiders_assets.ingest.model import Block, Export


def filled(export: Export, plan: Plan) -> Export:
    """Return an export with the fields filled down, and prices taken from elsewhere, that a plan wants so."""
    if plan.otherwise:
        export = FallbackExport(export, plan.otherwise)
    if not plan.filled or "invoice_no" not in plan.columns:
        return export
    return FilledExport(export, plan.columns["invoice_no"], plan.filled)


class FilledExport(RewrittenExport):
    """An export whose fields are filled down within an order.

    Args:
        export: The export as it is written.
        order: Position of the order's number.
        filled: Positions of the fields that stand on one line of an order and hold for all of it. With the order's
            number among them, a line without one belongs to the order above it.
    """

    def __init__(self, export: Export, order: int, filled: Sequence[int]) -> None:
        super().__init__(export)
        self._order, self._filled = order, [at for at in filled if at != order]
        self._orders_too = order in filled

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """Yield its rows, from the first on; see :class:`insiders_assets.ingest.model.Export`."""
        wanted = [at for at in positions if at in self._filled]
        if not wanted and not (self._orders_too and self._order in positions):
            yield from self._export.blocks(positions)
            return
        stated = self._stated
        for block, frame in self._numbered(sorted({*positions, self._order})):
            if frame is None:
                yield block
                continue
            order = str(self._order)
            found = frame.join(
                stated.select(pl.col(order), *(pl.col(str(at)).alias(f"told {at}") for at in wanted)),
                on=order, how="left", maintain_order="left",
            )  # fmt: skip
            found = found.with_columns(
                pl.coalesce(_something(at), pl.col(f"told {at}")).alias(str(at)) for at in wanted
            )
            yield rewritten(block, found, positions)

    @cached_property
    def _stated(self) -> pl.DataFrame:
        """The first value of each field that is filled down, by order."""
        order, pieces = str(self._order), []
        for _, frame in self._numbered(sorted({self._order, *self._filled})):
            if frame is not None:
                pieces.append(frame.group_by(order, maintain_order=True).agg(_firsts(self._filled)))
        if not pieces:
            return pl.DataFrame(schema={str(at): pl.String for at in (self._order, *self._filled)})
        return (
            pl.concat(pieces)
            .group_by(order, maintain_order=True)
            .agg(_firsts(self._filled))
            .drop_nulls(order)
        )

    def _numbered(self, positions: Sequence[int]) -> Iterator[tuple[Block, pl.DataFrame | None]]:
        """Yield each block and its rows, every row with the number of its order where that is filled down, too."""
        order, last = str(self._order), None
        for block in self._export.blocks(positions):
            if not len(block.lines):
                yield block, None
                continue
            frame = block.frame.with_columns(_something(self._order).alias(order))
            if self._orders_too:
                number = frame[order].forward_fill()
                number = number.fill_null(last) if last is not None else number
                last = number[-1]
                frame = frame.with_columns(number.alias(order))
            yield block, frame


def _something(at: int) -> pl.Expr:
    text = pl.col(str(at)).str.strip_chars()
    return pl.when(text != "").then(text)


def _firsts(positions: Sequence[int]) -> list[pl.Expr]:
    return [_something(at).drop_nulls().first().alias(str(at)) for at in positions]
