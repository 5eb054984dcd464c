"""Exports whose orders and lines lie in files of their own: each line with what its order's row says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.mapping.columns import position_of
from insiders_assets.ingest.mapping.rewriting import RewrittenExport
from insiders_assets.ingest.model import Block, rejected_frame
from insiders_assets.ingest.refusal import RefusedExportError
from insiders_assets.language.message import Message, message

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.entries import Join
    from insiders_assets.ingest.model import Export

_TAIL = r"^(\d+)\.0+$"
_KEY = "key"
UNASKED = message("row.unasked")
"""What is wrong with a row that is joined to nothing."""


@dataclass(frozen=True, eq=False)
class Joined:
    """What the files that are joined to lines say.

    Attributes:
        join: The mapping's word for it.
        names: The names of their columns, but for the key.
        rows: Their rows by ``key``, each once: columns ``0``, ``1``, … in the order of ``names``.
        changed: Keys that stand on several rows which differ; the last of them holds.
    """

    join: Join
    names: tuple[str, ...]
    rows: pl.DataFrame
    changed: int = 0


def nothing_to_join(join: Join) -> ExportError:
    """Return what is said of lines to which nothing can be joined yet."""
    return RefusedExportError("export.waits", files=list(join.files))


def key_of(at: int) -> pl.Expr:
    """Return a column as keys are compared: without blanks around, and without a number's empty decimals."""
    text = pl.col(str(at)).str.strip_chars().str.replace(_TAIL, "$1")
    return pl.when(text != "").then(text)


def read_joined(join: Join, exports: Mapping[str, Export]) -> Joined:
    """Read the files that are joined to lines.

    Args:
        join: The mapping's word for it.
        exports: The exports in them, by their names; of rows with the same key, the last holds.

    Raises:
        ExportError: There is none, one lacks the key, or one cannot be read.
    """
    if not exports:
        raise nothing_to_join(join)
    pieces, names = [], dict[str, None]()
    for name in sorted(exports):
        export = exports[name]
        at = key_in(export.header, join, name)
        header = export.header
        found = [
            block.frame.select(
                key_of(at).alias(_KEY),
                *(pl.col(str(place)).alias(header[place]) for place in _named(header) if place != at),
            )
            for block in export.blocks(range(len(header)))
            if len(block.lines)
        ]
        names |= dict.fromkeys(header[place] for place in _named(header) if place != at)
        pieces += found
    empty = pl.DataFrame(schema=dict.fromkeys((_KEY, *names), pl.String))
    rows = pl.concat([empty, *pieces], how="diagonal").drop_nulls(_KEY)
    different = rows.unique()
    last = rows.unique(_KEY, keep="last", maintain_order=True)
    changed = different.height - last.height if different.height > last.height else 0
    last = last.select(_KEY, *(pl.col(name).alias(str(at)) for at, name in enumerate(names)))
    return Joined(join, tuple(names), last, changed)


def _named(header: Sequence[str]) -> list[int]:
    """Return positions of columns with a name, each name once."""
    return [at for at, name in enumerate(header) if name and header.index(name) == at]


def key_in(header: tuple[str, ...], join: Join, name: str) -> int:
    """Return the position of the key in a file that is joined.

    Raises:
        ExportError: It has no such column.
    """
    try:
        return position_of(header, join.their_key or join.key)
    except RefusedExportError as error:
        raise error.in_file(name) from None


class JoinedExport(RewrittenExport):
    """Lines with what other files say of them, as if it stood on each.

    Args:
        export: The lines.
        tables: What is joined, one after the other: a later one may be joined by a column of one before.
    """

    def __init__(self, export: Export, tables: Sequence[Joined]) -> None:
        super().__init__(export)
        self._tables = tables

    @property
    def header(self) -> tuple[str, ...]:
        """The names of all columns, those of the lines first; a name that both have is the lines' own."""
        names = list(self._export.header)
        for table in self._tables:
            prefix = "".join(letter for letter in table.join.files[0] if letter.isalnum() or letter in "-_")
            names += [f"{prefix}.{name}" if name in names else name for name in table.names]
        return tuple(names)

    def blocks(self, positions: Sequence[int]) -> Iterator[Block]:
        """Return its rows; lines that a needed table lacks are rejected.

        See :class:`insiders_assets.ingest.blocks.Export`.
        """
        header, width = self.header, len(self._export.header)
        steps, start = [], width
        for table in self._tables:
            steps.append((table, position_of(header[:start], table.join.key), start))
            start += len(table.names)
        wanted = {*positions, *(key for _, key, _ in steps)}
        own = sorted(at for at in wanted if at < width)
        for block in self._export.blocks(own):
            if not len(block.lines):
                yield block
                continue
            yield _joined(block, positions, steps, wanted)


def _joined(
    block: Block, positions: Sequence[int], steps: Sequence[tuple[Joined, int, int]], wanted: set[int]
) -> Block:
    """Return rows with what the tables say of each, and those that a table lacks among the rejected ones."""
    frame = block.frame
    lacking: dict[int, tuple[str | None, Join]] = {}
    for table, key, start in steps:
        theirs = table.rows.select(
            _KEY,
            *(
                pl.col(str(at)).alias(str(start + at))
                for at in range(len(table.names))
                if start + at in wanted
            ),
            there=pl.lit(value=True),
        )
        found = frame.with_columns(key_of(key).alias(_KEY))
        found = found.join(theirs, on=_KEY, how="left", maintain_order="left")
        if table.join.missing == "reject":
            for row in found["there"].is_null().arg_true():
                lacking.setdefault(row, (found[_KEY][row], table.join))
        frame = found.drop(_KEY, "there")
    frame = frame.select(str(at) for at in positions)
    if lacking:
        block, kept = _without(block, lacking)
        frame = frame[kept]
    first: Sequence[str] = ()
    if frame.height:
        known = dict(zip(map(str, positions), frame.row(0), strict=True))
        first = [known.get(str(at)) or "" for at in range(max(positions, default=-1) + 1)]
    return replace(block, scan=frame.lazy(), again=None, some=None, first=first)


def _without(block: Block, lacking: Mapping[int, tuple[str | None, Join]]) -> tuple[Block, list[int]]:
    """Return a block whose rows that a table lacks are rejected, and the places of the others."""
    out = sorted(lacking)
    rows, reasons = [], dict[tuple[str, ...], Message]()
    for line, place, text in zip(block.lines.gather(out), out, block.texts(out), strict=True):
        value, join = lacking[place]
        files = tuple(join.files)
        reason = reasons.setdefault(files, message("row.lacking", files=list(files)))
        rows.append((line, join.key, value, reason, text))
    rejected = pl.concat([block.rejected, rejected_frame(rows)]).sort("source_line", maintain_order=True)
    kept = [place for place in range(len(block.lines)) if place not in lacking]
    texts = block.texts
    block = replace(
        block,
        lines=block.lines.gather(kept),
        rejected=rejected,
        texts=lambda places: texts([kept[place] for place in places]),
    )
    return block, kept


def keys_used(lines: Export, tables: Sequence[Joined], key: str) -> pl.Series:
    """Return the keys by which lines ask for what is joined, each once.

    Args:
        lines: The lines.
        tables: What is joined before.
        key: The name of the key's column.
    """
    whole = JoinedExport(lines, tables)
    at = position_of(whole.header, key)
    found = [
        block.frame.select(key_of(at).alias(_KEY)).to_series().unique()
        for block in whole.blocks([at])
        if len(block.lines)
    ]
    return pl.concat([pl.Series(_KEY, [], dtype=pl.String), *found]).drop_nulls().unique()


def without_lines(export: Export, join: Join, used: pl.Series, name: str) -> Iterator[tuple[Block, int]]:
    """Return the rows of a file that is joined which no line asks for, as blocks of rejected rows.

    And how many are asked for.

    Args:
        export: The file.
        join: The mapping's word for it.
        used: The keys that lines ask for.
        name: The file's name, for messages.
    """
    at, column = key_in(export.header, join, name), join.their_key or join.key
    for block in export.blocks([at]):
        if not len(block.lines):
            yield block, 0
            continue
        keys = block.frame.select(key_of(at)).to_series()
        out = (~keys.is_in(used.implode()).fill_null(value=False)).arg_true().to_list()
        rows = zip(block.lines.gather(out), keys.gather(out), block.texts(out), strict=True)
        unasked = [(line, column, value, UNASKED, text) for line, value, text in rows]
        rejected = pl.concat([block.rejected, rejected_frame(unasked)]).sort(
            "source_line", maintain_order=True
        )
        yield Block(pl.LazyFrame(), block.lines.clear(), rejected, lambda _: [], ()), len(keys) - len(out)
