"""What customers' lines were when tables of the lake were made, so that rows can be carried over from them.

``lake/carried`` holds digests of customers' lines under a key that is a hash of the tables they were made of, and for
each table that rows are carried over from, a note of the digests it was made of and of its own content. Digests are
never changed: those that are not found under their key are made, and those that no note names are deleted. Whatever
puts another table in the place of one, such as ``insiders forget`` or a kill before its note was written, leaves one
that its note does not speak of, and nothing is carried over from it.
"""

from __future__ import annotations

import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from insiders_assets import checksums
from insiders_assets.places import Place, sizes
from insiders_assets.storage.atomic_write import noted, write_noted
from insiders_assets.unfinished import sweep_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from insiders_assets.storage.lake import Lake

FOLDER = "carried"


class Noted(NamedTuple):
    """A table of the lake as a refresh made it.

    Attributes:
        rows: The table.
        digests: Its customers' lines.
        as_of: The day that it looks back from.
    """

    rows: pl.DataFrame
    digests: pl.DataFrame
    as_of: date


class CarriedRows:
    """Digests of customers' lines, and which tables were made of which.

    Args:
        lake: Where the tables lie.

    Attributes:
        damaged: Files that were not what was written, and were not believed.
    """

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.folder = lake.root / FOLDER
        self.damaged: list[str] = []

    def key(self, tables: Sequence[str], *facts: str | int) -> str:
        """Return the key of digests: a hash of the tables that they are made of, and of what else decides them.

        Raises:
            InsidersError: One of the tables has not been made yet.
        """
        for table in tables:
            self._lake.files(table)
        made_of = [_content(self._lake.path(table)) for table in tables]
        return hashlib.sha256(json.dumps([*made_of, pl.__version__, *facts]).encode()).hexdigest()[:20]

    def digests(self, key: str, make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return the digests under a key; made and kept if they are not there, or not what was written.

        Args:
            key: What :meth:`key` says.
            make: Makes them.
        """
        path = self._digests(key)
        if path.is_file() and self._is_whole(path):
            return _read(path)
        made = make()
        with noted(path) as temporary:
            made.write_parquet(temporary, compression="zstd")
        return made

    def before(self, table: str, code: str) -> Noted | None:
        """Return a table as it was made before, or None if it is not known of which lines, or by other code.

        Args:
            table: Its name.
            code: A hash of the code that makes it.
        """
        note, path = self._note(table), self._lake.path(table)
        try:
            facts = json.loads(note.read_bytes()) if self._is_whole(note) else {}
            digests = self._digests(facts["lines"])
            if facts["code"] != code or not all(map(self._is_whole, (path, digests))):
                return None
            if facts["table"] != _content(path):
                return None
            return Noted(_read(path), _read(digests), date.fromisoformat(facts["as_of"]))
        except (FileNotFoundError, KeyError, ValueError):
            return None

    def note(self, table: str, key: str, code: str, as_of: date) -> None:
        """Write down what a table was made of that is in the lake now, and delete digests that nothing names.

        Args:
            table: Its name.
            key: The key of its customers' lines.
            code: A hash of the code that made it.
            as_of: The day that it looks back from.
        """
        facts = {"lines": key, "code": code, "as_of": as_of.isoformat()}
        content = json.dumps({"table": _content(self._lake.path(table)), **facts}, indent=2)
        write_noted(self._note(table), f"{content}\n")
        self._sweep()

    def clear(self) -> None:
        """Delete all of it: every row is made anew by the next refresh."""
        for name in sizes(self.folder):
            (self.folder / name).unlink(missing_ok=True)

    def _sweep(self) -> None:
        names = sizes(self.folder)
        named = set()
        for name in names:
            if name.endswith(".json"):
                try:
                    named.add(f"{json.loads((self.folder / name).read_bytes())['lines']}.parquet")
                except (FileNotFoundError, KeyError, ValueError):
                    continue
        for name in names:
            file = name.rpartition("/")[2].removesuffix(".sha256")
            if file.endswith(".parquet") and file not in named:
                (self.folder / name).unlink(missing_ok=True)
        if isinstance(self.folder, Path):
            sweep_files(self.folder)

    def _is_whole(self, path: Place) -> bool:
        """Return whether a file is what was written; what is not is noted, to be reported."""
        if whole := checksums.is_whole(path):
            return whole
        self.damaged.append(str(path))
        return False

    def _digests(self, key: str) -> Place:
        return self.folder / f"{key}.parquet"

    def _note(self, table: str) -> Place:
        return self.folder / f"{table}.json"


def _content(path: Place) -> str:
    """Return the SHA-256 of a file's content, wherever it is; of an object, what was noted as it was written."""
    if isinstance(path, Path):
        return checksums.digest(path)
    return path.stat().sha256 or hashlib.sha256(path.read_bytes()).hexdigest()


def _read(path: Place) -> pl.DataFrame:
    source = path if isinstance(path, Path) else io.BytesIO(path.read_bytes())
    return pl.read_parquet(source, glob=False, hive_partitioning=False)
