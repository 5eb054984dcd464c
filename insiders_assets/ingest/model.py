"""What readers of every format hand over: rows of an export, and rows that are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import polars as pl

from insiders_assets.contracts.messages import with_facts
from insiders_assets.ingest.refusal import CutShortError, RefusedExportError
from insiders_assets.language.message import Message
from insiders_assets.language.writer import columns

REJECTED_SCHEMA: dict[str, Any] = {
    "source_line": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    **dict.fromkeys(with_facts("reason"), pl.String),
    "row_text": pl.String,
    "rows": pl.Int64,
    "cells": pl.String,
}
"""A rejected row before its file is known; see :data:`insiders_assets.contracts.transactions.REJECTED_ROWS`.

``cells`` holds our columns of the row as a JSON object of texts, where they could be told apart; it is for fixing.
"""

_NONE_REJECTED = pl.DataFrame(schema=REJECTED_SCHEMA)


@dataclass
class Block:
    """Some consecutive rows of an export.

    Attributes:
        scan: The rows that have every field, one column per field, named by its position: ``"0"``, ``"1"``, …
        lines: The line each of them begins on, Int64.
        rejected: The rows that do not, as :data:`REJECTED_SCHEMA`.
        texts: Gives the text of rows of ``scan`` by their positions in it.
        first: The fields of the first of them, as text; empty if there is none.
        again: Reads them in a slow way that cannot be misled, should ``scan`` turn out to see other rows.
        some: Reads some of them, by their positions, without reading all.
        only_spaces: Whether a value in ``scan`` can begin or end with no other blank than a space.
    """

    scan: pl.LazyFrame
    lines: pl.Series
    rejected: pl.DataFrame
    texts: Callable[[Sequence[int]], list[str]]
    first: Sequence[str]
    again: Callable[[], pl.DataFrame] | None = None
    some: Callable[[Sequence[int]], pl.DataFrame] | None = None
    only_spaces: bool = False

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The rows of ``scan``."""
        try:
            found = self.scan.collect()
        except pl.exceptions.PolarsError:
            if self.again is None:
                raise
            return self.again()
        return self.again() if self.again and found.height != len(self.lines) else found

    def part(self, rows: Sequence[int], rejected: pl.DataFrame | None = None) -> Block:
        """Return some of the rows of ``scan``, by their positions in it, as a block of their own.

        Args:
            rows: The positions.
            rejected: The rejected rows that it is to have; none unless given.
        """
        frame = self.some(rows) if self.some else self.frame[list(rows)]
        return Block(
            frame.lazy(),
            self.lines.gather(list(rows)),
            rejected_frame([]) if rejected is None else rejected,
            lambda places: self.texts([rows[place] for place in places]),
            (),
        )

    @property
    def rows(self) -> int:
        """How many rows it has, rejected ones included."""
        return len(self.lines) + self.rejected.height


LONGEST_ROW = 16 << 20
"""Bytes after which a row without an end is given up: no transaction is as long, and no more of one is held."""

MOST_COLUMNS = 1_000
"""Columns that an export may have. Each is asked what it holds, which takes some milliseconds."""


def endless(line: int) -> CutShortError:
    """Return what is said of a line that goes on and on."""
    return CutShortError("export.endless", rows=1, line=line, size=LONGEST_ROW >> 20)


def too_long(most: int) -> RefusedExportError:
    """Return what is said of an export with more rows than a file may have."""
    return RefusedExportError("export.too_long", rows=most)


def too_wide() -> RefusedExportError:
    """Return what is said of an export with more columns than one may have."""
    return RefusedExportError("export.wide", columns=MOST_COLUMNS)


class Export(Protocol):
    """A file, or a member of an archive, that rows can be read from, more than once."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of its columns."""

    @property
    def form(self) -> dict[str, Any]:
        """What was found out about its form: encoding, separator, sheet and the like."""

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """Return its rows, from the first on, with the columns at ``positions``.

        Raises:
            ExportError: It cannot be read to its end.
        """


def rejected_frame(
    rows: Sequence[tuple[int | None, str | None, str | None, Message, str | None]],
    cells: Sequence[str | None] | None = None,
) -> pl.DataFrame:
    """Return rejected rows from ``(line, column, value, reason, text)``, each standing for one row.

    Args:
        rows: The rows.
        cells: Their cells, if they are known.
    """
    if not rows:  # as nearly always, and a frame made of nothing costs as much as one of something
        return _NONE_REJECTED
    rendered: dict[int, tuple[str | None, ...]] = {}  # most rows of a file share one message
    found = []
    for (line, column, value, reason, text), known in zip(rows, cells or [None] * len(rows), strict=True):
        if id(reason) not in rendered:
            rendered[id(reason)] = tuple(columns("reason", reason).values())
        found.append((line, column, value, *rendered[id(reason)], text, 1, known))
    return pl.DataFrame(found, schema=REJECTED_SCHEMA, orient="row")


def rejected_together(reason: str, facts: Message | None, rows: int) -> pl.DataFrame:
    """Return one rejected row that stands for many.

    Args:
        reason: Why, in English.
        facts: The same as a message, if there is one.
        rows: How many.
    """
    said = columns("reason", facts) | {"reason": reason}
    return pl.DataFrame([said | {"rows": rows}], schema=REJECTED_SCHEMA, orient="row")
