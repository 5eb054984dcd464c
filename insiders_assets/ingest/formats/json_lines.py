"""Exports in JSON, as rows: one object per line, an array of them, or orders with their lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.formats.json_records import NO_OBJECT, array_of, flat, line_path, lines_of, parsed
from insiders_assets.ingest.model import LONGEST_ROW, Block, endless, rejected_frame
from insiders_assets.language.message import Message, message
from insiders_assets.language.writer import PLAIN

if TYPE_CHECKING:
    from insiders_assets.ingest.formats.archives import Opener
    from insiders_assets.ingest.rules import FileRules

BATCH, BATCH_BYTES = 50_000, 32 << 20
"""Lines read at a time, and the bytes after which they are enough."""
SAMPLE = 1000
"""Lines whose keys are the columns."""


class JsonExport:
    """JSON objects. Numbers are kept as they are written; a key that is missing is an empty value.

    Keys of nested objects are joined by dots, and an order that holds its lines becomes a row for each of them.

    Args:
        opener: Opens the bytes, unpacked.
        rules: How it is read.
        is_array: Whether it is one document and not an object per line.
    """

    def __init__(self, opener: Opener, rules: FileRules, *, is_array: bool = False) -> None:
        self._open, self._is_array = opener, is_array
        mapping = rules.mapping
        self._rows, self._wanted = (mapping.rows, mapping.lines) if mapping else (None, None)

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The keys of the first rows, in the order in which they appear."""
        keys: dict[str, None] = {}
        for _, _, row in islice(self._taken_apart(), SAMPLE):
            if isinstance(row, dict):
                keys |= dict.fromkeys(row)
        return tuple(keys)

    @property
    def form(self) -> dict[str, Any]:
        """That it is JSON, and where its lines are."""
        kind = {"kind": "JSON array" if self._is_array else "JSON lines", "encoding": "utf-8"}
        return kind | ({"lines": self._lines_at} if self._lines_at else {})

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """Yield its rows; see :class:`insiders_assets.ingest.model.Export`."""
        batch: list[tuple[int, str, dict[str, Any] | Message]] = []
        size = 0
        for row in self._taken_apart():
            batch.append(row)
            size += len(row[1])
            if len(batch) == BATCH or size > BATCH_BYTES:
                yield self._block(batch, positions)
                batch, size = [], 0
        if batch:
            yield self._block(batch, positions)

    def _block(
        self, batch: list[tuple[int, str, dict[str, Any] | Message]], positions: Sequence[int]
    ) -> Block:
        good: list[tuple[int, str, dict[str, Any]]] = []
        bad = []
        for line, text, found in batch:
            if isinstance(found, dict):
                good.append((line, text, found))
            else:
                bad.append((line, None, None, found, text))
        cells = {
            str(at): pl.Series([_text(found.get(self.header[at])) for _, _, found in good], dtype=pl.String)
            for at in positions
        }
        return Block(
            pl.LazyFrame(cells),
            pl.Series([line for line, _, _ in good], dtype=pl.Int64),
            rejected_frame(bad),
            lambda rows: [good[row][1] for row in rows],
            [_text(good[0][2].get(name)) or "" for name in self.header] if good else (),
        )

    def _taken_apart(self) -> Iterator[tuple[int, str, dict[str, Any] | Message]]:
        """Yield every row: the line it is on, its text, and its fields or what is wrong with it.

        Rows of orders that hold their lines, and of an array, are numbered as they come.
        """
        number = 0
        for line, text, found in self._records():
            rows = lines_of(found, self._lines_at) if isinstance(found, dict) else [found]
            for row in rows:
                number += 1
                here = line if self._lines_at is None and line else number
                yield (
                    here,
                    text
                    or (
                        PLAIN.write(row) if isinstance(row, Message) else json.dumps(row, ensure_ascii=False)
                    ),
                    row,
                )

    @cached_property
    def _lines_at(self) -> str | None:
        """The path of the array that holds the lines of an order."""
        first = [found for _, _, found in islice(self._records(), SAMPLE) if isinstance(found, dict)]
        return line_path(first, self._wanted)

    def _records(self) -> Iterator[tuple[int, str, dict[str, Any] | Message]]:
        """Yield every object, flat: the line it is on (0 in an array), its text where a line has it, and its fields."""
        if self._is_array:
            with closing(self._open()) as stream:
                text = stream.read().decode("utf-8-sig", "replace")
            for found in array_of(text, self._rows):
                yield 0, "", _without_flaws(found) if isinstance(found, dict) else found
            return
        for line, text in self._lines():
            yield line, text, _parsed(text)

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Yield every line with something on it, and its number."""
        with closing(self._open()) as stream:
            number = 0
            while raw := stream.readline(LONGEST_ROW + 1):
                number += 1
                if len(raw) > LONGEST_ROW:
                    raise endless(number)
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8", "replace").strip()
                if text:
                    yield number, text


def _parsed(text: str) -> dict[str, Any] | Message:
    """Return the object on a line, flat, or what is wrong with it."""
    try:
        found = parsed(text)
    except (ValueError, RecursionError) as error:
        return message("row.json.damaged", error=str(error))
    if not isinstance(found, dict):
        return NO_OBJECT
    return _without_flaws(found) if "\\u" in text else flat(found)


def _without_flaws(found: dict[str, Any]) -> dict[str, Any] | Message:
    """Return an object, flat, or what cannot be kept of it."""
    whole = json.dumps(found, ensure_ascii=False)
    if "\\u0000" in whole:
        return message("row.nul")
    if whole != whole.encode("utf-8", "replace").decode("utf-8"):
        return message("row.surrogate")
    return flat(found)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
