"""Small files of one layout, read as if they were one: most of what a small file costs is spent once per reading.

Only files that mean the same read together as alone are: every row has every field and every value is written plainly.
Whatever else there is in a file, it is read alone, in the way of :mod:`insiders_assets.ingest.pipeline`.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.converted import Converted
from insiders_assets.ingest.doubts.suspicion import marks_of, suspected
from insiders_assets.ingest.fast_path import PlainReader
from insiders_assets.ingest.formats.archives import readable
from insiders_assets.ingest.formats.delimited import DelimitedExport, is_text
from insiders_assets.ingest.formats.file_type import open_exports
from insiders_assets.ingest.formats.text_blocks import scan_text
from insiders_assets.ingest.mapping.columns import header_score, plan
from insiders_assets.ingest.mapping.header_aliases import MANDATORY
from insiders_assets.ingest.model import Block, rejected_frame
from insiders_assets.ingest.parsing.blanks import only_spaces
from insiders_assets.ingest.parsing.date_limits import DayCounts
from insiders_assets.ingest.parsing.quotes import NEWLINE, UnclosedQuoteError
from insiders_assets.ingest.parsing.row_boundaries import split_rows
from insiders_assets.ingest.parsing.thousands import PointWatch, doubtful
from insiders_assets.ingest.resolution import is_watched
from insiders_assets.ingest.row_counter import RowCounter
from insiders_assets.ingest.sniffing.dialect import SAMPLE, SEPARATORS, Dialect, split_fields
from insiders_assets.ingest.sniffing.encoding import END_OF_FILE, Encoding
from insiders_assets.ingest.sniffing.format_inference import Evidence

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from insiders_assets.ingest.doubts.detector import Detector
    from insiders_assets.ingest.row_counter import Sink
    from insiders_assets.ingest.rules import FileRules
    from insiders_assets.ingest.stats import Outcome

LARGEST = 1 << 20
"""Bytes of a file above which reading it alone costs nothing more."""
HEAD = 2_000
"""First bytes of a file by which nearly every one shows that its points are decimal."""


@dataclass(frozen=True)
class Layout:
    """What files have in common whose first line is the same.

    Attributes:
        head: The first line, which names the columns.
        dialect: How they are written.
        plain: Reads what is written plainly.
        form: What is reported of their form, but the encoding.
        asks_for_mark: Whether each file's decimal mark is inferred from the file itself.
    """

    head: bytes
    dialect: Dialect
    plain: PlainReader
    form: dict[str, Any]
    asks_for_mark: bool

    @classmethod
    def of(cls, path: Path, text: bytes, rules: FileRules) -> Layout | None:
        """Return the layout of a file, or None if it has to be read alone, and every other with its first line, too.

        Args:
            path: The file.
            text: Its bytes.
            rules: How it is read.
        """
        head = text[: text.find(b"\n") + 1]
        if not head.isascii() or rules.duplicate_rows != "keep" or rules.decimal == "comma":
            return None
        if rules.mapping and rules.mapping.join:
            return None
        try:
            with readable():
                opened = open_exports(path, rules).get("")
                export = opened() if opened else None
                if not isinstance(export, DelimitedExport):
                    return None
                encoding, dialect, _ = export.head
                found = plan(export.header, rules.mapping)
        except ExportError:
            return None
        # By the first separator that is tried, and names for everything that is needed, others are not looked at: the
        # first line alone decides. What is found by the rows below it would have to be found in each file.
        decided = (
            encoding == Encoding(None)
            and dialect.separator == ((rules.mapping and rules.mapping.separator) or SEPARATORS[0])
            and header_score(dialect.header, rules.mapping) == len(MANDATORY)
            and (dialect.quote, dialect.header_end, dialect.lines) == ('"', len(head), 1)
            and dialect.named == dialect.width
            and found.is_plain
            and not is_watched(export.header, found, rules.mapping, rules.name)
        )
        ask = rules.decimal == "auto"
        return cls(head, dialect, PlainReader(found), export.form, ask) if decided else None

    def fits(self, text: bytes) -> bool:
        """Return whether a file is of this layout and nothing in it asks for a closer look.

        Args:
            text: Its bytes.
        """
        return (
            text.startswith(self.head)
            and len(self.head) < len(text) <= LARGEST
            and not text.endswith((END_OF_FILE, b"\r"))
            and b"\0" not in text
            and b"\n'" not in text[: 4 * SAMPLE]  # the quote may be another one
            and (b"\r" not in text or text.count(b"\r") == text.count(b"\r\n"))
            and is_text(text[: 4 * SAMPLE])
            and (text.isascii() or _is_utf8(text))
        )


def read_together(texts: Sequence[bytes], layout: Layout) -> list[pl.DataFrame | None]:
    """Return the transactions of files of one layout, in one go.

    Args:
        texts: The bytes of each, which the layout fits.
        layout: The layout.

    Returns:
        All columns of the contract but the file, for each; None for those that have to be read alone.
    """
    bodies = [memoryview(text)[len(layout.head) :] for text in texts]
    ends = np.cumsum([len(body) + (body[-1] != NEWLINE) for body in bodies])
    pieces: list[bytes | memoryview] = []
    for body in bodies:
        pieces += [body] if body[-1] == NEWLINE else [body, b"\n"]
    frames: list[pl.DataFrame | None] = [None] * len(texts)
    try:
        with readable():
            if (opened := _block(b"".join(pieces), ends, layout)) is None:
                return frames
            block, heights = opened
            found = layout.plain.read(block)
    except ExportError:
        return frames
    if found is None:
        return frames
    frame, odd = found
    watch = PointWatch(layout.plain.plan.columns)
    unsure = {
        number
        for number, body in enumerate(bodies)
        if layout.asks_for_mark and not watch.is_shown_by(bytes(body[:HEAD]), layout.dialect.separator)
    }
    numbers = watch.numbers(block) if unsure else None  # takes another look at all files
    marks = {detector: (rows, np.flatnonzero(rows.to_numpy())) for detector, rows in marks_of(frame).items()}
    last = np.cumsum(heights)
    lost = np.searchsorted(odd, np.append(0, last))  # odd rows before each file
    for number, height in enumerate(heights):
        if (
            numbers is not None
            and number in unsure
            and doubtful(numbers.slice(int(last[number] - height), int(height)))
        ):
            continue
        if lost[number] == lost[number + 1]:
            place = int(last[number] - height - lost[number]), int(height)
            own = frame.slice(*place)
            if not _is_suspected(own, marks, *place):
                frames[number] = own
    return frames


def _is_suspected(
    own: pl.DataFrame, marks: dict[Detector, tuple[pl.Series, NDArray[np.int64]]], start: int, height: int
) -> bool:
    """Return whether a detector wants to look at one of the files alone.

    Args:
        own: Its transactions.
        marks: The rows that detectors marked in all files together, and their places.
        start: The place of its first row among those of all files.
        height: How many rows it has.
    """
    marked = {
        detector: rows.slice(start, height)
        for detector, (rows, places) in marks.items()
        if np.searchsorted(places, start) < np.searchsorted(places, start + height)
    }
    return bool(suspected(own, marked))


def asks_for_more(frame: pl.DataFrame, rules: FileRules) -> bool:
    """Return whether a file has to be read alone after all, for what only all of its rows together tell.

    Args:
        frame: Its transactions.
        rules: How it is read.
    """
    days = DayCounts()
    days.add(frame["invoice_day"])
    return rules.limits(days) is not None or bool(frame["customer_id"].str.starts_with("0").any())


def taken(frame: pl.DataFrame, text: bytes, layout: Layout, rules: FileRules, sink: Sink) -> Outcome:
    """Hand on the transactions of a file that was read together with others.

    Args:
        frame: The transactions.
        text: The bytes of the file.
        layout: Its layout.
        rules: How it is read.
        sink: Where they go.
    """
    counter = RowCounter(sink, rules, watched=False)
    formats = Evidence().formats(rules)
    encoding = {"encoding": "ascii" if text.isascii() else "utf-8"}
    counter.outcome.form = layout.form | encoding | {"dates": formats.order, "decimal": formats.mark}
    none = rejected_frame([])
    counter.take(Block(pl.LazyFrame(), frame["source_line"], none, lambda _: [], ()), Converted(frame, none))
    counter.finish()
    return counter.outcome


def _block(text: bytes, ends: NDArray[np.int64], layout: Layout) -> tuple[Block, NDArray[np.int64]] | None:
    """Return the rows of all files, and how many each has, if every line of them is a row that has every field.

    Args:
        text: The files one after the other, each without its first line and with a line end at its end.
        ends: Byte after each file.
        layout: Their layout.
    """
    dialect = layout.dialect
    try:
        rows = split_rows(text, dialect.separator, dialect.quote, dialect.width, final=True)
    except UnclosedQuoteError:
        return None
    if (
        len(rows.starts) != rows.newlines
        or rows.consumed != len(text)
        or rows.broken.any()
        or rows.literal.any()
        or (rows.fields != dialect.width).any()
    ):
        return None
    heights = np.diff(np.searchsorted(rows.starts, ends), prepend=0)
    lines = np.concatenate([np.arange(2, height + 2) for height in heights])
    first = text[: int(rows.ends[0])].decode().rstrip("\r")
    block = Block(
        scan_text(text, dialect).select(str(position) for position in layout.plain.plan.positions),
        pl.Series(lines, dtype=pl.Int64),
        rejected_frame([]),
        lambda _: [],
        split_fields(first, dialect.separator, dialect.quote),
        only_spaces=only_spaces(text, dialect.separator),
    )
    return block, heights


def _is_utf8(text: bytes) -> bool:
    try:
        codecs.utf_8_decode(text, "strict", True)
    except UnicodeDecodeError:
        return False
    return True
