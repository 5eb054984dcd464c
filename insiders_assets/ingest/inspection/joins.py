"""Which files beside one of lines say what it lacks of each, and by which key: inferred from their columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.formats.archives import readable
from insiders_assets.ingest.formats.file_type import open_exports
from insiders_assets.ingest.inspection.inference import pattern_of, propose
from insiders_assets.ingest.mapping.entries import Join
from insiders_assets.ingest.mapping.header_aliases import normalise, recognise
from insiders_assets.ingest.mapping.header_words import notions
from insiders_assets.ingest.mapping.joining import Joined, JoinedExport, key_of, read_joined
from insiders_assets.ingest.mapping.schema import missing
from insiders_assets.ingest.rules import FileRules
from insiders_assets.ingest.sniffing.column_profile import column_profiles

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.ingest.model import Export

BROUGHT = ("customer_id", "invoice_date", "invoice_no")
"""What lines may lack that a row of their order says."""
UNIQUE, FOUND = 0.98, 0.5
"""Share of a file's rows with a key of their own, and of the lines' keys that are among them, from which it is one."""
MOST, DEEPEST = 20, 3
"""Files beside one that are looked at, and joined."""
_IDS = frozenset({"id", "order", "customer", "product"})


@dataclass(frozen=True)
class Beside:
    """A file beside one of lines.

    Attributes:
        name: Its name in the landing zone.
        path: Where it can be read.
    """

    name: str
    path: Path


def propose_joins(path: Path, beside: Sequence[Beside], pattern: str | None) -> list[tuple[Join, Joined]]:
    """Return what may be joined to the lines in a file, in the order in which one leads to the next; empty if nothing.

    Args:
        path: The file of lines.
        beside: Files that lie beside it.
        pattern: Pattern of the names of the files that the mapping is for, where that is more than the one.
    """
    lines = _opened(path)
    if lines is None or not (lacking := _lacking(lines)):
        return []
    others = {each.name: found for each in beside[:MOST] if (found := _opened(each.path)) is not None}
    joined: list[tuple[Join, Joined]] = []
    whole: Export = lines
    while others and len(joined) < DEEPEST:
        needs = _brings_missing(lacking) if lacking else _brings_a_person
        if (next_ := _found(whole, others, needs)) is None:
            break
        name, key, theirs = next_
        called = None if normalise(key) == normalise(theirs) else theirs
        join = Join(files=(_pattern(name, pattern),), key=key, their_key=called)
        joined.append((join, read_joined(join, {name: others.pop(name)})))
        whole = JoinedExport(lines, [table for _, table in joined])
        lacking = _lacking(whole)
    return [] if lacking else joined


def _found(
    lines: Export, others: Mapping[str, Export], needs: Callable[[Export], bool]
) -> tuple[str, str, str] | None:
    """Return the first file that says what is needed by a key: its name, and the key's here and there."""
    for name, other in others.items():
        if needs(other) and (keys := _keys(lines, other)) is not None:
            return name, *keys
    return None


def _opened(path: Path) -> Export | None:
    """Return the one export in a file; None if it has none, or several."""
    with suppress(ExportError), readable():
        found = list(open_exports(path, FileRules()).values())
        if len(found) == 1:
            export = found[0]()
            return export if len(export.header) > 1 else None
    return None


def _lacking(export: Export) -> list[str]:
    """Return what no column of an export looks like, of what a row of its order may say."""
    known = {header for header, places in recognise(export.header).items() if places}
    columns = propose(column_profiles(export)[0], "*").mapping.columns
    lacks = missing(known | columns.keys())
    return [name for name in BROUGHT if name in lacks]


def _brings_missing(lacking: Sequence[str]) -> Callable[[Export], bool]:
    def brings(export: Export) -> bool:
        known = {header for header, places in recognise(export.header).items() if places}
        columns = known | propose(column_profiles(export)[0], "*").mapping.columns.keys()
        return bool(columns & set(lacking))

    return brings


def _brings_a_person(export: Export) -> bool:
    """Return whether a file of customers tells one from another by more than the key.

    An e-mail, or an id of their own.
    """
    about = [notions(name)[0] for name in export.header]
    known = [each for each in about if "mail" in each or {"customer", "id"} <= each]
    return len(known) > 1 or any("mail" in each for each in known)


def _keys(lines: Export, other: Export) -> tuple[str, str] | None:
    """Return the columns by which a row of another file is found for each line, best first; None if there are none."""
    ours, theirs = _columns(lines), _columns(other)
    best: tuple[float, str, str] | None = None
    for key, used in ours.items():
        for name, values in theirs.items():
            same = normalise(key) == normalise(name)
            if not same and not (notions(key)[0] & notions(name)[0] & _IDS or "id" in notions(name)[0]):
                continue
            if values.n_unique() < UNIQUE * len(values):
                continue
            share = float(used.is_in(values.unique().implode()).mean() or 0)  # type: ignore[arg-type]
            if share >= FOUND and (best is None or share + same > best[0]):
                best = (share + same, key, name)
    return (best[1], best[2]) if best else None


def _columns(export: Export) -> Mapping[str, pl.Series]:
    """Return what the columns of an export that may be keys hold: for lines each once."""
    wanted = [at for at, name in enumerate(export.header) if name and _IDS & notions(name)[0]]
    pieces = [
        block.frame.select(key_of(at).alias(export.header[at]) for at in wanted)
        for block in export.blocks(wanted)
        if len(block.lines)
    ]
    return {column.name: column.drop_nulls() for column in pl.concat(pieces)} if pieces and wanted else {}


def _pattern(name: str, pattern: str | None) -> str:
    """Return the pattern for a file that is joined.

    Its own name, or any with other digits where the lines' is one, too.
    """
    return pattern_of(name) if pattern is None else re.sub(r"\d[\d\-_.]*\d|\d", "*", pattern_of(name))
