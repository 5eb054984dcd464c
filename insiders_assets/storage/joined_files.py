"""Files of the landing zone that are joined to lines: which they are, what they say, and what no line asks for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from threading import RLock
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets.errors import ExportError
from insiders_assets.ingest.converted import rejected_only
from insiders_assets.ingest.formats.archives import readable
from insiders_assets.ingest.formats.file_type import open_exports
from insiders_assets.ingest.mapping.joining import keys_used, read_joined, without_lines
from insiders_assets.ingest.pipeline import unread
from insiders_assets.ingest.row_counter import RowCounter
from insiders_assets.ingest.rules import FileRules

if TYPE_CHECKING:
    from insiders_assets.ingest.mapping.entries import Join
    from insiders_assets.ingest.mapping.joining import Joined
    from insiders_assets.ingest.mapping.schema import Mapping
    from insiders_assets.ingest.model import Export
    from insiders_assets.ingest.row_counter import Sink
    from insiders_assets.ingest.rules import IngestRules
    from insiders_assets.ingest.stats import Outcome
    from insiders_assets.storage.landing import LandingZone

Opened = Callable[[], "Export"]


class JoinedFiles:
    """The files that mappings join to others.

    Args:
        landing: Where they lie.
        names: The names of all files there.
        rules: How they are read.
        content: Gives a hash of a file's bytes by its name.
    """

    def __init__(
        self, landing: LandingZone, names: Sequence[str], rules: IngestRules, content: Callable[[str], str]
    ) -> None:
        self._landing, self._rules, self._content = landing, rules, content
        exports = rules.mappings.exports if rules.mappings else ()
        self._mappings = [mapping for mapping in exports if mapping.join]
        self._of: dict[str, tuple[Mapping, int]] = {}
        for mapping in reversed(self._mappings):
            for at, join in reversed(list(enumerate(mapping.join))):
                self._of |= {name: (mapping, at) for name in names if join.fits(name)}
        self._lines = {
            id(mapping): [
                name for name in sorted(names) if name not in self._of and self._is_of(name, mapping)
            ]
            for mapping in self._mappings
        }
        self._tables: dict[int, list[Joined]] = {}
        self._keys: dict[tuple[int, int], pl.Series] = {}
        self._facts: dict[tuple[int, bool], str] = {}
        self._lock = RLock()

    def __contains__(self, name: str) -> bool:
        """Return whether a file is joined to others, and no export itself."""
        return name in self._of

    def join_of(self, name: str) -> Join | None:
        """By which a file is joined to others; None if it is not."""
        if name not in self._of:
            return None
        mapping, at = self._of[name]
        return mapping.join[at]

    def _is_of(self, name: str, mapping: Mapping) -> bool:
        return self._rules.mappings is not None and self._rules.mappings.of(name) is mapping

    def _mapping(self, name: str) -> Mapping | None:
        """Return the mapping that joins a file to others, or others to it."""
        if name in self._of:
            return self._of[name][0]
        return next((each for each in self._mappings if name in self._lines[id(each)]), None)

    def facts(self, name: str) -> str:
        """Return what beside a file's own content and rules decides what it is read into.

        Empty for a file read by itself.
        """
        if (mapping := self._mapping(name)) is None:
            return ""
        with self._lock:
            known = id(mapping), name in self._of
            if known not in self._facts:
                beside = [other for other, (whose, _) in self._of.items() if whose is mapping]
                lines = self._lines[id(mapping)] if name in self._of else []
                said = [f"{self._content(other)} {other}" for other in (*sorted(beside), *lines)]
                whole = "\n".join([mapping.model_dump_json(), *said])
                self._facts[known] = hashlib.sha256(whole.encode()).hexdigest()[:16]
            return self._facts[known]

    def tables(self, name: str) -> tuple[Joined, ...]:
        """Return what is joined to the lines of a file.

        Raises:
            ExportError: A file that is to be joined is not there, or cannot be read.
        """
        mapping = self._mapping(name)
        return tuple(self._all(mapping)) if mapping is not None and name not in self._of else ()

    def _all(self, mapping: Mapping) -> list[Joined]:
        """Return the tables of a mapping, read once."""
        with self._lock:
            if id(mapping) not in self._tables:
                self._tables[id(mapping)] = [self._read(mapping, at) for at in range(len(mapping.join))]
            return self._tables[id(mapping)]

    def _read(self, mapping: Mapping, at: int) -> Joined:
        names = sorted(name for name, of in self._of.items() if of[0] is mapping and of[1] == at)
        with ExitStack() as held, readable():
            opened = [each for name in names for each in self._opened(held, name)]
            return read_joined(mapping.join[at], {full: each() for full, each in opened})

    def _opened(self, held: ExitStack, name: str, mapping: Mapping | None = None) -> list[tuple[str, Opened]]:
        """Return what opens each export in a file, by its full name."""
        path = held.enter_context(self._landing.fetch(name))
        rules = FileRules(max_rows=self._rules.common.max_rows, mapping=mapping)
        exports = open_exports(path, rules).items()
        return [("/".join(filter(None, (name, member))), each) for member, each in exports]

    def outcomes(self, name: str, sinks: Callable[[str], Sink]) -> dict[str, Outcome]:
        """Return what became of a file that is joined.

        Rows that no line has wait in quarantine, the others are on lines.

        Args:
            name: The file.
            sinks: Gives the sink of an export by its name within the file.
        """
        mapping, at = self._of[name]
        found: dict[str, Outcome] = {}
        with ExitStack() as held:
            try:
                with readable():
                    tables = self._all(mapping)
                    exports = self._opened(held, name)
                    used = self._used(mapping, at)
            except ExportError as error:
                return {"": unread(self._rules.of(name), sinks(""), error)}
            for full, opened in exports:
                member = full.removeprefix(name).removeprefix("/")
                counter = RowCounter(sinks(member), self._rules.of(name), watched=False)
                found[member] = counter.outcome
                try:
                    with readable():
                        count = 0
                        for block, there in without_lines(opened(), mapping.join[at], used, name):
                            counter.take(block, rejected_only(block.rejected))
                            count += there
                except ExportError as error:
                    counter.set_aside(error)
                    continue
                counter.outcome.form = {"joined": count}
                counter.outcome.notes = [_note(mapping, at, count, tables[at])]
        return found

    def _used(self, mapping: Mapping, at: int) -> pl.Series:
        """Return the keys that lines ask for; lines that cannot be read ask for none, and say so themselves."""
        with self._lock:
            if (id(mapping), at) not in self._keys:
                alone = mapping.model_copy(update={"join": ()})
                found = [pl.Series("key", [], dtype=pl.String)]
                for name in self._lines[id(mapping)]:
                    with ExitStack() as held, suppress(ExportError), readable():
                        for _, opened in self._opened(held, name, alone):
                            found.append(keys_used(opened(), self._all(mapping)[:at], mapping.join[at].key))
                self._keys[id(mapping), at] = pl.concat(found).unique()
            return self._keys[id(mapping), at]


def _note(mapping: Mapping, at: int, count: int, table: Joined) -> str:
    """Return what is said of a file that is joined."""
    join = mapping.join[at]
    said = f"{count:,} of its rows are joined to lines of {', '.join(mapping.files)} by {join.key}"
    if not table.changed:
        return said
    theirs = ", ".join(join.files)
    return (
        f"{said}; {table.changed:,} rows of {theirs} differ from a later one with the same key, which holds"
    )
