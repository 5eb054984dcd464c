"""Bearer tokens of programs: only their hashes are kept, each with a name and a last day."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from insiders_assets import checksums
from insiders_assets.errors import InsidersError, UsageError
from insiders_assets.storage.atomic_write import noted

if TYPE_CHECKING:
    from collections.abc import Callable

    from insiders_assets.places import Place

FILE = "api-tokens.json"
PREFIX = "insiders_"
"""How a token begins, so that a search for leaked secrets finds it."""
SECONDS = 2.0
"""How long what was read of the file is believed: a token that is revoked is refused after that."""
MOST_DAYS = 3_650
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Token:
    """What is kept of a token.

    Attributes:
        name: Whose it is.
        digest: SHA-256 of the token. It is of 256 random bits, so that nothing slower is needed.
        created: The day it was made, ISO.
        expires: The last day it is good for, ISO, in UTC.
    """

    name: str
    digest: str
    created: str
    expires: str

    def is_good(self, today: date) -> bool:
        """Return whether it has not expired."""
        return today.isoformat() <= self.expires


class Tokens:
    """The tokens of a home.

    Args:
        home: The home.
        clock: Seconds that only grow.
        today: The day, in UTC.
    """

    def __init__(
        self,
        home: Place,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._path, self._clock, self._today = home / FILE, clock, today
        self._read: tuple[float, list[Token]] | None = None

    def all(self) -> list[Token]:
        """Return every token, by name.

        Raises:
            InsidersError: The file is damaged, or none of ours.
        """
        if not self._path.is_file():
            return []
        checksums.require(self._path, "delete it, and make new tokens: insiders tokens create NAME")
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            found = [Token(**each) for each in content["tokens"]]
            for each in found:
                date.fromisoformat(each.expires)
        except (ValueError, TypeError, KeyError):
            raise InsidersError(
                "is no file of tokens",
                where=str(self._path),
                hint="delete it, and make new tokens: insiders tokens create NAME",
            ) from None
        return sorted(found, key=lambda each: each.name)

    def create(self, name: str, days: int) -> str:
        """Make a token and return it; it is shown this once.

        Args:
            name: Whose it is.
            days: How many days it is good for.

        Raises:
            UsageError: The name is taken or no name, or the days are none.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                "is no name of a token",
                where=repr(name[:80]),
                hint="use up to 64 letters, digits, '.', '_' and '-'",
            )
        if not 1 <= days <= MOST_DAYS:
            raise UsageError(
                f"is not from 1 to {MOST_DAYS}", where=f"--days {days}", hint="say for how many days"
            )
        known = self.all()
        if any(each.name == name for each in known):
            raise UsageError(
                "is there already", where=name, hint=f"revoke it first: insiders tokens revoke {name}"
            )
        token, today = PREFIX + secrets.token_urlsafe(32), self._today()
        until = (today + timedelta(days=days)).isoformat()
        self._write([*known, Token(name, _digest(token), today.isoformat(), until)])
        return token

    def revoke(self, name: str) -> None:
        """Forget a token.

        Raises:
            UsageError: There is none of that name.
        """
        known = self.all()
        left = [each for each in known if each.name != name]
        if len(left) == len(known):
            names = ", ".join(each.name for each in known) or "there is none"
            raise UsageError("is no token", where=name[:80], hint=f"choose of: {names}")
        self._write(left)

    def holder(self, token: str) -> str:
        """Return whose a token is; empty for one that is unknown or expired, and for all while the file is damaged.

        Every hash is compared, in a time that says nothing of how much of it fits.
        """
        given, found = _digest(token), ""
        for each in self._known():
            if hmac.compare_digest(each.digest.encode(), given.encode()) and each.is_good(self._today()):
                found = each.name
        return found

    def _known(self) -> list[Token]:
        now = self._clock()
        if self._read is None or now - self._read[0] >= SECONDS:
            try:
                self._read = now, self.all()
            except InsidersError:
                self._read = now, []
        return self._read[1]

    def _write(self, tokens: list[Token]) -> None:
        content = {"tokens": [asdict(each) for each in tokens]}
        with noted(self._path) as temporary:
            temporary.chmod(0o600)  # whatever the umask says
            temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        self._read = None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
