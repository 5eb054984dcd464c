"""Parsing what is new in the landing zone into parts, and the manifest that names them."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from typing import TYPE_CHECKING

from insiders_assets import progress
from insiders_assets.ingest.reading import read_file
from insiders_assets.storage.manifest import Manifest, ParsedExport, ParsedFile
from insiders_assets.storage.parts import PartWriter

if TYPE_CHECKING:
    from pathlib import Path

    from insiders_assets.ingest.rules import IngestRules
    from insiders_assets.storage.landing import FileSignature, LandingZone

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
    """

    def __init__(
        self,
        folder: Path,
        quarantine: Path,
        landing: LandingZone,
        rules: IngestRules,
        before: Manifest,
        listing: dict[str, FileSignature],
    ) -> None:
        self._folder, self._quarantine = folder, quarantine
        self._landing, self._rules, self._before = landing, rules, before
        self._listing = listing
        self.parsed = 0
        self.warnings: list[str] = []

    def files(self) -> Manifest:
        """The manifest of what lies in the landing zone now."""
        found = {name: file for name, file in self._before.files.items() if self._is_current(name, file)}
        self._parse([name for name in self._listing if name not in found], found)
        firsts = _firsts(found)
        # A file that only repeated another has to be parsed after all once the other is gone.
        missing = [name for name, first in firsts.items() if name == first and found[name].same_as]
        self._parse(missing, found, first=True)
        for name, first in firsts.items():
            if name != first:
                found[name].same_as, found[name].exports = first, []
        return Manifest(dict(sorted(found.items())))

    def _digest(self, name: str) -> str:
        return self._rules.of(name).digest()

    def _is_current(self, name: str, file: ParsedFile) -> bool:
        return (
            self._listing.get(name) == file.signature
            and file.rules == self._digest(name)
            and all(
                _has(self._folder / part.path, part.size) for export in file.exports for part in export.parts
            )
            and all(
                _has(self._quarantine / part.path, part.size)
                for export in file.exports
                for part in export.rejected
            )
        )

    def _parse(self, names: list[str], found: dict[str, ParsedFile], *, first: bool = False) -> None:
        """Parse files, a few at a time, and add them to ``found``."""
        with ThreadPoolExecutor(WORKERS) as pool:
            tasks = {pool.submit(self._file, name, found, first=first): name for name in names}
            try:
                for done, task in enumerate(as_completed(tasks), start=1):
                    if (file := task.result()) is not None:
                        found[tasks[task]] = file
                    progress.report(LABEL, done, len(names))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _file(self, name: str, found: dict[str, ParsedFile], *, first: bool) -> ParsedFile | None:
        """Parse one file, unless its content is known already; None if it changed meanwhile."""
        signature = self._listing[name]
        with self._landing.fetch(name) as path:
            content = _content(path)
            if not first and (known := self._known(name, signature, content, found)):
                return known
            exports = self._exports(name, path, content)
        self.parsed += 1
        return ParsedFile(signature, content, self._digest(name), exports=exports)

    def _known(
        self, name: str, signature: FileSignature, content: str, found: dict[str, ParsedFile]
    ) -> ParsedFile | None:
        """The file, if its content was parsed before, under this name or under one that comes first."""
        before = self._before.files.get(name)
        if before and before.content == content:
            touched = replace(before, signature=signature)
            if self._is_current(name, touched):
                return touched
        for other, file in sorted(self._before.files.items()):
            if other < name and file.content == content and other in found:
                return ParsedFile(signature, content, self._digest(name), same_as=other)
        return None

    def _exports(self, name: str, path: Path, content: str) -> list[ParsedExport]:
        writers: dict[str, PartWriter] = {}

        def writer(member: str) -> PartWriter:
            full = f"{name}/{member}" if member else name
            identity = hashlib.sha256("\0".join((content, full, self._digest(name))).encode()).hexdigest()[
                :20
            ]
            writers[member] = PartWriter(self._folder, self._quarantine, full, identity)
            return writers[member]

        outcomes = read_file(path, self._rules.of(name), writer)
        exports = []
        for member, outcome in outcomes.items():
            writers[member].close()
            exports.append(
                ParsedExport(
                    f"{name}/{member}" if member else name,
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


def _firsts(files: dict[str, ParsedFile]) -> dict[str, str]:
    """For every file, the first by name of those that have its content."""
    first: dict[str, str] = {}
    for name in sorted(files):
        first.setdefault(files[name].content, name)
    return {name: first[file.content] for name, file in files.items()}


def _has(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _content(path: Path) -> str:
    """A hash of a file's bytes; a file that cannot be opened is known by the error alone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable: {path.name}: {error.strerror}"
