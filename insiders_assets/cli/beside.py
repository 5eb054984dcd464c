"""The files that lie beside one that is inspected: what its mapping joins to it, and what a proposed one might."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from insiders_assets.errors import ExportError, InsidersError, UsageError
from insiders_assets.ingest.inspection.joins import MOST, Beside
from insiders_assets.storage.joined_files import JoinedFiles
from insiders_assets.storage.landing import MAPPING, open_landing

if TYPE_CHECKING:
    from insiders_assets.ingest.rules import FileRules, IngestRules
    from insiders_assets.storage.landing import LandingZone
    from insiders_assets.storage.stores import Stores

LARGEST = 256 << 20
"""Bytes of a file up to which it is looked at for what it may say of another."""


class Neighbours:
    """The files beside one.

    Args:
        stores: Where the landing zone is.
        path: Where the file can be read.
        name: Its name in the landing zone.
        rules: How files are read.
    """

    def __init__(self, stores: Stores, path: Path, name: str, rules: IngestRules) -> None:
        self._name, self._rules = name, rules
        self._zone: LandingZone = stores.landing
        landing = stores.settings.landing_zone
        if "://" not in landing and not os.path.realpath(path).startswith(os.path.realpath(landing) + os.sep):
            self._zone = open_landing(str(path.parent))
        self._listing = {}
        with suppress(InsidersError):
            self._listing = {each: sign for each, sign in self._zone.listing().items() if each != MAPPING}

    def joined(self) -> FileRules:
        """Return how the file is read, with what its mapping joins to it.

        Raises:
            UsageError: The file is itself joined to others.
            InsidersError: What is to be joined cannot be.
        """
        files = JoinedFiles(self._zone, list(self._listing), self._rules, lambda name: name)
        if (join := files.join_of(self._name)) is not None:
            raise UsageError(
                f"is joined to lines by {join.key}, as the mapping says, and is no export of its own",
                where=self._name,
                hint="inspect a file of lines",
            )
        try:
            return replace(self._rules.of(self._name), joined=files.tables(self._name))
        except ExportError as error:
            raise InsidersError(error.what, where=self._name, hint=error.hint) from None

    @contextmanager
    def beside(self) -> Iterator[list[Beside]]:
        """The files in the same folder that are not too large, as long as the block lasts."""
        folder = os.path.dirname(self._name)  # noqa: PTH120 - a name, and no path
        names = [
            each
            for each, signature in self._listing.items()
            if each != self._name and os.path.dirname(each) == folder and signature.size <= LARGEST  # noqa: PTH120
        ]
        with ExitStack() as held:
            yield [Beside(each, held.enter_context(self._zone.fetch(each))) for each in names[:MOST]]
