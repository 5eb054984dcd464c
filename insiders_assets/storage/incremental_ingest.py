"""Parsing what is new in the landing zone into parts, and the manifest that names them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from typing import TYPE_CHECKING

from insiders_assets import progress
from insiders_assets.errors import UsageError
from insiders_assets.ingest.mapping.schema import read_mappings
from insiders_assets.storage.file_reader import FileReader
from insiders_assets.storage.landing import MAPPING
from insiders_assets.storage.manifest import Manifest, ParsedExport, ParsedFile
from insiders_assets.storage.repeated_orders import Repeats, note_of, overlapping
from insiders_assets.storage.repeated_orders import repeats as repeated_in
from insiders_assets.storage.small_files import groups

if TYPE_CHECKING:
    import polars as pl

    from insiders_assets.ingest.rules import IngestRules
    from insiders_assets.places import Place
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
        listing: What is in the landing zone.
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
        self._folder, self._landing, self._before = folder, landing, before
        self._listing = dict(listing)
        self._mapping = self._listing.pop(MAPPING, None)
        self._rules = self._with_mappings(rules)
        self._reader = FileReader(folder, quarantine, landing, self._rules, before, self._listing, corrected)
        self._known = self._reader.known
        self.parsed = 0
        self.warnings: list[str] = [
            f"{name} {reason}; it is left out" for name, reason in sorted(landing.skipped.items())
        ]

    def manifest(self) -> Manifest:
        """Return the manifest of what is in the landing zone now."""
        found = {
            name: file for name, file in self._before.files.items() if self._known.is_current(name, file)
        }
        if self._rules.removed_files == "keep":
            gone = {
                name: replace(file, gone=True)
                for name, file in self._before.files.items()
                if name not in self._listing
            }
            found |= {name: file for name, file in gone.items() if self._known.is_whole(name, file)}
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
        self._reader.journal.close()
        self.warnings += self._known.damaged.values()
        return Manifest(dict(sorted(found.items())), self._mapping, dict(sorted(cleaning.items())))

    def _with_mappings(self, rules: IngestRules) -> IngestRules:
        """Return the rules with the mappings of the landing zone, unless they come with others."""
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
                hint="take it away, or hash country instead of dropping it",
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
        """Return a file without the orders that exports before it hold whole."""
        with self._landing.fetch(name) as path:
            if file.compared:  # what is left of it was compared with others
                file = replace(file, exports=self._reader.exports(name, path, file.content))
            repeated: dict[str, dict[str, str]] = {}
            notes: dict[str, str] = {}
            for at, export in enumerate(file.exports):
                near = overlapping(export, [*before, *file.exports[:at]])
                repeats = repeated_in(export, near, self._folder) if near else Repeats({})
                member = export.name.removeprefix(name).removeprefix("/")
                if repeats.orders:
                    repeated[member] = repeats.orders
                notes[export.name] = note_of(repeats, once=once)
            if once and repeated:
                whole = {export.name: export.days for export in file.exports}
                file = replace(file, exports=self._reader.exports(name, path, file.content, repeated))
                for export in file.exports:
                    export.days = whole.get(export.name, export.days)
        for export in file.exports:
            if note := notes.get(export.name):
                export.notes = [*export.notes, note]
        self.parsed += bool(repeated)
        return replace(file, compared=compared)

    def _parse(self, names: list[str], found: dict[str, ParsedFile], *, again: bool = False) -> None:
        """Parse files, a few at a time, and add them to ``found``."""
        known = {} if again else self._contents(found)
        done = 0
        suspects = [name for name in names if self._reader.journal.deaths(name)]
        others = [name for name in names if name not in suspects]
        batches = [*groups(others, self._listing), *([name] for name in suspects)]
        with ThreadPoolExecutor(WORKERS) as pool:
            tasks = [pool.submit(self._reader.read, batch, known) for batch in batches]
            try:
                for task in as_completed(tasks):
                    for name, file in task.result().items():
                        self._add(name, file, found)
                        done += 1
                        progress.report(LABEL, done, len(names))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _contents(self, found: dict[str, ParsedFile]) -> dict[str, str]:
        """Return the first by name of the files known already, by content."""
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
