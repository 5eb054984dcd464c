"""Reading files of the landing zone into parts: alone, together where they are small, joined where a mapping asks."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from insiders_assets.errors import ExportError
from insiders_assets.ingest.pipeline import read_file, unread
from insiders_assets.ingest.refusal import RefusedExportError
from insiders_assets.ingest.trial import is_survived
from insiders_assets.storage.corrected_rows import Overlay
from insiders_assets.storage.joined_files import JoinedFiles
from insiders_assets.storage.known_files import UNREADABLE, KnownFiles
from insiders_assets.storage.manifest import Manifest, ParsedExport, ParsedFile
from insiders_assets.storage.parts import PartWriter
from insiders_assets.storage.reading_journal import ENOUGH, ReadingJournal
from insiders_assets.storage.small_files import SmallFile, SmallFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import polars as pl

    from insiders_assets.ingest.rules import FileRules, IngestRules
    from insiders_assets.ingest.stats import Outcome
    from insiders_assets.places import Place
    from insiders_assets.storage.landing import FileSignature, LandingZone

ENDS_PROCESS = RefusedExportError("export.ends_process")


class FileReader:
    """Reads files of one ingest, and tells which need not be read.

    Args:
        folder: The folder of transaction parts.
        quarantine: The folder of rejected parts.
        landing: Where exports arrive.
        rules: How they are read, mappings included.
        before: The manifest of the ingest before.
        listing: What is in the landing zone, without the mapping.
        corrected: Rows that were corrected.
    """

    def __init__(
        self,
        folder: Place,
        quarantine: Place,
        landing: LandingZone,
        rules: IngestRules,
        before: Manifest,
        listing: dict[str, FileSignature],
        corrected: pl.DataFrame,
    ) -> None:
        self._folder, self._quarantine = folder, quarantine
        self._landing, self._rules, self._before, self._listing = landing, rules, before, listing
        self._known_contents: dict[str, str] = {}
        self._joined = JoinedFiles(landing, list(listing), rules, self._content_of)
        self._digests = {name: rules.of(name).digest() for name in listing}
        self._mended = Overlay(corrected, rules.common.privacy)
        self._small = SmallFiles(self._rules_of)
        self.journal = ReadingJournal(folder.parent / "reading.json", listing)
        self.known = KnownFiles(folder, quarantine, listing, self._digest)

    def read(self, names: list[str], known: dict[str, str]) -> dict[str, ParsedFile]:
        """Read some files, with a note of it for the case that one of them ends the process."""
        with self.journal.reading(names):
            return self._files(names, known)

    def _files(self, names: list[str], known: dict[str, str]) -> dict[str, ParsedFile]:
        """Read some files, those of them together that can be."""
        if len(names) == 1:
            return {names[0]: self._file(names[0], known)}
        found: dict[str, ParsedFile] = {}
        new: list[SmallFile] = []
        with ExitStack() as held:
            for name in names:
                path = held.enter_context(self._landing.fetch(name))
                try:
                    text = path.read_bytes()
                except OSError:
                    found[name] = self._file(name, known)
                    continue
                file = SmallFile(name, path, text, hashlib.sha256(text).hexdigest())
                if before := self._known_already(name, file.content, known):
                    found[name] = before
                else:
                    new.append(file)
            plain = [
                file for file in new if not self._mended.of(file.content) and file.name not in self._joined
            ]
            writers: dict[str, PartWriter] = {}

            def writer(file: SmallFile) -> PartWriter:
                writers[file.name] = self._writer(file.name, file.content)
                return writers[file.name]

            outcomes = self._small.read(plain, writer)
            PartWriter.close_together([writers[name] for name in outcomes])
            for file in new:
                if outcome := outcomes.get(file.name):
                    exports = [_parsed(file.name, file.content, outcome, writers[file.name])]
                else:
                    exports = self.exports(file.name, file.path, file.content)
                found[file.name] = self._parsed_file(file.name, file.content, exports)
        return found

    def _file(self, name: str, known: dict[str, str]) -> ParsedFile:
        """Read one file, unless its content is known already."""
        with self._landing.fetch(name) as path:
            content = _content(path)
            before = self._known_already(name, content, known)
            return before or self._parsed_file(name, content, self.exports(name, path, content))

    def exports(
        self, name: str, path: Path, content: str, repeated: Mapping[str, Mapping[str, str]] | None = None
    ) -> list[ParsedExport]:
        """Read the exports of one file.

        Args:
            name: Its name.
            path: Where it can be read.
            content: A hash of its bytes.
            repeated: Orders that count in another export, by the export's name within its file.
        """
        writers: dict[str, PartWriter] = {}

        def writer(member: str) -> PartWriter:
            writers[member] = self._writer(name, content, member, (repeated or {}).get(member))
            return writers[member]

        rules = replace(self._rules_of(name), repeated=repeated or {})
        if name in self._joined:
            outcomes = self._joined.outcomes(name, writer)
        else:
            outcomes = self._read(name, path, rules, writer, content)
        return [
            _parsed(_full(name, member), content, outcome, writers[member])
            for member, outcome in outcomes.items()
        ]

    def _read(
        self,
        name: str,
        path: Path,
        rules: FileRules,
        writer: Callable[[str], PartWriter],
        content: str,
    ) -> dict[str, Outcome]:
        """Read a file with what is joined to it."""
        try:
            rules = replace(rules, joined=self._joined.tables(name))
        except ExportError as error:
            return {"": unread(rules, writer(""), error)}
        if self.journal.deaths(name) > ENOUGH and not is_survived(path, rules):
            return {"": unread(rules, writer(""), ENDS_PROCESS)}
        return read_file(path, rules, writer, self._mended.of(content))

    def _writer(
        self, name: str, content: str, member: str = "", repeated: Mapping[str, str] | None = None
    ) -> PartWriter:
        """Return what writes the parts of an export."""
        full = _full(name, member)
        facts = "\0".join((content, full, self._digest(name, content), *sorted(repeated or {})))
        identity = hashlib.sha256(facts.encode()).hexdigest()[:20]
        return PartWriter(self._folder, self._quarantine, full, identity)

    def _rules_of(self, name: str) -> FileRules:
        """Return how a file in the landing zone is read."""
        return replace(self._rules.of(name), arrived=self._listing[name].arrived_at)

    def _digest(self, name: str, content: str) -> str:
        """Return a short hash of everything beside its content that decides what a file is read into."""
        return "-".join(
            filter(None, (self._digests[name], self._mended.digest(content), self._joined.facts(name)))
        )

    def _content_of(self, name: str) -> str:
        """Return a hash of a file's bytes by its name; one that is as it was is not opened for it."""
        if name not in self._known_contents:
            before = self._before.files.get(name)
            if before and before.signature == self._listing[name]:
                self._known_contents[name] = before.content
            else:
                with self._landing.fetch(name) as path:
                    self._known_contents[name] = _content(path)
        return self._known_contents[name]

    def _known_already(self, name: str, content: str, known: dict[str, str]) -> ParsedFile | None:
        """Return a file whose content is known already; None if it has to be read."""
        signature = self._listing[name]
        before = self._before.files.get(name)
        if before and before.content == content and not before.same_as:
            touched = replace(before, signature=signature, gone=False)
            if self.known.is_current(name, touched):
                return touched
        if (first := known.get(content, name)) < name:
            return ParsedFile(signature, content, self._digest(name, content), same_as=first)
        return None

    def _parsed_file(self, name: str, content: str, exports: list[ParsedExport]) -> ParsedFile:
        return ParsedFile(self._listing[name], content, self._digest(name, content), exports=exports)


def _full(name: str, member: str) -> str:
    """Return the name of an export: its file's, and its own within it if it has one."""
    return f"{name}/{member}" if member else name


def _parsed(name: str, content: str, outcome: Outcome, writer: PartWriter) -> ParsedExport:
    """Return what became of an export, once all of it is written."""
    writer.close()
    return ParsedExport(
        name,
        content,
        outcome.rows_read,
        outcome.rows_transactions,
        outcome.rows_quarantined,
        outcome.set_aside,
        outcome.duplicates,
        outcome.form,
        outcome.rows_added,
        outcome.excluded,
        outcome.notes,
        outcome.money,
        outcome.cheap,
        writer.days,
        writer.parts,
        writer.rejected_parts,
    )


def _content(path: Path) -> str:
    """Return a hash of a file's bytes; a file that cannot be opened is known by the error alone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"{UNREADABLE} {path}: {error.strerror}"
