"""Newline-delimited JSON: one object per line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets.ingest.blocks import LONGEST_ROW, Block, endless, rejected_frame
from insiders_assets.ingest.numbers import unmistakable

if TYPE_CHECKING:
    from insiders_assets.ingest.containers import Opener

BATCH, BATCH_BYTES = 50_000, 32 << 20
"""Lines read at a time, and the bytes after which they are enough."""
SAMPLE = 1000
"""Lines whose keys are the columns."""


class JsonLinesExport:
    """JSON objects, one per line. Numbers are kept as they are written; a key that is missing is an empty value.

    Args:
        opener: Opens the bytes, unpacked.
    """

    def __init__(self, opener: Opener) -> None:
        self._open = opener

    @cached_property
    def header(self) -> tuple[str, ...]:
        """The keys of the first objects, in the order in which they appear."""
        keys: dict[str, None] = {}
        for number, (_, text) in enumerate(self._lines()):
            if number == SAMPLE:
                break
            if isinstance(found := _parsed(text), dict):
                keys |= dict.fromkeys(found)
        return tuple(keys)

    @property
    def form(self) -> dict[str, Any]:
        """That it is JSON."""
        return {"kind": "JSON lines", "encoding": "utf-8"}

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """Its rows; see :class:`insiders_assets.ingest.blocks.Export`."""
        batch: list[tuple[int, str]] = []
        size = 0
        for number, text in self._lines():
            batch.append((number, text))
            size += len(text)
            if len(batch) == BATCH or size > BATCH_BYTES:
                yield self._block(batch, positions)
                batch, size = [], 0
        if batch:
            yield self._block(batch, positions)

    def _block(self, batch: list[tuple[int, str]], positions: Sequence[int]) -> Block:
        good: list[tuple[int, str, dict[str, Any]]] = []
        bad = []
        for line, text in batch:
            if isinstance(found := _parsed(text), dict):
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

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Every line with something on it, and its number."""
        with closing(self._open()) as stream:
            number = 0
            while raw := stream.readline(LONGEST_ROW + 1):
                number += 1
                if len(raw) > LONGEST_ROW:
                    raise endless(number)
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8", "replace").strip()
                if text:
                    yield number, text


def _parsed(text: str) -> dict[str, Any] | str:
    """The object on a line, or what is wrong with it."""
    try:
        found = json.loads(text, parse_float=unmistakable, parse_int=str)
    except (ValueError, RecursionError) as error:
        return f"is no JSON object ({error})"
    if not isinstance(found, dict):
        return "is no JSON object"
    if "\\u" in text:
        whole = json.dumps(found, ensure_ascii=False)
        if "\\u0000" in whole:
            return "holds a NUL character"
        if whole != whole.encode("utf-8", "replace").decode("utf-8"):
            return "holds half a character (a lone surrogate)"
    return found


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
