"""Taking customers out of parsed exports, of quarantine and of corrected rows."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import polars as pl

from insiders_assets import checksums
from insiders_assets.contracts.messages import with_facts
from insiders_assets.ingest.erasure_filter import counted, names_any, redact
from insiders_assets.places import readable
from insiders_assets.redaction.messages import redacted
from insiders_assets.storage.atomic_write import replacing
from insiders_assets.storage.lake import ROW_GROUP
from insiders_assets.storage.manifest import Manifest, ParsedExport, Part
from insiders_assets.storage.parts import whole

if TYPE_CHECKING:
    from insiders_assets.places import Place
    from insiders_assets.redaction.redactor import Redactor
    from insiders_assets.storage.transactions import TransactionStore

CUSTOMER = "customer_id"


class Forgetting:
    """Takes customers out of parsed exports.

    Parts are written anew beside the old ones, then the manifest names the new ones, then the old ones are deleted: cut
    short anywhere, it can be done again.

    Args:
        store: The parsed exports.
        redactor: Knows the customers' ids, raw and as they are kept.
    """

    def __init__(self, store: TransactionStore, redactor: Redactor) -> None:
        self._store, self._redactor = store, redactor
        self._ids = sorted(redactor.ids)
        self._suffix = hashlib.sha256("\0".join(self._ids).encode()).hexdigest()[:8]
        self.rows = 0

    def __call__(self) -> int:
        """Take them out.

        Returns:
            Transactions that are gone.
        """
        before = self._store.manifest()
        files = {
            name: replace(
                file,
                exports=[self._export(export) for export in file.exports],
                earlier=[self._export(export) for export in file.earlier],
            )
            for name, file in before.files.items()
        }
        self._mended()
        after = Manifest(files, before.mapping, before.cleaning)
        if after != before:
            self._store.replace_manifest(after)
        return self.rows

    def _export(self, export: ParsedExport) -> ParsedExport:
        parts = [self._part(part) for part in export.parts]
        gone = sum(part.rows for part in export.parts) - sum(part.rows for part in parts)
        rejected = [self._rejected(part) for part in export.rejected]
        if gone:
            rejected.append(self._counted(export, gone))
        self.rows += gone
        return replace(
            export,
            rows_transactions=export.rows_transactions - gone,
            rows_quarantined=export.rows_quarantined + gone,
            set_aside=self._redactor.text(export.set_aside),
            parts=[part for part in parts if part.rows],
            rejected=rejected,
        )

    def _part(self, part: Part) -> Part:
        """Return a part of transactions without theirs."""
        path = whole(self._store.folder, part)
        theirs = pl.col(CUSTOMER).is_in(self._ids)
        lazy = pl.scan_parquet(readable(path), glob=False, hive_partitioning=False)
        if not lazy.select(theirs.any()).collect().item():
            return part
        frame = lazy.filter(~theirs.fill_null(value=False)).collect()
        return self._written(self._store.folder, part.path, frame)

    def _rejected(self, part: Part) -> Part:
        """Return a part of rejected rows, of which those that name them keep place and reason only."""
        frame = self._store.rejected_part(part)
        texts = frame.select("value", "row_text", "cells").iter_rows()
        theirs = pl.Series([names_any(self._ids, *each) for each in texts], dtype=pl.Boolean)
        after = redact(frame, theirs).with_columns(redacted(with_facts("reason"), self._redactor))
        return part if after.equals(frame) else self._written(self._store.quarantine, part.path, after)

    def _counted(self, export: ParsedExport, gone: int) -> Part:
        facts = "\0".join((export.name, export.content, self._suffix))
        path = f"{hashlib.sha256(facts.encode()).hexdigest()[:20]}.parquet"
        return self._written(self._store.quarantine, path, counted(gone), suffix=False)

    def _mended(self) -> None:
        rows = self._store.corrected.read()
        kept = rows.filter(~pl.col(CUSTOMER).is_in(self._ids).fill_null(value=False))
        if kept.height < rows.height:
            self._store.corrected.write(kept)

    def _written(self, folder: Place, path: str, frame: pl.DataFrame, *, suffix: bool = True) -> Part:
        old = PurePosixPath(path)
        new = str(old.with_name(f"{old.stem}-{self._suffix}.parquet")) if suffix else path
        if not frame.height:
            return Part(new, 0, 0)
        with replacing(folder / new) as temporary:
            frame.write_parquet(temporary, compression="zstd", row_group_size=ROW_GROUP)
            size, checksum = temporary.stat().st_size, checksums.digest(temporary)
        return Part(new, frame.height, size, checksum)
