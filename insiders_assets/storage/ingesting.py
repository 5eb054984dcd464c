"""Parsing what is new in the landing zone into parts, and the manifest that names them."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from typing import TYPE_CHECKING

from insiders_assets import progress
from insiders_assets.errors import UsageError
from insiders_assets.ingest.mapping import read_mappings
from insiders_assets.ingest.reading import read_file
from insiders_assets.places import sizes
from insiders_assets.storage.landing import MAPPING
from insiders_assets.storage.manifest import Manifest, ParsedExport, ParsedFile
from insiders_assets.storage.mended import Overlay
from insiders_assets.storage.parts import PartWriter

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from insiders_assets.ingest.rules import IngestRules
    from insiders_assets.places import Place
    from insiders_assets.storage.landing import FileSignature, LandingZone

UNREADABLE = "unreadable"
"""What the content of a file that cannot be opened begins with; it is tried again every time."""
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
        self._digests = {name: self._rules.of(name).digest() for name in self._listing}
        self._mended = Overlay(mended, rules.common.privacy)
        self.parsed = 0
        self.warnings: list[str] = []

    def manifest(self) -> Manifest:
        """The manifest of what lies in the landing zone now."""
        found = {name: file for name, file in self._before.files.items() if self._is_current(name, file)}
        if self._rules.removed_files == "keep":
            found |= {
                name: replace(file, gone=True)
                for name, file in self._before.files.items()
                if name not in self._listing
            }
        self._parse([name for name in self._listing if name not in found], found)
        if self._rules.same_content == "once":
            self._count_once(found)
        cleaning = {
            export.name: rules
            for name, file in found.items()
            for export in file.all_exports()
            if (rules := self._rules.cleaning(name))
        }
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
        )

    def _digest(self, name: str, content: str) -> str:
        """A short hash of everything beside its content that decides what a file is read into."""
        return "-".join(filter(None, (self._digests[name], self._mended.digest(content))))

    def _parse(self, names: list[str], found: dict[str, ParsedFile], *, again: bool = False) -> None:
        """Parse files, a few at a time, and add them to ``found``."""
        known = {} if again else self._contents(found)
        with ThreadPoolExecutor(WORKERS) as pool:
            tasks = {pool.submit(self._file, name, known): name for name in names}
            try:
                for done, task in enumerate(as_completed(tasks), start=1):
                    self._add(tasks[task], task.result(), found)
                    progress.report(LABEL, done, len(names))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

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

    def _file(self, name: str, known: dict[str, str]) -> ParsedFile:
        """Read one file, unless its content is known already."""
        signature = self._listing[name]
        with self._landing.fetch(name) as path:
            content = _content(path)
            digest = self._digest(name, content)
            before = self._before.files.get(name)
            if before and before.content == content and not before.same_as:
                touched = replace(before, signature=signature, gone=False)
                if self._is_current(name, touched):
                    return touched
            if (first := known.get(content, name)) < name:
                return ParsedFile(signature, content, digest, same_as=first)
            return ParsedFile(signature, content, digest, exports=self._exports(name, path, content))

    def _exports(self, name: str, path: Path, content: str) -> list[ParsedExport]:
        writers: dict[str, PartWriter] = {}

        def writer(member: str) -> PartWriter:
            full = f"{name}/{member}" if member else name
            facts = "\0".join((content, full, self._digest(name, content)))
            identity = hashlib.sha256(facts.encode()).hexdigest()[:20]
            writers[member] = PartWriter(self._folder, self._quarantine, full, identity)
            return writers[member]

        outcomes = read_file(path, self._rules.of(name), writer, self._mended.of(content))
        exports = []
        for member, outcome in outcomes.items():
            writers[member].close()
            exports.append(
                ParsedExport(
                    f"{name}/{member}" if member else name,
                    content,
                    outcome.rows_read,
                    outcome.rows_transactions,
                    outcome.rows_quarantined,
                    outcome.set_aside,
                    outcome.duplicates,
                    outcome.form,
                    writers[member].parts,
                    writers[member].rejected_parts,
                )
            )
        return exports


def _content(path: Path) -> str:
    """A hash of a file's bytes; a file that cannot be opened is known by the error alone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"{UNREADABLE} {path}: {error.strerror}"
