"""Which files are being read: what an ingest that died was at, so that no file ends every ingest to come."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from insiders_assets.storage.atomic_write import write_text

if TYPE_CHECKING:
    from insiders_assets.places import Place
    from insiders_assets.storage.landing import FileSignature

ENOUGH = 2
"""Deaths after which a file is tried in a process of its own before it is read again."""


class ReadingJournal:
    """Files that were being read when an ingest ended without a word, and how often.

    Args:
        path: Where it is kept.
        listing: What is in the landing zone: a file that changed is another.
    """

    def __init__(self, path: Place, listing: dict[str, FileSignature]) -> None:
        self._path, self._listing = path, listing
        self._lock = Lock()
        self._deaths: dict[str, list[Any]] = {}
        with suppress(FileNotFoundError, NotADirectoryError, ValueError, TypeError):
            found = _unsealed(path.read_text(encoding="utf-8"))
            self._deaths = {
                name: entry
                for name, entry in found.items()
                if name in listing and entry[:2] == self._identity(name)
            }
        self._known = bool(self._deaths)

    def deaths(self, name: str) -> int:
        """Return how often an ingest ended while it read a file."""
        return int(self._deaths.get(name, [0, "", 0])[2])

    @contextmanager
    def reading(self, names: Iterable[str]) -> Iterator[None]:
        """Hold files for suspects as long as the block lasts; an error that is raised in it clears them, too."""
        names = list(names)
        with self._lock:
            for name in names:
                self._deaths[name] = [*self._identity(name), self.deaths(name) + 1]
            self._write()
        try:
            yield
        finally:
            with self._lock:
                for name in names:
                    self._deaths.pop(name, None)

    def close(self) -> None:
        """Clear the journal once everything is read."""
        if self._known:
            self._path.unlink(missing_ok=True)

    def _identity(self, name: str) -> list[Any]:
        signature = self._listing[name]
        return [signature.size, signature.version]

    def _write(self) -> None:
        self._known = True
        text = json.dumps(self._deaths)
        write_text(self._path, f"{text}\n{hashlib.sha256(text.encode()).hexdigest()}\n")


def _unsealed(text: str) -> dict[str, list[Any]]:
    """Return what a journal says.

    Nothing if it is not what was written. One of a former version ends without a checksum.
    """
    said, _, checksum = text.partition("\n")
    if checksum and checksum.strip() != hashlib.sha256(said.encode()).hexdigest():
        return {}
    return dict(json.loads(said))
