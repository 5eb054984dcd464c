"""Parsing what is new in the landing zone into parts, and the manifest that names them."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from insiders_assets import progress
from insiders_assets.checksums import DamagedError
from insiders_assets.errors import ExportError, UsageError
from insiders_assets.ingest.mapping.schema import read_mappings
from insiders_assets.ingest.pipeline import read_file, unread
from insiders_assets.ingest.trial import is_survived
from insiders_assets.places import sizes
from insiders_assets.storage.corrected_rows import Overlay
from insiders_assets.storage.joined_files import JoinedFiles
from insiders_assets.storage.landing import MAPPING
from insiders_assets.storage.manifest import Manifest, ParsedExport, ParsedFile
from insiders_assets.storage.parts import PartWriter, is_whole
from insiders_assets.storage.reading_journal import ENOUGH, ReadingJournal
from insiders_assets.storage.repeated_orders import Repeats, overlapping, told
from insiders_assets.storage.repeated_orders import repeats as repeated_in
from insiders_assets.storage.small_files import SmallFile, SmallFiles, groups

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import polars as pl

    from insiders_assets.ingest.rules import FileRules, IngestRules
    from insiders_assets.ingest.stats import Outcome
    from insiders_assets.places import Place
    from insiders_assets.storage.landing import FileSignature, LandingZone

UNREADABLE = "unreadable"
"""What the content of a file that cannot be opened begins with; it is tried again every time."""
ENDS_PROCESS = ExportError(
    "ended the program that read it, time and again", cure="save it again in another format, and drop that"
)
LABEL = "reading exports"
WORKERS = 2
"""Files read at a time; each is parsed by all cores anyway."""


class Ingesting:
    """One ingest: which files need parsing, and the manifest that comes out.

    Args:
        folder: The folder of transaction parts.
        quarantine: The folder of rejected parts.
        landing: Where exports arrive.
        rules: How they are read.
        before: The manifest of the ingest before.
        listing: What lies in the landing zone.
        mended: Rows that were mended.
    """

    def __init__(
        self,
        folder: Place,
        quarantine: Place,
        landing: LandingZone,
        rules: IngestRules,
        before: Manifest,
        listing: dict[str, FileSignature],
        mended: pl.DataFrame,
    ) -> None:
        self._folder, self._quarantine = folder, quarantine
        # One listing, not a look at each.
        self._sizes, self._rejected_sizes = sizes(folder), sizes(quarantine)
        self._landing, self._before = landing, before
        self._listing = dict(listing)
        self._mapping = self._listing.pop(MAPPING, None)
        self._rules = self._with_mappings(rules)
        self._known_contents: dict[str, str] = {}
        self._joined = JoinedFiles(landing, list(self._listing), self._rules, self._content_of)
        self._digests = {name: self._rules.of(name).digest() for name in self._listing}
        self._mended = Overlay(mended, rules.common.privacy)
        self._small = SmallFiles(self._rules_of)
        self._journal = ReadingJournal(folder.parent / "reading.json", self._listing)
        self.parsed = 0
        self._damaged: dict[str, str] = {}
        self.warnings: list[str] = [
            f"{name} {reason}; it is left out" for name, reason in sorted(landing.skipped.items())
        ]

    def manifest(self) -> Manifest:
        """The manifest of what lies in the landing zone now."""
        found = {name: file for name, file in self._before.files.items() if self._is_current(name, file)}
        if self._rules.removed_files == "keep":
            gone = {
                name: replace(file, gone=True)
                for name, file in self._before.files.items()
                if name not in self._listing
            }
            found |= {name: file for name, file in gone.items() if self._is_whole(name, file)}
        self._parse([name for name in self._listing if name not in found], found)
        if self._rules.same_content == "once":
            self._count_once(found)
        self._count_orders_once(found)
        cleaning = {
            export.name: rules
            for name, file in found.items()
            for export in file.all_exports()
            if (rules := self._rules.cleaning(name))
        }
        self._journal.close()
        self.warnings += self._damaged.values()
        return Manifest(dict(sorted(found.items())), self._mapping, dict(sorted(cleaning.items())))

    def _with_mappings(self, rules: IngestRules) -> IngestRules:
        """The rules with the mappings of the landing zone, unless they come with others."""
        if rules.mappings is not None or self._mapping is None:
            return rules
        with self._landing.fetch(MAPPING) as path:
            mappings = read_mappings(path.read_bytes(), self._landing.mapping_place())
        if "country" in rules.common.privacy.dropped and any(
            mapping.cleaning.excluded_countries for mapping in mappings.exports
        ):
            raise UsageError(
                "excluded_countries could leave nothing out, for country is dropped",
                where=self._landing.mapping_place(),
                cure="take it away, or hash country instead of dropping it",
            )
        return replace(rules, mappings=mappings)

    def _rules_of(self, name: str) -> FileRules:
        """How a file in the landing zone is read."""
        return replace(self._rules.of(name), arrived=self._listing[name].arrived_at)

    def _count_once(self, found: dict[str, ParsedFile]) -> None:
        """Let the first by name of the files with the same content count, and no other."""
        firsts: dict[str, str] = {}
        for name in sorted(found):
            firsts.setdefault(found[name].content, name)
        # A file that only repeated another has to be parsed after all once it comes first.
        self._parse([name for name in firsts.values() if found[name].same_as], found, again=True)
        for name, file in found.items():
            if name != (first := firsts[file.content]):
                found[name] = replace(file, same_as=first, exports=[])

    def _count_orders_once(self, found: dict[str, ParsedFile]) -> None:
        """Let an order that stands whole in several exports count in the first by name, and in no other."""
        once = self._rules.repeated_orders == "once"
        before: list[ParsedExport] = []
        for name in sorted(found):
            file = found[name]
            exports = file.all_exports()
            others = [overlapping(export, [*before, *exports[:at]]) for at, export in enumerate(exports)]
            compared = {each.name: each.content for near in others for each in near}
            if compared != file.compared and not file.gone and not file.earlier:
                file = found[name] = self._compared(name, found[name], before, compared, once=once)
            before += file.all_exports()

    def _compared(
        self, name: str, file: ParsedFile, before: list[ParsedExport], compared: dict[str, str], *, once: bool
    ) -> ParsedFile:
        """A file without the orders that exports before it hold whole."""
        with self._landing.fetch(name) as path:
            if file.compared:  # what is left of it was compared with others
                file = replace(file, exports=self._exports(name, path, file.content))
            repeated: dict[str, dict[str, str]] = {}
            notes: dict[str, str] = {}
            for at, export in enumerate(file.exports):
                near = overlapping(export, [*before, *file.exports[:at]])
                repeats = repeated_in(export, near, self._folder) if near else Repeats({})
                member = export.name.removeprefix(name).removeprefix("/")
                if repeats.orders:
                    repeated[member] = repeats.orders
                notes[export.name] = told(repeats, once=once)
            if once and repeated:
                whole = {export.name: export.days for export in file.exports}
                file = replace(file, exports=self._exports(name, path, file.content, repeated))
                for export in file.exports:
                    export.days = whole.get(export.name, export.days)
        for export in file.exports:
            if note := notes.get(export.name):
                export.notes = [*export.notes, note]
        self.parsed += bool(repeated)
        return replace(file, compared=compared)

    def _is_current(self, name: str, file: ParsedFile) -> bool:
        """Whether a file is as it was when it was parsed, by rules as they are now, and its parts are in place."""
        exports = file.all_exports()
        return (
            self._listing.get(name) == file.signature
            and file.rules == self._digest(name, file.content)
            and not file.gone
            and not file.content.startswith(UNREADABLE)
            and all(self._sizes.get(part.path) == part.size for export in exports for part in export.parts)
            and all(
                self._rejected_sizes.get(part.path) == part.size
                for export in exports
                for part in export.rejected
            )
            and self._is_whole(name, file)
        )

    def _is_whole(self, name: str, file: ParsedFile) -> bool:
        """Whether a file's parts are what was written; one that is not is told, and its file is read again.

        Raises:
            DamagedError: It cannot be: its export is no longer there.
        """
        again = {id(export) for export in file.exports} if not file.gone else set()
        for export in file.all_exports():
            for folder, parts in ((self._folder, export.parts), (self._quarantine, export.rejected)):
                for part in parts:
                    if is_whole(folder, part):
                        continue
                    where = str(folder / part.path)
                    if id(export) not in again:
                        raise DamagedError(
                            f"is damaged, and {export.name}, which it was read from, is no longer there as it was",
                            where=where,
                            cure="restore it from a backup, or that export",
                        )
                    self._damaged.setdefault(where, f"{where} is damaged; {name} is read again")
                    return False
        return True

    def _digest(self, name: str, content: str) -> str:
        """A short hash of everything beside its content that decides what a file is read into."""
        return "-".join(
            filter(None, (self._digests[name], self._mended.digest(content), self._joined.facts(name)))
        )

    def _parse(self, names: list[str], found: dict[str, ParsedFile], *, again: bool = False) -> None:
        """Parse files, a few at a time, and add them to ``found``."""
        known = {} if again else self._contents(found)
        done = 0
        suspects = [name for name in names if self._journal.deaths(name)]
        others = [name for name in names if name not in suspects]
        batches = [*groups(others, self._listing), *([name] for name in suspects)]
        with ThreadPoolExecutor(WORKERS) as pool:
            tasks = [pool.submit(self._journaled, batch, known) for batch in batches]
            try:
                for task in as_completed(tasks):
                    for name, file in task.result().items():
                        self._add(name, file, found)
                        done += 1
                        progress.report(LABEL, done, len(names))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _journaled(self, names: list[str], known: dict[str, str]) -> dict[str, ParsedFile]:
        """Read some files, with a note of it for the case that one of them ends the process."""
        with self._journal.reading(names):
            return self._files(names, known)

    def _contents(self, found: dict[str, ParsedFile]) -> dict[str, str]:
        """The first by name of the files known already, by content."""
        known: dict[str, str] = {}
        if self._rules.same_content == "once":
            for name in sorted(found):
                known.setdefault(found[name].content, name)
        return known

    def _add(self, name: str, file: ParsedFile, found: dict[str, ParsedFile]) -> None:
        """Add a file just read; one that changed meanwhile is left for the next run, as it was before."""
        before = self._before.files.get(name)
        if self._landing.has_changed(name, self._listing[name]):
            self.warnings.append(f"{name} is still being written; it is left for the next run")
            if before:
                found[name] = before
            return
        if before and self._rules.changed_files == "add":
            file.earlier = [export for export in before.all_exports() if export.content != file.content]
        self.parsed += bool(file.exports) and (before is None or file.exports != before.exports)
        found[name] = file

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
                if before := self._known(name, file.content, known):
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
                    exports = self._exports(file.name, file.path, file.content)
                found[file.name] = self._parsed_file(file.name, file.content, exports)
        return found

    def _file(self, name: str, known: dict[str, str]) -> ParsedFile:
        """Read one file, unless its content is known already."""
        with self._landing.fetch(name) as path:
            content = _content(path)
            before = self._known(name, content, known)
            return before or self._parsed_file(name, content, self._exports(name, path, content))

    def _content_of(self, name: str) -> str:
        """A hash of a file's bytes by its name; one that is as it was is not opened for it."""
        if name not in self._known_contents:
            before = self._before.files.get(name)
            if before and before.signature == self._listing[name]:
                self._known_contents[name] = before.content
            else:
                with self._landing.fetch(name) as path:
                    self._known_contents[name] = _content(path)
        return self._known_contents[name]

    def _known(self, name: str, content: str, known: dict[str, str]) -> ParsedFile | None:
        """A file whose content is known already; None if it has to be read."""
        signature = self._listing[name]
        before = self._before.files.get(name)
        if before and before.content == content and not before.same_as:
            touched = replace(before, signature=signature, gone=False)
            if self._is_current(name, touched):
                return touched
        if (first := known.get(content, name)) < name:
            return ParsedFile(signature, content, self._digest(name, content), same_as=first)
        return None

    def _parsed_file(self, name: str, content: str, exports: list[ParsedExport]) -> ParsedFile:
        return ParsedFile(self._listing[name], content, self._digest(name, content), exports=exports)

    def _writer(
        self, name: str, content: str, member: str = "", repeated: Mapping[str, str] | None = None
    ) -> PartWriter:
        """What writes the parts of an export."""
        full = _full(name, member)
        facts = "\0".join((content, full, self._digest(name, content), *sorted(repeated or {})))
        identity = hashlib.sha256(facts.encode()).hexdigest()[:20]
        return PartWriter(self._folder, self._quarantine, full, identity)

    def _exports(
        self, name: str, path: Path, content: str, repeated: Mapping[str, Mapping[str, str]] | None = None
    ) -> list[ParsedExport]:
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
        if self._journal.deaths(name) > ENOUGH and not is_survived(path, rules):
            return {"": unread(rules, writer(""), ENDS_PROCESS)}
        return read_file(path, rules, writer, self._mended.of(content))


def _full(name: str, member: str) -> str:
    """The name of an export: its file's, and its own within it if it has one."""
    return f"{name}/{member}" if member else name


def _parsed(name: str, content: str, outcome: Outcome, writer: PartWriter) -> ParsedExport:
    """What became of an export, once all of it is written."""
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
    """A hash of a file's bytes; a file that cannot be opened is known by the error alone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"{UNREADABLE} {path}: {error.strerror}"
