"""Parsed exports: transactions as parquet parts, rejected rows in quarantine, each file parsed once.

The folder ``lake/raw_transactions.parquet`` holds the parts of every export, one per month. The manifest beside it
names those that are current: it is replaced at once after all new parts are written, and parts it no longer names are
deleted after that, so that a run cut short anywhere leaves the last good state.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets import checksums
from insiders_assets.checksums import DamagedError
from insiders_assets.contracts.transactions import RAW_TRANSACTIONS, REJECTED_ROWS
from insiders_assets.errors import InsidersError
from insiders_assets.ingest.model import REJECTED_SCHEMA
from insiders_assets.places import Place, place, readable, sizes
from insiders_assets.storage.corrected_rows import CorrectedRows
from insiders_assets.storage.incremental_ingest import Ingesting
from insiders_assets.storage.ingest_result import IngestResult, warnings_of
from insiders_assets.storage.manifest import Manifest, ParsedExport, Part, to_read_again
from insiders_assets.storage.parts import whole
from insiders_assets.storage.tombstones import Tombstones
from insiders_assets.unfinished import sweep_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from insiders_assets.contracts.table import Table
    from insiders_assets.ingest.privacy import Privacy
    from insiders_assets.ingest.rules import IngestRules
    from insiders_assets.storage.landing import FileSignature, LandingZone


class TransactionStore:
    """Transactions and rejected rows under a home folder.

    Args:
        home: The home folder; made on the first ingest.
    """

    def __init__(self, home: str | Place) -> None:
        self.folder = place(home) / "lake" / "raw_transactions.parquet"
        self.quarantine = place(home) / "quarantine"
        self.corrected = CorrectedRows(place(home) / "lake" / "mended_rows.parquet")
        self.tombstones = Tombstones(place(home) / "forgotten.json")
        self._manifest_path = place(home) / "lake" / "raw_transactions.manifest.json"

    def ingest(self, landing: LandingZone, rules: IngestRules, *, again: str | None = None) -> IngestResult:
        """Read what is new or changed in the landing zone, and let go of what is no longer there.

        Args:
            landing: Where exports arrive.
            rules: How they are read.
            again: A month, such as ``2026-01``: exports that hold rows of it are read again, new or not.

        Raises:
            InsidersError: There is no export, or not one transaction in them, or none of the month; everything is as
                it was before.
        """
        listing = landing.listing()
        if not listing:
            raise InsidersError(
                "the landing zone holds no exports",
                where=landing.location,
                hint="put exports into it, or name another by --landing",
            )
        before = Manifest.read(self._manifest_path)
        damaged = before is None and self._manifest_path.exists()
        if damaged and (rules.removed_files == "keep" or rules.changed_files == "add"):
            raise DamagedError(
                "is damaged, and says which rows are kept of files that are no longer there",
                where=str(self._manifest_path),
                hint="restore it from a backup, or delete it: what is in the landing zone is read again then",
            )
        before = before or Manifest()
        rules = replace(rules, common=replace(rules.common, privacy=self.private(rules.common.privacy)))
        corrected = self.corrected.read()
        known = to_read_again(before, again) if again else before
        run = Ingesting(self.folder, self.quarantine, landing, rules, known, listing, corrected)
        after = run.manifest()
        self._refuse_nothing(after)
        changed = after.digest() != before.digest() or not self._manifest_path.exists()
        if after != before or changed:
            self.replace_manifest(after)
        else:
            self._sweep(after)  # a run that was killed may have replaced the manifest and come no further
        return IngestResult(
            listing=after.listing(),
            files=[export for _, export in after.exports()],
            parsed=run.parsed,
            changed=changed,
            warnings=[
                *([f"{self._manifest_path} is damaged; every export is read again"] if damaged else ()),
                *warnings_of(after),
                *run.warnings,
            ],
        )

    def private(self, privacy: Privacy) -> Privacy:
        """Return what is not kept, with the customers who are forgotten here."""
        return replace(privacy, forgotten=self.tombstones.read())

    def replace_manifest(self, after: Manifest) -> None:
        """Let another manifest say what is current, and delete what it does not name."""
        after.write(self._manifest_path)
        self._sweep(after)

    def scan(self, table: Table = RAW_TRANSACTIONS, but: Collection[str] = ()) -> pl.LazyFrame:
        """Return the current transactions, in an order that only their files decide.

        Args:
            table: ``WITH_COSTS`` for what goods cost, too, empty where the export does not say.
            but: Checksums of parts that are left out.

        Raises:
            InsidersError: Nothing has been ingested yet.
        """
        parts = self.files(but)
        if not parts:
            return table.empty().lazy()
        return pl.scan_parquet(
            parts, hive_partitioning=False, glob=False, schema=table.polars_schema, missing_columns="insert",
            extra_columns="ignore",
        )  # fmt: skip

    def files(self, but: Collection[str] = ()) -> list[str]:
        """Return the parquet files of the current transactions, in the order of :meth:`scan`.

        Args:
            but: Checksums of parts that are left out.

        Raises:
            InsidersError: Nothing has been ingested yet, or a part is damaged.
        """
        exports = [export for _, export in self.manifest().exports()]
        parts = (part for export in exports for part in export.parts if part.checksum not in but)
        return [readable(whole(self.folder, part)) for part in parts]

    def read(self) -> pl.DataFrame:
        """Return the current transactions in memory, all of one ingest even while another one is at work.

        A part that is gone when it comes to be opened was current when the manifest was read, and another manifest has
        come since.

        Raises:
            InsidersError: Nothing has been ingested yet, or a part of the manifest is not there.
        """
        while True:
            before = self.manifest()
            try:
                return self.scan().collect()
            except (OSError, pl.exceptions.ComputeError) as error:
                if self.manifest() == before:
                    raise InsidersError(
                        f"cannot be read ({error})",
                        where=str(self.folder),
                        hint="read the exports again: insiders run --force",
                    ) from None

    def rejected(self) -> pl.DataFrame:
        """Return the rows, and the files, in quarantine, sorted by file and line.

        Raises:
            InsidersError: Nothing has been ingested yet.
        """
        found = [
            self.rejected_part(part)
            .with_columns(
                source_file=pl.lit(export.name),
                arrived_at=pl.lit(file.signature.arrived_at, dtype=pl.Datetime("us")),
            )
            .select(REJECTED_ROWS.names)
            for file, export in self.manifest().exports()
            for part in export.rejected
        ]
        if not found:
            return REJECTED_ROWS.empty()
        return pl.concat(found).sort("source_file", "source_line", nulls_last=False, maintain_order=True)

    def rejected_part(self, part: Part) -> pl.DataFrame:
        """Return rejected rows of one export, as :data:`insiders_assets.ingest.model.REJECTED_SCHEMA`."""
        path = whole(self.quarantine, part)
        frame = pl.read_parquet(readable(path), glob=False, hive_partitioning=False)
        lacking = {  # of a part that an older version wrote
            name: pl.lit(None, dtype=dtype)
            for name, dtype in REJECTED_SCHEMA.items()
            if name not in frame.columns
        }
        return frame.with_columns(**lacking).select(*REJECTED_SCHEMA)

    def totals(self) -> dict[str, int]:
        """Return rows read, transactions and quarantined rows, of all files."""
        exports = [export for _, export in self.manifest().exports()]
        return {
            "read": sum(export.rows_read for export in exports),
            "transactions": sum(export.rows_transactions for export in exports),
            "quarantined": sum(export.rows_quarantined for export in exports),
            "excluded": sum(export.rows_excluded for export in exports),
        }

    def currencies(self) -> set[str]:
        """Return the currencies of amounts that are added up as they are, as far as exports name them."""
        exports = (export for _, export in self.manifest().exports())
        return {each for export in exports for each in export.form.get("currencies", ())}

    def set_aside(self) -> list[ParsedExport]:
        """Exports in the landing zone that are set aside whole, sorted by name; none before the first ingest."""
        found = Manifest.read(self._manifest_path) or Manifest()
        return [
            export
            for name in sorted(found.files)
            for export in found.files[name].exports
            if export.set_aside and not found.files[name].gone
        ]

    def notes(self) -> list[str]:
        """Return what the user should know of how exports were read, each with its file."""
        return [f"{export.name}: {note}" for _, export in self.manifest().exports() for note in export.notes]

    def has_costs(self) -> bool:
        """Return whether a mapping names what goods cost in any current export."""
        return any(export.form.get("costs") for _, export in self.manifest().exports())

    def months(self) -> list[str]:
        """Return the months that there are transactions of, such as ``2026-01``, sorted."""
        return sorted({part.month for _, export in self.manifest().exports() for part in export.parts})

    def listing(self) -> dict[str, FileSignature]:
        """Return the files accounted for, as they looked when they were read; empty before the first ingest."""
        found = Manifest.read(self._manifest_path) or Manifest()
        return found.listing()

    def cleaning(self) -> dict[str, dict[str, Any]]:
        """Cleaning rules that mappings override, by the name of the export (its ``source_file``) they hold for."""
        return self.manifest().cleaning

    def content_digest(self) -> str:
        """Return a short hash of everything the transactions follow from."""
        return self.manifest().digest()

    def manifest(self) -> Manifest:
        """Return what is in the landing zone, and what became of it.

        Raises:
            InsidersError: Nothing has been ingested yet.
        """
        found = Manifest.read(self._manifest_path)
        if found is None:
            if self._manifest_path.exists():
                hint = "read the exports again: insiders run --force"
                raise DamagedError("is damaged", where=str(self._manifest_path), hint=hint)
            raise InsidersError(
                "is not there yet", where=str(self._manifest_path), hint="read exports first: insiders run"
            )
        return found

    def parts(self) -> Iterator[tuple[Place, Part]]:
        """Yield every current part with its folder; none before the first ingest."""
        for _, export in (Manifest.read(self._manifest_path) or Manifest()).exports():
            yield from ((self.folder, part) for part in export.parts)
            yield from ((self.quarantine, part) for part in export.rejected)

    def adopt(self) -> int:
        """Note what the parts of a former version hold now; how many there are."""
        found = Manifest.read(self._manifest_path)
        if found is None or not isinstance(self.folder, Path):
            return 0
        count = 0
        for _, export in found.exports():
            for folder, parts in ((self.folder, export.parts), (Path(str(self.quarantine)), export.rejected)):
                for at, part in enumerate(parts):
                    path = folder / part.path
                    if not part.checksum and path.is_file() and path.stat().st_size == part.size:
                        parts[at] = replace(part, checksum=checksums.digest(path))
                        count += 1
        if count:
            found.write(self._manifest_path)
        return count

    def _refuse_nothing(self, after: Manifest) -> None:
        """Stop before anything is replaced if there is not one transaction."""
        exports = [export for _, export in after.exports()]
        if any(export.rows_transactions for export in exports):
            return
        self._sweep(Manifest.read(self._manifest_path) or Manifest())
        first = next((export for export in exports if export.set_aside), None)
        if first is None:
            raise InsidersError(
                "no export holds a transaction", hint="put exports with rows into the landing zone"
            )
        others = f" (and {len(exports) - 1} more files without a transaction)" if len(exports) > 1 else ""
        raise InsidersError(first.set_aside + others, where=first.name)

    def _sweep(self, current: Manifest) -> None:
        """Delete the parts that the manifest does not name."""
        exports = [export for _, export in current.exports()]
        named = {self.folder / part.path for export in exports for part in export.parts}
        named |= {self.quarantine / part.path for export in exports for part in export.rejected}
        for folder in (self.folder, self.quarantine):
            for name in sizes(folder):
                if name.endswith((".parquet", ".tmp")) and folder / name not in named:
                    (folder / name).unlink(missing_ok=True)
        if isinstance(self.folder, Path):
            sweep_files(self.folder.parent)
            for month in self.folder.glob("invoice_month=*"):
                if not any(month.iterdir()):
                    month.rmdir()
