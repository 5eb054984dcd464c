"""What is kept of customers who asked to be forgotten: salted hashes, in ``<home>/forgotten.json``."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from insiders_assets.checksums import is_whole
from insiders_assets.errors import InsidersError
from insiders_assets.ingest.erasure_filter import Forgotten
from insiders_assets.storage.atomic_write import write_noted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insiders_assets.places import Place


class Tombstones:
    """The forgotten of a home.

    Args:
        path: The file they are kept in; made when the first is added.
    """

    def __init__(self, path: Place) -> None:
        self._path = path

    def read(self) -> Forgotten:
        """Return who is forgotten.

        Raises:
            InsidersError: The file is damaged. Going on without it could bring somebody back.
        """
        try:
            if not is_whole(self._path):
                raise ValueError("its content is not what was written")
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return Forgotten(found["salt"], frozenset(found["customers"]))
        except (FileNotFoundError, NotADirectoryError):
            return Forgotten()
        except (ValueError, KeyError, TypeError):
            raise InsidersError(
                "is damaged, and says who must not come back",
                where=str(self._path),
                hint="restore it from a backup",
            ) from None

    def add(self, customers: Iterable[str]) -> Forgotten:
        """Remember some more, and return all of them."""
        before = self.read()
        salted = Forgotten(before.salt or secrets.token_hex(16), before.marks)
        after = Forgotten(salted.salt, salted.marks | {salted.mark(customer) for customer in customers})
        write_noted(
            self._path,
            json.dumps({"salt": after.salt, "customers": sorted(after.marks)}, indent=2) + "\n",
        )
        return after
