"""What published refreshes are made of, kept so that they can be listed, compared and verified.

``<home>/refreshes/<id>.json`` names every table of a refresh by the SHA-256 of its bytes, and the tables lie in
``refreshes/objects/`` under those names: a table that did not change is kept once. In a folder it is a link to the
lake's own file, which is only ever replaced, never written into. The manifest is written when all that it names is
there, and objects that no manifest names are deleted.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from insiders_assets import checksums
from insiders_assets.checksums import DAMAGED, DamagedError
from insiders_assets.errors import UsageError
from insiders_assets.places import Place, S3Path, readable, sizes
from insiders_assets.storage.atomic_write import make_folder, replacing, write_noted
from insiders_assets.storage.kept_refresh import KeptRefresh, KeptTable, content, kept_table
from insiders_assets.unfinished import sweep_files

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from insiders_assets.storage.lake import Lake

FOLDER = "refreshes"
OBJECTS = "objects"
MADE_AGAIN = "make the refresh again: insiders run --force"
LOST = "restore it from a backup; the refresh cannot be compared otherwise, and others are not touched"


class KeptRefreshes:
    """The refreshes of a home whose tables are kept.

    Args:
        home: The home.
    """

    def __init__(self, home: Place) -> None:
        self.folder = home / FOLDER
        self.objects = self.folder / OBJECTS

    def keep(self, refresh: KeptRefresh, lake: Lake) -> None:
        """Keep a refresh: its tables first, what names them last.

        Args:
            refresh: What it is; its tables are those given by :func:`insiders_assets.storage.kept_refresh.tables_of`.
            lake: Where they lie.
        """
        for name, table in refresh.tables.items():
            self._link(lake.path(name), table.sha256)
        self._write(refresh)

    def names(self) -> list[str]:
        """Return the refreshes that are kept, by name."""
        return sorted(
            name.removesuffix(".json")
            for name in sizes(self.folder)
            if name.endswith(".json") and "/" not in name
        )

    def all(self) -> list[KeptRefresh]:
        """Return the refreshes that are kept and whose manifest is whole, in the order in which they were published."""
        found = []
        for name in self.names():
            try:
                found.append(self._opened(name))
            except (DamagedError, FileNotFoundError):  # let go of since it was listed
                continue
        return sorted(found, key=lambda each: each.published_at)

    def read(self, refresh_id: str) -> KeptRefresh:
        """Return what a refresh was made of.

        Raises:
            UsageError: It is not kept.
            DamagedError: What says so is not what was written.
        """
        if refresh_id not in self.names():
            raise UsageError(
                "is no refresh that is kept", where=refresh_id, hint="see which are: insiders refreshes"
            )
        return self._opened(refresh_id)

    def _opened(self, refresh_id: str) -> KeptRefresh:
        """Return what one of the refreshes that are kept was made of.

        Raises:
            DamagedError: What says so is not what was written.
        """
        path = self._manifest(refresh_id)
        try:
            facts = json.loads(path.read_bytes())
            root = facts.pop("root")
            tables = {name: KeptTable(**each) for name, each in facts.pop("tables").items()}
            found = KeptRefresh(**facts, tables=tables)
            if found.root == root and checksums.is_whole(path):
                return found
        except (ValueError, KeyError, TypeError):
            pass
        raise DamagedError(DAMAGED, where=str(path), hint=LOST)

    def table(self, refresh: KeptRefresh, name: str) -> pl.DataFrame:
        """Return a table of a refresh.

        Raises:
            UsageError: The refresh has no such table.
            DamagedError: It is not what was written, or no longer there.
        """
        if name not in refresh.tables:
            hint = f"choose among {', '.join(sorted(refresh.tables))}"
            raise UsageError("is no table of this refresh", where=f"{refresh.refresh_id}, {name}", hint=hint)
        path = self.path(refresh.tables[name])
        if problem := self.problem(refresh.tables[name]):
            raise DamagedError(problem, where=f"{path} ({name} of {refresh.refresh_id})", hint=LOST)
        return pl.read_parquet(readable(path), glob=False, hive_partitioning=False)

    def path(self, table: KeptTable) -> Place:
        """Return where a table lies."""
        return self._object(table.sha256)

    def problem(self, table: KeptTable) -> str:
        """Return what is wrong with a table that is kept; empty if it is what was written."""
        try:
            found = content(self.path(table), again=True)
        except FileNotFoundError:
            return "is not there"
        return "" if found == table.sha256 else DAMAGED

    def retire(self, kept: Collection[str]) -> None:
        """Let go of the refreshes that are not to be kept, and of the objects that none names.

        Args:
            kept: The names of those that are.
        """
        for name in set(self.names()) - set(kept):
            self._manifest(name).unlink(missing_ok=True)
            if isinstance(self.folder, Path):
                (self.folder / checksums.FOLDER / f"{name}.json.sha256").unlink(missing_ok=True)
        self._sweep()

    def rewrite(
        self,
        without: Callable[[Place], pl.LazyFrame | None],
        report: Callable[[str], dict[str, str]],
    ) -> int:
        """Replace the tables of every refresh by what is left of them; a damaged one, of which that is not known, goes.

        Args:
            without: What is left of a table; None if it stays as it is.
            report: The SHA-256 of every file that a refresh's report has now.

        Returns:
            Tables that were replaced.
        """
        after: dict[str, KeptTable | None] = {}
        refreshes = self.all()
        for name in set(self.names()) - {refresh.refresh_id for refresh in refreshes}:
            self._manifest(name).unlink(missing_ok=True)  # of whose tables nobody knows which they are
        for table in {table for refresh in refreshes for table in refresh.tables.values()}:
            path = self.path(table)
            if self.problem(table):
                path.unlink(missing_ok=True)
                after[table.sha256] = (
                    None  # no refresh names it any more: a backup of it would bring them back
                )
            elif (left := without(path)) is not None:
                after[table.sha256] = self._put(left)
        for refresh in refreshes:
            now = {name: after.get(table.sha256, table) for name, table in refresh.tables.items()}
            tables = {name: table for name, table in now.items() if table is not None}
            left_over = replace(refresh, tables=tables, report=report(refresh.refresh_id))
            if left_over != refresh:
                self._write(replace(left_over, forgotten=refresh.forgotten or tables != refresh.tables))
        self._sweep()
        return sum(table is not None for table in after.values())

    def _put(self, rows: pl.LazyFrame) -> KeptTable:
        from insiders_assets.storage.lake import ROW_GROUP

        partial = self.objects / "rewritten.tmp"
        with replacing(partial) as temporary:
            rows.sink_parquet(temporary, compression="zstd", row_group_size=ROW_GROUP, statistics=True)
            table = kept_table(temporary)
        self._copy(partial, table.sha256)
        partial.unlink(missing_ok=True)
        return table

    def _link(self, source: Place, sha256: str) -> None:
        """Let an object be a table of the lake, unless it is there and whole."""
        try:
            if content(self._object(sha256)) == sha256:
                return
        except FileNotFoundError:
            pass
        self._copy(source, sha256)

    def _copy(self, source: Place, sha256: str) -> None:
        target = self._object(sha256)
        if isinstance(target, S3Path):
            target.write_bytes(source.read_bytes()) if isinstance(source, Path) else target.copy_from(source)
            return
        make_folder(target.parent)
        partial = target.with_name(f".{target.name}.tmp")
        partial.unlink(missing_ok=True)
        try:
            os.link(Path(str(source)), partial)
        except OSError:  # another file system, or one that knows no links
            with replacing(target) as temporary:
                temporary.write_bytes(source.read_bytes())
            return
        partial.replace(target)

    def _write(self, refresh: KeptRefresh) -> None:
        tables = {name: each._asdict() for name, each in refresh.tables.items()}
        facts: dict[str, Any] = asdict(refresh) | {"tables": tables, "root": refresh.root}
        write_noted(self._manifest(refresh.refresh_id), json.dumps(facts, indent=1) + "\n")

    def _object(self, sha256: str) -> Place:
        return self.objects / f"{sha256}.parquet"

    def _manifest(self, refresh_id: str) -> Place:
        return self.folder / f"{refresh_id}.json"

    def _sweep(self) -> None:
        """Delete objects that no refresh names, unless one of them cannot be asked."""
        if len(refreshes := self.all()) < len(self.names()):
            return
        named = {self.path(table).name for each in refreshes for table in each.tables.values()}
        for name in sizes(self.objects):
            if name not in named:
                (self.objects / name).unlink(missing_ok=True)
        if isinstance(self.folder, Path) and self.folder.is_dir():
            sweep_files(self.folder)
